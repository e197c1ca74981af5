"""Decisions on ARCO requests: one is made, and an operator who has no part in the firm answers it."""

from datetime import date

from services.registration.domain.arco import ANSWER_DAYS, MOST_OPEN, ArcoRequest, Ground, Outcome, working_days_after
from shared.messaging.decision import Decision, Refused

ARCO_UNKNOWN = Refused("not_found", "arco_request_unknown")
_ANSWERED = Refused("conflict", "arco_answered")
_TOO_MANY = Refused("conflict", "arco_too_many", params={"most": MOST_OPEN})
_GROUND_LACKING = Refused("invalid", "arco_ground_lacking", at="ground")
_GROUND_FOR_NOTHING = Refused("invalid", "arco_ground_for_nothing", at="ground")


_EXTENDED = Refused("conflict", "arco_extended")
_TERM_OVER = Refused("conflict", "arco_term_over")
_NOTHING_TO_EXTEND = Refused("conflict", "arco_nothing_to_extend")


def deadline(today: date) -> date:
    return working_days_after(today, ANSWER_DAYS)


def make(asked: ArcoRequest, open_already: int) -> Decision[ArcoRequest] | Refused:
    """Take a request, whatever it says: whether it is granted is its answer."""
    return _TOO_MANY if open_already >= MOST_OPEN else Decision(asked)


def answer(
    state: ArcoRequest | None, outcome: Outcome, ground: Ground | None, words: str, by: str, today: date
) -> Decision[ArcoRequest] | Refused:
    """Whoever is granted less than they asked for is told on what ground."""
    if state is None:
        return ARCO_UNKNOWN
    if state.status == "answered":
        return _ANSWERED
    if outcome != "granted" and ground is None:
        return _GROUND_LACKING
    if outcome == "granted" and ground is not None:
        return _GROUND_FOR_NOTHING
    return Decision(state.answered(outcome, ground, words, by, today))


def extend(state: ArcoRequest | None, reason: str, by: str, today: date) -> Decision[ArcoRequest] | Refused:
    """The term that runs is extended: once, before it is over, and whoever asked reads why."""
    if state is None:
        return ARCO_UNKNOWN
    if state.until is None:
        return _NOTHING_TO_EXTEND
    if any(each.term == state.term for each in state.extensions):
        return _EXTENDED
    if today > state.until:
        return _TERM_OVER
    return Decision(state.extended(reason, by, today))
