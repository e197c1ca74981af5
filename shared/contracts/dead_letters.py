"""A record that a service could not take in."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import StringConstraints

from shared.contracts.event import EventData, Moment

ServiceName = Literal["registration", "matching", "diagnosis", "development", "financing", "portal"]


class DeadLetter(EventData):
    """One record set aside. Its bytes stay in the store of the service that refused it: they may be anything,
    personal data included, and this topic has more readers than that store.
    """

    TYPE: ClassVar[str] = "dead-letter"

    dead_letter_id: UUID
    service: ServiceName
    source_topic: str
    source_partition: int
    source_offset: int
    source_key: str | None
    event_id: str | None
    event_type: str | None
    reason: str
    error: str
    """Name of the exception or of the rule broken; never a message, which could quote the record."""
    size: int
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    blocked: bool
    """Later records of the same key wait until this one is replayed or discarded."""
    at: Moment

    @property
    def key(self) -> UUID:
        return self.dead_letter_id

    @property
    def topic(self) -> str:
        return f"{self.service}.dead-letters.v1"
