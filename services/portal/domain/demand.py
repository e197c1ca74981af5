"""What is asked for, and who asks."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement as its anchor published it last. Its targets and secrets stay with the stage."""

    id: UUID
    anchor_id: UUID
    area: str
    title: str
    annual_volume: int | None
    open_until: date | None
    closed: str | None = None
    """Why, where it is."""
    named: bool = False
    """Whether firms that read it are told who asks, before they are introduced."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A large buyer (tractora)."""

    id: UUID
    code: str = ""
    name: str = ""
    states: tuple[str, ...] = ()
    joined_at: datetime | None = None
    departed: str | None = None
    """Why, where it did."""
