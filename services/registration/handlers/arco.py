"""Decisions on ARCO requests: one is made, and an operator who has no part in the firm answers it."""

from collections.abc import Collection
from datetime import date

from services.registration.domain.arco import ANSWER_DAYS, MOST_OPEN, ArcoRequest, Ground, Outcome, working_days_after
from shared.messaging.decision import Decision, Refused

ARCO_UNKNOWN = Refused("not_found", "arco_request_unknown")
_ANSWERED = Refused("conflict", "arco_answered")
_TOO_MANY = Refused("conflict", "arco_too_many", params={"most": MOST_OPEN})
_SAME_PERSON = Refused("conflict", "arco_same_person")
_NOTHING_TO_CARRY_OUT = Refused("conflict", "arco_nothing_to_carry_out")
_GROUND_LACKING = Refused("invalid", "arco_ground_lacking", at="ground")
_SOMETHING_HELD = Refused("conflict", "arco_something_held", at="none_of_it")
_GROUND_FOR_NOTHING = Refused("invalid", "arco_ground_for_nothing", at="ground")
_NONE_OF_IT_ALONE = Refused("invalid", "arco_none_of_it_alone", at="none_of_it")


_EXTENDED = Refused("conflict", "arco_extended")
_TERM_OVER = Refused("conflict", "arco_term_over")
_NOTHING_TO_EXTEND = Refused("conflict", "arco_nothing_to_extend")


def deadline(today: date) -> date:
    return working_days_after(today, ANSWER_DAYS)


def make(asked: ArcoRequest, open_already: int) -> Decision[ArcoRequest] | Refused:
    """Take a request, whatever it says: whether it is granted is its answer."""
    return _TOO_MANY if open_already >= MOST_OPEN else Decision(asked)


def answer(
    state: ArcoRequest | None,
    outcome: Outcome,
    ground: Ground | None,
    words: str,
    by: str,
    today: date,
    held: Collection[str] = (),
    *,
    none_of_it: bool = False,
) -> Decision[ArcoRequest] | Refused:
    """Whoever is granted less than they asked for is told on what ground, by somebody who did not ask. `held`: what is;
    `none_of_it`: whoever answers says that it is not what was asked for, which is kept with the answer.
    """
    if state is None:
        return ARCO_UNKNOWN
    if state.status != "received":
        return _ANSWERED
    if not state.may_answer(by, outcome):
        return _SAME_PERSON
    if outcome != "granted" and ground is None:
        return _GROUND_LACKING
    if outcome == "granted" and ground is not None:
        return _GROUND_FOR_NOTHING
    if none_of_it and ground != "nothing_held":
        return _NONE_OF_IT_ALONE
    if ground == "nothing_held" and held and not none_of_it:
        return _SOMETHING_HELD
    return Decision(state.answered(outcome, ground, words, by, today, tuple(held) if none_of_it else None))


def carry_out(state: ArcoRequest | None, by: str, today: date) -> Decision[ArcoRequest] | Refused:
    """What was granted is done, also late. Said again it stays as it was said first."""
    if state is None:
        return ARCO_UNKNOWN
    if state.status == "carried_out":
        return Decision(state)
    if state.status == "received" or state.until is None:
        return _NOTHING_TO_CARRY_OUT
    return Decision(state.carried_out(by, today))


def erase_words(state: ArcoRequest | None) -> Decision[ArcoRequest]:
    """What was written goes with who they were; that they asked, what for, and what became of it stays."""
    return Decision(None if state is None else state.without_words())


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
