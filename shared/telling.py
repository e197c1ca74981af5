"""A wish to tell once more all that a stage told: an operator's, for readers that lost it or keep more of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Telling:
    id: UUID
    reason: str
    by: str
    at: datetime
