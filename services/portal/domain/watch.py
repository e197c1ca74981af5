"""What operators watch: records that a service set aside, and how far its audit log is sealed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Letter:
    """A record that was set aside, as it was told then. What became of it, its service says."""

    id: UUID
    service: str
    source_topic: str
    source_key: str | None
    event_type: str | None
    reason: str
    error: str
    blocked: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The longest checkpoint of a service's audit log that was seen: who keeps it can prove a shorter log wrong."""

    id: UUID
    service: str
    size: int
    note: str
    sealed_at: datetime
