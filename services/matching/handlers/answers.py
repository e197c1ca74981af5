"""Decisions of an anchor's buyer about a match."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.matching.domain import match as matches
from services.matching.domain.match import Award, Match
from services.matching.domain.reasons import DeclineReason, Refusal
from services.matching.domain.rematch import Offering
from services.matching.handlers import published
from services.matching.handlers.refusal import refused
from shared.contracts.event import EventData
from shared.messaging.decision import Decision, Refused, unchanged


def shortlist(state: Offering | None, match_id: UUID, now: datetime) -> Decision[Offering] | Refused:
    """The anchor wants to go on with the firm."""
    return _answered(state, match_id, matches.shortlist, lambda id_, match: published.answered(id_, match, now))


def decline(
    state: Offering | None, match_id: UUID, reason: DeclineReason, now: datetime
) -> Decision[Offering] | Refused:
    """The anchor does not want the firm for this requirement."""
    return _answered(
        state,
        match_id,
        lambda match: matches.decline(match, reason),
        lambda id_, match: published.answered(id_, match, now),
    )


def award(
    state: Offering | None, match_id: UUID, annual_value: Decimal, currency: str, annual_volume: int, now: datetime
) -> Decision[Offering] | Refused:
    """The anchor buys from the firm."""
    given = Award(annual_value, currency, annual_volume, now)
    return _answered(
        state,
        match_id,
        lambda match: matches.give_award(match, given),
        lambda id_, match: published.awarded(id_, match, given),
    )


def _answered(
    state: Offering | None,
    match_id: UUID,
    decide: Callable[[Match], Match | Refusal],
    event: Callable[[UUID, Match], EventData],
) -> Decision[Offering] | Refused:
    """Change one match of the offering and tell it; the same answer given again tells nothing."""
    match = next((each for each in state.matches if each.id == match_id), None) if state else None
    if state is None or match is None:
        return refused("match_unknown")
    after = decide(match)
    if isinstance(after, str):
        return refused(after)
    if after == match:
        return unchanged(state)
    kept = tuple(after if each.id == match_id else each for each in state.matches)
    return Decision(replace(state, matches=kept), (event(state.id, after),))
