"""Finds a firm by what people know of it, and its events on all topics."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Annotated, Any
from uuid import UUID

import typer

from deploy.cli import choices
from deploy.cli.api import Away, items
from deploy.cli.console import Refusal, err
from deploy.cli.events import Event, outline
from deploy.cli.texts import say
from deploy.provision.kafka_admin import partner_codes
from deploy.provision.reader import Entry, Reader
from deploy.target.client import Client
from shared.contracts.event import SupplierEvent
from shared.contracts.partner import Referral, ReferralWithdrawn
from shared.messaging.topics import Topic, catalogue, is_partners

GROUP = "pdp-case"
RFC = re.compile(r"[A-ZÑ&]{3,4}[0-9]{6}[A-Z0-9]{3}")
LEAST = 6
"""Characters of what is looked for: less would be found anywhere."""

FIRMS_TOLD = 20
IDS = ("id", "correlationid", "causationid")

STANDARD_INPUT = "-"
ANSWERS = ".answers.v1"


def asked(given: str | None) -> str | None:
    """What is meant. For `-` it is read: the arguments anybody on this machine sees, and a shell keeps."""
    if given != STANDARD_INPUT:
        return given
    if sys.stdin.isatty():
        return str(typer.prompt(say("case.whose"), err=True)).strip()
    return sys.stdin.readline().strip()


Wanted = Annotated[
    str, typer.Argument(metavar="SUPPLIER|FOLIO|RFC|REFERRAL|-", help=say("help.case.wanted"), callback=asked)
]

NAMES: tuple[Callable[[Event, str], bool], ...] = (
    lambda event, wanted: event.stage == "registration" and event.field("folio") == wanted,
    lambda event, wanted: event.id == wanted,
    lambda event, wanted: any(event.data[name] == wanted for name in event.data if name.endswith("_id")),
    lambda event, wanted: wanted in (event.correlation, event.causation),
)
"""How an event of ours names a firm, the surest first. A correlation goes last: a caller chose it, perhaps as
another firm, a referral or an event is called.
"""

KEYED_BY_SUPPLIER = (SupplierEvent, Referral, ReferralWithdrawn)


def supplier_of(client: Client, wanted: str) -> str:
    """The supplier that is meant by its id, RFC or folio, by an id of one of its events, correlations or referrals,
    or, where nothing of ours has that name, by a partner's. Raises ``Refusal``, with the firms' ids where several are.
    """
    wanted = wanted.strip()
    if RFC.fullmatch(wanted.upper()):
        return _by_rfc(client, wanted.upper())
    if is_uuid(wanted) and any(True for _ in _of_key(client, wanted.lower())):
        return wanted.lower()
    if len(wanted) >= LEAST:
        events = [*_mentioning(client, {wanted})]
        firms = firms_of(wanted, events) or _of_answers(client, events)
        if len(firms) > 1:
            told = {"count": len(firms), "firms": "\n".join(firms[:FIRMS_TOLD])}
            raise Refusal(say("error.case_many", wanted=wanted, **told), 2)
        for firm in firms:
            return firm
    raise Refusal(say("error.case", wanted=wanted), 2)


def firms_of(wanted: str, events: Iterable[Event]) -> list[str]:
    """The firms that events of ours call so, in their order; of several ways to call them the surest counts."""
    ours = [event for event in events if not _is_answer(event)]
    for names in NAMES:
        found = dict.fromkeys(event.field("supplier_id") for event in ours if names(event, wanted))
        if firms := [firm for firm in found if firm]:
            return firms
    return []


def _is_answer(event: Event) -> bool:
    """Whether a partner wrote it."""
    return is_partners(event.topic) and event.topic.endswith(ANSWERS)


def _of_answers(client: Client, events: Iterable[Event]) -> list[str]:
    """The firms of partners' answers, which name a referral alone, or any text that a partner put there."""
    answers = [event for event in events if _is_answer(event)]
    named = dict.fromkeys(referral for event in answers if is_uuid(referral := event.field("referral_id") or ""))
    sent = [*_mentioning(client, named)] if named else []
    return [*dict.fromkeys(firm for referral in named for firm in firms_of(referral, sent))]


