"""`pdp partner rotate|suspend|resume|remove`: who of a partner gets in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer

from deploy.cli.api import items, request
from deploy.cli.commands.partner_keys import edition_with
from deploy.cli.commands.partner_side import Code
from deploy.cli.console import Refusal, out, step
from deploy.cli.installation import installation
from deploy.cli.texts import say
from deploy.engines.private import new_secret
from deploy.provision import partner_access, provisioning
from deploy.provision.asking import EARLIEST, LATEST, log_offsets
from deploy.provision.kafka_admin import describe_topics, known_users, partner_codes
from deploy.provision.partners import Partner, users_of
from deploy.target.client import Client
from shared.messaging.topics import partner_topics
from shared.runtime.clock import now

OVERLAP_DAYS = 7
"""For the old secret: long enough for an institution to change it on a working day."""


def rotate(
    code: Code,
    overlap_days: Annotated[float, typer.Option(min=0, max=90, help=say("help.partner.overlap"))] = OVERLAP_DAYS,
) -> None:
    """Two users of a partner take turns, so that both secrets are good meanwhile and nobody has to be quick."""
    client = _of(code)
    provisioning.end_rotations(client.connection(), client.partners)
    both = {*users_of(code)} <= known_users(client.admin())
    known = _present(client, code, both=both)
    if both:
        if overlap_days:
            raise Refusal(say("error.partner_rotating", code=code, until=known.old_until or "–"), 2)
        partner_access.shut_out(client.connection(), [known.other])
        client.partners.put(replace(known, old_until=None))
        out().print(say("partner.rotated.ended", code=code, user=known.other))
        return
    renewed = known.renewed(new_secret(), now() + timedelta(days=overlap_days))
    with step(say("partner.rotating", code=code)):
        partner_access.let_in(client.connection(), renewed)
    client.partners.put(renewed if known.secret is not None else replace(renewed, secret=None))
    if not overlap_days:
        provisioning.end_rotations(client.connection(), client.partners)
    if partner_access.is_suspended(code, partner_access.denied(client.admin())):
        out().print(say("partner.is_suspended", code=code))
    # The last word before the secret.
    out().print(say("partner.rotated", user=renewed.principal, old=renewed.other, until=renewed.old_until))
    typer.echo(renewed.secret)


def suspend(code: Code) -> None:
    """Its open connections too: the broker asks its rules at each request."""
    client = _of(code)
    partner_access.deny(client.connection(), code)
    tell_financing(client, code, active=False)
    out().print(say("partner.is_suspended", code=code))


def resume(code: Code) -> None:
    client = _of(code)
    partner_access.allow_again(client.connection(), code)
    tell_financing(client, code, active=True)
    out().print(say("partner.is_resumed", code=code))


def remove(
    code: Code,
    *,
    yes: Annotated[bool, typer.Option("--yes", help=say("help.yes"))] = False,
) -> None:
    """What is left is told, not taken: it is the firms' to withdraw, and goes by its retention."""
    client = _of(code)
    if not yes and not typer.confirm(say("ask.partner_remove", code=code)):
        raise typer.Exit(1)
    tell_financing(client, code, active=False)
    partner_access.shut_out(client.connection(), users_of(code))
    partner_access.allow_again(client.connection(), code)  # Of whoever gets the code next.
    client.partners.remove(code)
    out().print(say("partner.removed", code=code))
    for topic, records in _left(client, code).items():
        out().print(say("partner.left.records", topic=topic, records=records))
    if "financing" in client.services:
        waiting = len(list(items(client, "financing", "/referrals/due", params={"partner": code})))
        out().print(say("partner.left.referrals", code=code, referrals=waiting))


def _present(client: Client, code: str, *, both: bool) -> Partner:
    """With the user whose secret Kafka has as the newest: this machine may not know what was done from another one."""
    present = partner_access.newest(client.admin(), code)
    if present is None:
        raise Refusal(say("error.partner_which" if both else "error.partner_unknown", code=code), 2)
    known = client.played(code) or Partner(code, None)
    return known if known.principal == present else replace(known.seen_as(present), old_until=None)


def _of(code: str) -> Client:
    client = installation()
    if client.target.kind == "cluster":
        raise Refusal(say("error.partner_chart"), 2)
    if code not in partner_codes(client.admin()):
        raise Refusal(say("error.partner_unknown", code=code), 2)
    return client


def tell_financing(client: Client, code: str, *, active: bool) -> bool:
    """Whether firms may be referred to it. Returns whether that is new."""
    if "financing" not in client.services:
        return False
    if request(client, "financing", "GET", f"/partners/{code}")["active"] == active:
        return False
    edition_with(client, code, active=active)
    return True


def _left(client: Client, code: str) -> dict[str, int]:
    """Records of its topics, which stay for their retention."""
    names = [topic.name for topic in partner_topics(code)]
    admin = client.admin()
    places = [(spec.name, part) for spec in describe_topics(admin, names) for part in range(spec.partitions)]
    first, end = log_offsets(admin, places, EARLIEST), log_offsets(admin, places, LATEST)
    return {name: sum(end[place] - first[place] for place in places if place[0] == name) for name in names}
