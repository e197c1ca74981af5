"""`pdp partner try`: the whole exchange with a partner, tried with a referral that is marked as a test."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from deploy.cli import wording
from deploy.cli.api import request
from deploy.cli.commands.partner_side import Code, DecryptWith, Secret, side_of
from deploy.cli.console import Refusal, out, step
from deploy.cli.events import Event, outline
from deploy.cli.installation import installation
from deploy.cli.key_files import private_keys_in
from deploy.cli.texts import language, say
from deploy.provision.kafka_admin import describe_topics, known_users, partner_codes
from deploy.provision.lag import lags
from deploy.provision.partner_access import denied, is_suspended, missing
from deploy.provision.partner_client import PartnerClient
from deploy.provision.partners import users_of
from deploy.provision.reader import Entry, KafkaRefusalError
from deploy.target.client import Client
from shared.messaging.access import PARTNER_GROUPS
from shared.messaging.topics import partner_topics
from shared.security.jwe import key_id

PAUSE = 0.5
TOLD_WITHIN = 15.0
"""Seconds for what financing decided to be on its topic."""
STILL = 2.0
"""Seconds without another answer after which the partner has said what it says."""
CLOCKS_APART = timedelta(minutes=1)
"""Between the program and Kafka."""


class Side(NamedTuple):
    """Who reads the partner's topic."""

    client: PartnerClient
    own: bool


class Steps:
    """What was seen, told as it is seen."""

    def __init__(self) -> None:
        self.sound = True

    def see(self, *, good: bool, good_as: str, bad_as: str, **params: object) -> bool:
        """One step, in the words for how it is."""
        self.sound &= good
        mark = "ok " if good else say("try.wrong")
        out().print(f"{mark} {say(good_as if good else bad_as, **params)}", markup=False, highlight=False)
        return good

    def note(self, code: str, **params: object) -> None:
        """What is neither good nor bad."""
        out().print(f"   {say(code, **params)}", markup=False, highlight=False)


def try_(
    code: Code,
    wait: Annotated[float, typer.Option(min=0, max=86_400, help=say("help.partner.wait"))] = 60,
    *,
    secret: Secret = None,
    decrypt_with: DecryptWith = None,
) -> None:
    """Every step is told, also behind one that is not as it should be."""
    client, steps = installation(), Steps()
    if code not in partner_codes(client.admin()):
        raise Refusal(say("error.partner_unknown", code=code), 2)
    side = _side(client, code, secret, decrypt_with)
    _access(client, code, steps)
    known = request(client, "financing", "GET", f"/partners/{code}")
    if not steps.see(good=known["active"], good_as="try.active", bad_as="try.inactive", code=code):
        raise typer.Exit(1)
    key = known["encrypt_to"]
    trial = request(client, "financing", "POST", f"/partners/{code}/trials")
    since = datetime.fromisoformat(trial["sent_at"]) - CLOCKS_APART
    steps.note("try.sent", id=trial["id"], product=trial["product"])
    found = _arrived(side, code, trial["id"], since, steps)
    if found is not None and key is not None:
        _encrypted(side, found, key["kid"], steps, tried=bool(decrypt_with))
    if _answered(client, code, trial, since, wait, steps)["from_desk"]:
        steps.note("try.from_desk")
    else:
        _followed(client, code, steps)
    if not steps.sound:
        raise typer.Exit(1)


def _access(client: Client, code: str, steps: Steps) -> None:
    """What Kafka has for the partner: topics, users, and what these may do."""
    admin, names = client.admin(), [topic.name for topic in partner_topics(code)]
    there = {topic.name for topic in describe_topics(admin)}
    lacking = ", ".join(name for name in names if name not in there)
    steps.see(good=not lacking, good_as="try.topics", bad_as="try.topics.missing", topics=lacking)
    users = [user for user in users_of(code) if user in known_users(admin)]
    if users:
        steps.see(good=True, good_as="try.users", bad_as="try.users", users=", ".join(users))
    else:
        steps.note("try.users.none")
    out_ = is_suspended(code, denied(admin))
    steps.see(good=not out_, good_as="try.admitted", bad_as="try.suspended", code=code)
    for user in users:
        rules = ", ".join(f"{'/'.join(rule.operations)} {rule.name}" for rule in missing(admin, code, user))
        steps.see(good=not rules, good_as="try.rules", bad_as="try.rules.missing", user=user, rules=rules)


