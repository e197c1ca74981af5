"""A wish to measure every validated diagnosis anew: an operator's, after a release whose rules judge otherwise."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Measurement:
    id: UUID
    reason: str
    by: str
    at: datetime
