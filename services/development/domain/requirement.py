"""What an anchor asks for, as far as this stage shows it beside a match and counts coverage by it."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement's heading."""

    id: UUID
    area: str
    title: str
    anchor_id: UUID | None = None
    """Who asks; None: told before that was kept."""
