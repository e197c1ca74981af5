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


def forgotten(client: LocalClient, service: str) -> list[Forgotten]:
    """The events of the service's topics that are not in its journal, oldest first; not those about dead letters, nor
    checkpoints of its audit log.
    """
    known = _journal(client, service)
    topics = [
        topic.name
        for topic in catalogue(partner.code for partner in client.partners.all())
        if topic.writer == service and not (topic.name.endswith(".dead-letters.v1") or is_log(topic.name))
    ]
    with Reader(client.connection(), GROUP, topics) as reader:
        return [found for found in _events(reader.past()) if found.event.envelope.id not in known]


def _journal(client: LocalClient, service: str) -> set[UUID]:
    rows = client.postgres.execute("SELECT event_id FROM journal", service)
    return {UUID(row) for row in rows.split()}


def _events(entries: Iterable[Entry]) -> Iterable[Forgotten]:
    for entry in entries:
        event = decode(Record(entry.topic, entry.partition, entry.offset, entry.key, entry.value))
        if isinstance(event, Message):
            yield Forgotten(entry, event)
