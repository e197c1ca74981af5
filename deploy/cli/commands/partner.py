"""`pdp partner`: add a financing partner, and play its part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from deploy.cli.api import Away, items, request
from deploy.cli.commands.partner_access import remove, resume, rotate, suspend
from deploy.cli.commands.partner_answer import answer
from deploy.cli.commands.partner_keys import encrypt
from deploy.cli.commands.partner_side import Code, DecryptWith, Secret, side_of
from deploy.cli.commands.partner_simulate import simulate
from deploy.cli.commands.partner_try import try_
from deploy.cli.commands.watch import Beginning, Follow, Last
from deploy.cli.console import AsJson, Refusal, err, out, show_json, step, table
from deploy.cli.installation import installation
from deploy.cli.key_files import public_key_in
from deploy.cli.lines import referral_line, refusal_line
from deploy.cli.texts import say
from deploy.cli.usage import App
from deploy.engines.private import new_secret
from deploy.provision import provisioning
from deploy.provision.kafka_admin import partner_codes
from deploy.provision.kafka_quotas import RATES, quotas
from deploy.provision.partner_access import codes_in_use, denied, is_suspended
from deploy.provision.partners import CODE, Partner
from deploy.provision.reader import Entry
from deploy.target.client import Client
from shared.messaging.access import PARTNER_BYTES_PER_SECOND

app = App(say("help.partner"))
app.command("answer", help=say("help.partner.answer"))(answer)
app.command("encrypt", help=say("help.partner.encrypt"))(encrypt)
app.command("rotate", help=say("help.partner.rotate"))(rotate)
app.command("suspend", help=say("help.partner.suspend"))(suspend)
app.command("resume", help=say("help.partner.resume"))(resume)
app.command("simulate", help=say("help.partner.simulate"))(simulate)
app.command("try", help=say("help.partner.try"))(try_)
app.command("remove", help=say("help.partner.remove"))(remove)

Kind = Literal["development_bank", "bank", "non_financial"]


@app.command(help=say("help.partner.add"))
def add(
    code: Code,
    name: Annotated[str | None, typer.Option(help=say("help.partner.name"))] = None,
    kind: Annotated[Kind, typer.Option(help=say("help.partner.kind"))] = "bank",
    sla_days: Annotated[int, typer.Option(min=1, max=365, help=say("help.partner.sla"))] = 20,
    *,
    encrypt_to: Annotated[
        Path | None, typer.Option("--encrypt-to", metavar="FILE", help=say("help.partner.key_file"))
    ] = None,
    renew: Annotated[bool, typer.Option("--renew", help=say("help.partner.renew"))] = False,
) -> None:
    """Nothing is recorded until all is done, so that a second try makes up for a failed one."""
    if not CODE.fullmatch(code):
        raise Refusal(say("error.partner_code"), 2)
    key = None if encrypt_to is None else public_key_in(encrypt_to)
    client = installation()
    if client.target.kind == "cluster":
        raise Refusal(say("error.partner_chart"), 2)
    known = client.partners.of(code)
    if known is not None and not renew:
        raise Refusal(say("error.partner_exists", code=code), 2)
    if renew and code not in partner_codes(client.admin()):
        raise Refusal(say("error.partner_unknown", code=code), 2)
    if key is not None and (renew or "financing" not in client.services):
        raise Refusal(say("error.partner_renew_key" if renew else "error.partner_not_kept", code=code), 2)
    secret = new_secret()
    partner = replace(known or Partner(code, None), secret=secret, bytes_per_second=PARTNER_BYTES_PER_SECOND)
    encrypted_with = None
    with step(say("partner.adding", code=code)):
        # First, as it may be refused: the secret of what is provisioned is shown once.
        if known is None and "financing" in client.services:
            kept = {
                "name": name or code,
                "kind": kind,
                "sla_days": sla_days,
                "encrypt_to": key or _key_of(client, code),
            }
            known_now = request(client, "financing", "PUT", f"/partners/{code}", json=kept, headers={"If-Match": "*"})
            encrypted_with = known_now["encrypt_to"]
        provisioning.provision_partner(client.connection(), partner)
    if encrypted_with is not None:
        out().print(say("partner.encrypted", code=code, key=encrypted_with["kid"]), markup=False)
    stored_here = known is not None and known.secret is not None
    client.partners.put(partner if stored_here else replace(partner, secret=None))
    out().print(say("partner.added", code=code, principal=partner.principal))
    typer.echo(secret)


@app.command("list", help=say("help.partner.list"))
def list_(as_json: AsJson = False) -> None:  # noqa: FBT002  (an option)
    client = installation()
    found, out_, kept = _all(client), denied(client.admin()), _kept(client)
    if as_json:
        show_json(
            [_as_data(partner, kept.get(partner.code), suspended=is_suspended(partner.code, out_)) for partner in found]
        )
        return
    rows = [
        (
            partner.code,
            partner.principal,
            say("secret.here" if partner.secret else "secret.theirs"),
            "–" if partner.bytes_per_second is None else f"{partner.bytes_per_second:,} B/s",
            _edition(kept.get(partner.code)),
            _key_id(kept.get(partner.code)) or "–",
            _access(partner, suspended=is_suspended(partner.code, out_)),
        )
        for partner in found
    ]
    heads = ("partner", "principal", "secret", "quota", "edition", "encrypted", "access")
    out().print(table(*(f"head.{head}" for head in heads), rows=rows))


def _access(partner: Partner, *, suspended: bool) -> str:
    if suspended:
        return say("partner.suspended")
    return "" if partner.old_until is None else say("partner.old_until", until=partner.old_until)


def _all(client: Client) -> list[Partner]:
    """The partners as Kafka knows them; with the secret where it is stored here."""
    limits = quotas(client.connection())
    found = []
    for code in codes_in_use(client.admin()):
        known = client.played(code) or Partner(code, None)
        limit = limits.get(known.principal, {}).get(RATES[0])
        found.append(replace(known, bytes_per_second=None if limit is None else int(limit)))
    return found


def _kept(client: Client) -> dict[str, dict[str, Any]]:
    """Each partner with its editions, as far as financing says it."""
    if "financing" not in client.services:
        return {}
    try:
        return {each["code"]: each for each in items(client, "financing", "/partners")}
    except Away as away:
        err().print(str(away), markup=False)
        return {}


def _key_id(edition: Mapping[str, Any] | None) -> str | None:
    """To which key it has referrals encrypted; None: to none."""
    key = edition and edition.get("encrypt_to")
    return key["kid"] if key else None


def _edition(known: Mapping[str, Any] | None) -> str:
    """The one that is in force, and since when."""
    if known is None:
        return "–"
    since = known.get("stored_at")
    shown = "" if since is None else f", {datetime.fromisoformat(since):%Y-%m-%d %H:%M} UTC"
    return f"{known['edition']}{shown}"


def _editions(known: Mapping[str, Any]) -> list[dict[str, object]]:
    """From when on each was in force, until the next one, and with which key."""
    found = (*known["past"], known)
    return [
        {"edition": each["edition"], "stored_at": each.get("stored_at"), "encrypted_with": _key_id(each)}
        for each in found
    ]


def _key_of(client: Client, code: str) -> dict[str, Any] | None:
    """Of one that was here before and is added again: `pdp partner encrypt --off` alone takes it away."""
    known = (each["encrypt_to"] for each in items(client, "financing", "/partners") if each["code"] == code)
    return next(known, None)


def _as_data(partner: Partner, kept: Mapping[str, Any] | None, *, suspended: bool) -> dict[str, object]:
    """Without its secret: this is read on screens and in logs."""
    return {
        "code": partner.code,
        "principal": partner.principal,
        "secret_stored_here": partner.secret is not None,
        "bytes_per_second": partner.bytes_per_second,
        "encrypted_with": _key_id(kept),
        "editions": [] if kept is None else _editions(kept),
        "suspended": suspended,
        "old_secret_until": partner.old_until,
    }


@app.command(help=say("help.partner.tail"))
def tail(
    code: Code,
    *,
    secret: Secret = None,
    decrypt_with: DecryptWith = None,
    refusals: Annotated[bool, typer.Option("--refusals", help=say("help.partner.refusals"))] = False,
    from_beginning: Beginning = False,
    last: Last = 10,
    follow: Follow = True,
    as_json: AsJson = False,
) -> None:
    shown = _whole if as_json else refusal_line if refusals else referral_line
    side = side_of(code, secret, decrypt_with)
    with side.reader("refusals" if refusals else "referrals") as reader:
        for entry in reader.past(None if from_beginning else last):
            typer.echo(shown(side.opened(entry)))
        for entry in reader.follow() if follow else ():
            typer.echo(shown(side.opened(entry)))


def _whole(entry: Entry) -> str:
    return (entry.value or b"").decode("utf-8", "backslashreplace")
