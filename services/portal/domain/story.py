"""What happened, event by event: of one firm, one requirement or one anchor."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as its stage told it."""

    event_id: UUID
    subject: UUID
    """Whose story: a supplier, a requirement, an anchor."""
    at: datetime
    type: str
    correlation_id: str
    causation_id: str | None
    facts: dict[str, str]
    """Its simple fields, as text."""
    reasons: tuple[str, ...]
