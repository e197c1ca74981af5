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
    tell_all: bool = False
    """Also results that stay as they are, for readers whose stores lack what was told before they kept it."""
