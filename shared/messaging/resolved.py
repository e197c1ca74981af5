"""What became of dead letters that were replayed or discarded."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one dead letter."""

    resolved: bool
    """The dead letter's own record is done with."""
    released: int
    """Blocked records that took effect after it."""
    error: str | None = None
    """Why it, or a record behind it, still fails."""
    next: UUID | None = None
    """The dead letter that a record behind it became."""
    left: bool = False
    """More waits behind it than one call takes: the dead letter stays open, and goes on where it stopped."""


@dataclass(frozen=True, slots=True)
class Failure:
    id: UUID
    resolved: bool
    """It went through, and a record behind it failed and took its place."""
    error: str
    next: UUID | None
    """The dead letter that it became."""


@dataclass(slots=True)
class Resolved:
    """What one call did."""

    resolved: int = 0
    released: int = 0
    failures: list[Failure] = field(default_factory=list)
    left: int = 0
    """Open dead letters that fit and were not reached: call again, after `last`."""
    last: UUID | None = None
    """The last dead letter that is done with for this time."""
