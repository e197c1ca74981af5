"""Events that a service published and that its store, restored to an earlier moment, no longer knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from deploy.local.client import LocalClient
from deploy.provision.reader import Entry, Reader
from shared.contracts.audit import is_log
from shared.contracts.financing import ConsentRevoked
from shared.contracts.registration import ContactErased
from shared.messaging.codec import Message, Record, decode
from shared.messaging.topics import catalogue
from shared.sealing.keys import Name

GROUP = "pdp-restore"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """One such event."""

    entry: Entry
    event: Message

    @property
    def is_decided_again(self) -> bool:
        """An event caused it, which the service consumes again. Else a person's command, or a moment in time, did."""
        return self.event.envelope.cause.causation_id is not None

    @property
    def erased(self) -> UUID | None:
        """Whose data was erased with it; None of other events."""
        data = self.event.data
        return data.supplier_id if isinstance(data, ContactErased | ConsentRevoked) else None


def unheld(lost: Iterable[Forgotten], registered: Mapping[Name, datetime], since: datetime) -> list[Forgotten]:
    """Of these the erasures of which the register has nothing since then: what they took is back."""
    held = {name.person for name, at in registered.items() if at > since}
    return [each for each in lost if each.erased is not None and each.erased not in held]


@dataclass(frozen=True, slots=True)
class Past:
    """What Kafka knows of a service beyond a store of it."""

    lost: list[Forgotten]
    """Oldest first."""
    is_known: bool
    """Whether Kafka has anything that the store knows too. A new Kafka has not, and one that has removed all of that
    time by age: then more may have been told than what is lost here."""


def forgotten(client: LocalClient, service: str, store: str) -> Past:
    """The events of the service's topics that are not in the journal of this store of it; not those about dead letters,
    nor checkpoints of its audit log. Raises ``PostgresError`` and ``KafkaRefusalError``.
    """
    known = _journal(client, store)
    topics = [
        topic.name
        for topic in catalogue(partner.code for partner in client.partners.all())
        if topic.writer == service and not (topic.name.endswith(".dead-letters.v1") or is_log(topic.name))
    ]
    with Reader(client.connection(), GROUP, topics) as reader:
        told = list(_events(reader.past()))
    lost = [each for each in told if each.event.envelope.id not in known]
    return Past(lost, is_known=bool(told) and (len(lost) < len(told) or not known))


def _journal(client: LocalClient, store: str) -> set[UUID]:
    rows = client.postgres.execute("SELECT event_id FROM journal", store)
    return {UUID(row) for row in rows.split()}


def _events(entries: Iterable[Entry]) -> Iterable[Forgotten]:
    for entry in entries:
        event = decode(Record(entry.topic, entry.partition, entry.offset, entry.key, entry.value))
        if isinstance(event, Message):
            yield Forgotten(entry, event)
