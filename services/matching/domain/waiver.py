"""Waivers: an anchor takes a firm that does not pass a gate, with a plan and until a day (IATF 16949 8.4.2.3)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import get_args
from uuid import UUID

from services.matching.domain.reasons import Waivable

WAIVABLE: tuple[Waivable, ...] = get_args(Waivable)
"""In the order of their bits, of which a row has fifteen: one more needs a wider column."""

MOST_WAIVERS = 200
"""Of one requirement, those that ended too: its history."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One gate that bars a firm, or nobody, until a day."""

    id: UUID
    gate: Waivable
    supplier_id: UUID | None
    """None: whoever does not pass it."""
    reason: str
    plan: str
    """How it comes to be passed."""
    until: date
    """The last day on which it counts."""
    by: str
    """Who gave it, the subject of the token."""
    at: datetime
    revoked_by: str | None = None
    revoked_at: datetime | None = None

    def counts(self, on: date, supplier_id: UUID) -> bool:
        """Whether it opens its gate to this firm on this day."""
        return self.holds(on) and self.supplier_id in (None, supplier_id)

    def holds(self, on: date) -> bool:
        return self.revoked_at is None and on <= self.until


def as_of(waivers: Iterable[Waiver], at: datetime) -> Iterator[Waiver]:
    """Waivers as they were at a moment."""
    for waiver in waivers:
        if waiver.at <= at:
            later = waiver.revoked_at is not None and waiver.revoked_at > at
            yield replace(waiver, revoked_by=None, revoked_at=None) if later else waiver


def waived(waivers: Iterable[Waiver], supplier_id: UUID, on: date) -> tuple[Waivable, ...]:
    """Gates that are waived for this firm on this day, in their order."""
    gates = {waiver.gate for waiver in waivers if waiver.counts(on, supplier_id)}
    return tuple(gate for gate in WAIVABLE if gate in gates)


def next_end(waivers: Iterable[Waiver], on: date) -> date | None:
    """The next last day of those that hold; None where none does."""
    return min((waiver.until for waiver in waivers if waiver.holds(on)), default=None)