def _side(client: Client, code: str, secret: str | None, decrypt_with: list[Path] | None) -> Side:
    """The partner's own where its secret is at hand, else as an operator reads its topic."""
    played = client.played(code)
    own = bool(secret or (played and played.secret))
    if own:
        return Side(side_of(code, secret, decrypt_with), own=True)
    return Side(PartnerClient(code, client.connection(), private_keys_in(decrypt_with)), own=False)


def _arrived(side: Side, code: str, id_: str, since: datetime, steps: Steps) -> Entry | None:
    """Read the test where its partner reads it."""
    try:
        with side.client.reader(key=id_.encode()) as reader:
            found = _soon(lambda: [entry for entry in reader.past(since=since) if entry.key == id_.encode()])
    except KafkaRefusalError as error:
        steps.see(good=False, good_as="try.read", bad_as="try.unreadable", detail=wording.error(error))
        return None
    as_ = "try.read.own" if side.own else "try.read"
    steps.see(good=bool(found), good_as=as_, bad_as="try.not_there", seconds=f"{TOLD_WITHIN:g}", code=code)
    return found[0] if found else None


def _encrypted(side: Side, entry: Entry, key: str, steps: Steps, *, tried: bool) -> None:
    """Whether it is encrypted with the partner's key, and opens: else only the partner's answer tells."""
    message = outline(entry.value).get("data")
    with_it = isinstance(message, str) and key_id(message) == key
    if not steps.see(good=with_it, good_as="try.encrypted", bad_as="try.not_encrypted", key=key):
        return
    if tried:
        opens = side.client.opened(entry) != entry
        steps.see(good=opens, good_as="try.opened", bad_as="try.not_opened", key=key)
    else:
        steps.note("try.unopened")


def _answered(
    client: Client, code: str, trial: dict[str, Any], since: datetime, wait: float, steps: Steps
) -> dict[str, Any]:
    """Wait for what the partner says, and for what it is told of it. The test as it is then."""
    path, deadline, still = f"/partners/{code}/trials/{trial['id']}", time.monotonic() + wait, 0.0
    now, refusals = trial, list[dict[str, Any]]()
    with PartnerClient(code, client.connection()).reader("refusals") as reader, step(say("try.waiting", code=code)):
        while time.monotonic() < deadline and still < STILL:
            time.sleep(PAUSE)
            before = now, refusals
            now = request(client, "financing", "GET", path)
            refusals = [told for told in map(_said, reader.past(since=since)) if told.get("referral_id") == trial["id"]]
            quiet = (now, refusals) == before and (now, refusals) != (trial, [])
            still = still + PAUSE if quiet else 0.0
    heard = now != trial or bool(refusals)
    steps.see(good=heard, good_as="try.answered", bad_as="try.silent", seconds=f"{wait:g}", state=now["state"])
    wrong = [each for each in refusals if each.get("outcome") == "refused"]
    if heard:
        steps.see(good=not wrong and not now["refused"], good_as="try.valid", bad_as="try.invalid")
    for each in wrong:
        steps.note("try.refusal", reason=each["reason"], says=each["says"][language()], todo=each["todo"][language()])
    if now["refused"]:
        told = len(wrong) >= len(now["refused"])
        steps.see(good=told, good_as="try.told", bad_as="try.untold", topic=partner_topics(code).refusals.name)
    return now


def _followed(client: Client, code: str, steps: Steps) -> None:
    """How far the partner's groups are: one that keeps its offsets elsewhere commits none."""
    referrals = partner_topics(code).referrals
    wanted = {f"partner.{code}.{group}": [referrals.name] for group in PARTNER_GROUPS}
    seen = [lag for lag in lags(client.admin(), wanted) if lag.group in wanted and lag.topic == referrals.name]
    begun = [lag for lag in seen if lag.never_committed < referrals.partitions]
    for lag in begun:
        steps.note("try.lag", group=lag.group, records=lag.records)
    if not begun:
        steps.note("try.lag.none")


def _said(entry: Entry) -> dict[str, Any]:
    return Event.of(entry).data


def _soon(seen: Callable[[], list[Entry]]) -> list[Entry]:
    deadline = time.monotonic() + TOLD_WITHIN
    while not (found := seen()) and time.monotonic() < deadline:
        time.sleep(PAUSE)
    return found
