"""What happened, event by event: of one firm, one requirement or one anchor."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

DECIDING = {
    "financing.referral-answered": "state",
    "financing.referral-lapsed": "silent",
    "matching.match-answered": "answer",
    "matching.contract-awarded": "corrected",
    "matching.performance-answered": "answer",
    "development.activity-reopened": "by",
}
"""Events that tell of acts of several people, and their field that says which of them it was."""


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

    @property
    def act(self) -> str:
        """Of an event that tells of several acts, which of them it was; nothing of all others."""
        return self.facts.get(DECIDING.get(self.type, ""), "")
