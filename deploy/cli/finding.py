"""Finds a firm by what people know of it, and its events on all topics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from uuid import UUID

from deploy.cli import choices
from deploy.cli.api import Away, request
from deploy.cli.console import Refusal
from deploy.cli.events import Event, outline
from deploy.cli.texts import say
from deploy.provision.kafka_admin import partner_codes
from deploy.provision.reader import Entry, Reader
from deploy.target.client import Client
from shared.contracts.event import SupplierEvent
from shared.contracts.partner import Referral, ReferralWithdrawn
from shared.messaging.topics import Topic, catalogue

GROUP = "pdp-case"
RFC = re.compile(r"[A-ZÑ&]{3,4}[0-9]{6}[A-Z0-9]{3}")
LEAST = 6
"""Characters of what is looked for: less would be found anywhere."""

FIRMS_TOLD = 20
IDS = ("id", "correlationid", "causationid")

KEYED_BY_SUPPLIER = (SupplierEvent, Referral, ReferralWithdrawn)


def supplier_of(client: Client, wanted: str) -> str:
    """The supplier that is meant by its id, RFC or folio, by an id of one of its events, correlations or referrals, or
    by a partner's folio. Raises ``Refusal``, with the firms' ids where several are meant.
    """
    if RFC.fullmatch(wanted.upper()):
        return _by_rfc(client, wanted.upper())
    if is_uuid(wanted) and any(True for _ in _of_key(client, wanted.lower())):
        return wanted.lower()
    if len(wanted) >= LEAST:
        events = [*_mentioning(client, wanted)]
        firms = firms_of(wanted, events) or _of_referrals(client, wanted, events)
        if len(firms) > 1:
            told = {"count": len(firms), "firms": "\n".join(firms[:FIRMS_TOLD])}
            raise Refusal(say("error.case_many", wanted=wanted, **told), 2)
        for firm in firms:
            return firm
    raise Refusal(say("error.case", wanted=wanted), 2)


def firms_of(wanted: str, events: Iterable[Event]) -> list[str]:
    """The firms of these events, in their order: of the one that has this id alone, where it is one of a firm."""
    firms: dict[str, None] = {}
    for event in events:
        if firm := event.field("supplier_id"):
            if event.id == wanted:
                return [firm]
            firms[firm] = None
    return [*firms]


def _of_referrals(client: Client, wanted: str, events: Iterable[Event]) -> list[str]:
    """The firms of partners' answers, which name the referral alone."""
    referrals = dict.fromkeys(event.field("referral_id") for event in events)
    found = (supplier_of(client, referral) for referral in referrals if referral and referral != wanted)
    return [*dict.fromkeys(found)]


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
    """Asked of registration: events do not carry the RFC of a natural person. Of a firm that came back, the last."""
    try:
        found = request(client, "registration", "POST", "/suppliers/search", json={"rfc": rfc})
    except Away as away:
        raise Away(f"{away} {say('error.case_away')}") from away
    if not found["items"]:
        raise Refusal(say("error.case", wanted=rfc), 2)
    return str(found["items"][-1]["id"])


def _of_key(client: Client, supplier: str) -> Iterator[Entry]:
    """Every record of this key; a topic's partition follows from the key, so the others are not read."""
    key = supplier.encode()
    with Reader(client.connection(), GROUP, _topics(client, by_supplier=True), key) as reader:
        yield from (entry for entry in reader.past() if entry.key == key)


def _mentioning(client: Client, wanted: str) -> Iterator[Event]:
    """Events that have this text as one of their ids: a word that many share, as a type, names nobody."""
    needle = wanted.encode()
    with Reader(client.connection(), GROUP, choices.topics(client)) as reader:
        for entry in reader.past():
            if entry.value and needle in entry.value and wanted in ids_of(outline(entry.value)):
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
