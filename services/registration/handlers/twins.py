"""Decisions on twins: that they are two firms, or which of the two remains."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.registration.domain import twins as rules
from services.registration.domain.supplier import Supplier
from services.registration.domain.twins import Twins
from services.registration.handlers import withdraw
from shared.messaging.decision import Decision, Refused

TWINS_UNKNOWN = Refused("not_found", "twins_unknown")
TWINS_DECIDED = Refused("conflict", "twins_decided")
REMAINS_NEITHER = Refused("invalid", "remains_neither", at="remains")
REMAINS_WITHDRAWN = Refused("conflict", "remains_withdrawn")
REMAINS_HELD = Refused("conflict", "remains_held")


@dataclass(frozen=True, slots=True)
class Merged:
    """Both decisions of a merger."""

    twins: Decision[Twins]
    leaving: Decision[Supplier]


def keep(state: Twins | None, operator: str, now: datetime) -> Decision[Twins] | Refused:
    """They are two firms, and are not held for one again."""
    if state is None:
        return TWINS_UNKNOWN
    after = rules.decided(state, "keep", operator, now)
    return TWINS_DECIDED if after is None else Decision(after)


def merge(
    state: Twins | None, firms: dict[UUID, Supplier], remains: UUID, operator: str, now: datetime
) -> Merged | Refused:
    """They are one firm, which goes on as the one that remains; the other one leaves."""
    if state is None:
        return TWINS_UNKNOWN
    if remains not in (state.older, state.newer):
        return REMAINS_NEITHER
    after = rules.decided(state, "merge", operator, now, remains)
    if after is None:
        return TWINS_DECIDED
    remaining, leaving = firms[remains], firms[state.other(remains)]
    if "withdrawn" in (remaining.status, leaving.status):
        return REMAINS_WITHDRAWN
    if remaining.status == "held" and leaving.status == "registered":
        # Its matches and its plan would end, and nobody knows yet whether the other one may take part.
        return REMAINS_HELD
    left = withdraw(leaving, "merged", now, remains)
    return left if isinstance(left, Refused) else Merged(Decision(after), left)