def events_of(client: Client, supplier: str) -> tuple[list[Event], list[Event]]:
    """The firm's events, with its partners' answers and its dead letters; and other firms' events that caused some."""
    own = [Event.of(entry) for entry in _of_key(client, supplier)]
    referrals = {event.field("referral_id") for event in own} - {None}
    causes = {event.causation for event in own} - {None}
    others: list[Event] = []
    with Reader(client.connection(), GROUP, _topics(client, by_supplier=False)) as reader:
        for event in map(Event.of, reader.past()):
            if event.field("referral_id") in referrals or event.field("source_key") in {supplier, *referrals}:
                own.append(event)
            elif event.id in causes:
                others.append(event)
    return own, others


def _by_rfc(client: Client, rfc: str) -> str:
    """The one that takes part with this RFC, and the others on standard error: anybody may claim any RFC.

    Asked of registration: events do not carry the RFC of a natural person.
    """
    try:
        found = [*_with_rfc(client, rfc)]
    except Away as away:
        raise Away(f"{away} {say('error.case_away')}") from away
    if not found:
        raise Refusal(say("error.case", wanted=rfc), 2)
    taking_part = [firm for firm in found if firm["status"] == "registered"]
    if len(taking_part or found) > 1:
        raise Refusal(say("error.case_rfc_many", count=len(found), firms=_listed(found)), 2)
    [firm] = taking_part or found
    if not taking_part:
        err().print(say("case.rfc_no_part", firm=_listed(found)), markup=False)
    elif others := [each for each in found if each is not firm]:
        err().print(say("case.rfc_others", count=len(others), firms=_listed(others)), markup=False)
    return str(firm["id"])


def _with_rfc(client: Client, rfc: str) -> Iterator[dict[str, Any]]:
    return items(client, "registration", "/suppliers/search", "POST", json={"rfc": rfc})


def _listed(firms: Collection[dict[str, Any]]) -> str:
    """Id, folio and status of each: the first ones, as anybody may have made the others."""
    return "\n".join(
        " ".join([firm["id"], firm["folio"], firm["status"], *firm["holds"]]) for firm in [*firms][:FIRMS_TOLD]
    )


def _of_key(client: Client, supplier: str) -> Iterator[Entry]:
    """Every record of this key; a topic's partition follows from the key, so the others are not read."""
    key = supplier.encode()
    with Reader(client.connection(), GROUP, _topics(client, by_supplier=True), key) as reader:
        yield from (entry for entry in reader.past() if entry.key == key)


def _mentioning(client: Client, wanted: Collection[str]) -> Iterator[Event]:
    """Events that have one of these texts as one of their ids: a word that many share, as a type, names nobody."""
    # Looking for one is faster than reading each event.
    needle = next(iter(wanted)).encode() if len(wanted) == 1 else b""
    with Reader(client.connection(), GROUP, choices.topics(client)) as reader:
        for entry in reader.past():
            if entry.value and needle in entry.value and not ids_of(outline(entry.value)).isdisjoint(wanted):
                yield Event.of(entry)


def ids_of(event: dict[str, object]) -> set[str]:
    """By which an event is found: its own ids, and those and the folio in its content."""
    data = event.get("data")
    named = [event.get(name) for name in IDS]
    if isinstance(data, dict):
        named += [value for name, value in data.items() if name == "folio" or name.endswith("_id")]
    return {each for each in named if isinstance(each, str)}


def _topics(client: Client, *, by_supplier: bool) -> list[str]:
    known = catalogue(partner_codes(client.admin()))
    return [topic.name for topic in known if _is_keyed_by_supplier(topic) == by_supplier]


def _is_keyed_by_supplier(topic: Topic) -> bool:
    return all(issubclass(event, KEYED_BY_SUPPLIER) for event in topic.events)


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
