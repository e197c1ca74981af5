"""Who is blind stays blind: over reopenings, and whoever once was on one side is never on another."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from services.diagnosis.domain import draft
from services.diagnosis.domain.answering import reopen, submit
from services.diagnosis.domain.assignment import Assignment, assign
from services.diagnosis.domain.calibrating import (
    Calibrators,
    assign_calibrators,
    hidden_since,
    hides,
    reconcile,
)
from services.diagnosis.domain.calibration import Reconciliation
from services.diagnosis.domain.diagnosis import Diagnosis, Reopening
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.domain.refusal import Refusal
from tests.diagnosis.builders import INSTRUMENT, INSTRUMENTS, NOW, answers, done, levels_at
from tests.diagnosis.test_calibrating import ALL, both, drawn, further, given, mixed, of, reason

AGAIN = Reopening("error de la empresa", "operator", NOW)


def once_more(diagnosis: Diagnosis, instruments: Instruments = INSTRUMENTS) -> Diagnosis:
    """Reopened, and the firm's own sheet is in again, where no other round is drawn."""
    return done(submit(done(reopen(diagnosis, AGAIN, instruments)), answers(levels_at(2), "firm"), instruments))


def reconciled() -> Diagnosis:
    out = both(mixed(), further(4))
    said = {pair.question: 3 for pair in of(out).apart(INSTRUMENT.calibration)}  # type: ignore[arg-type]
    return done(reconcile(out, Reconciliation(said, "Lo vi", "lead", NOW), INSTRUMENTS))


def staffed(diagnosis: Diagnosis, second: str | None, lead: str | None = "lead") -> Diagnosis | Refusal:
    return assign_calibrators(diagnosis, Calibrators(second, lead), "operator")


def firsts(diagnosis: Diagnosis, first: str) -> Diagnosis | Refusal:
    return assign(diagnosis, Assignment(first, "expert"), "operator")


@pytest.mark.parametrize("by", ["assessor", "second"])
def test_a_reopening_before_both_are_in_uncovers_nothing_and_both_are_to_come_again(by: str) -> None:
    begun = given(drawn(), by, mixed())
    reopened = done(reopen(begun, AGAIN, INSTRUMENTS))
    for state in (reopened, once_more(begun)):
        assert [hides(state, who) for who in ("assessor", "second", "expert", None)] == [False, True, True, True]
        assert hidden_since(state) == hidden_since(begun)
        assert len(draft.visited(state, by)) == 54, "to go on from"
        assert draft.visited(state, "second" if by == "assessor" else "assessor") == {}
    assert (of(reopened).round, of(reopened).sheet) == (0, None)
    other = "second" if by == "assessor" else "assessor"
    one = given(once_more(begun), other, mixed())
    assert of(one).standing == "drawn"
    assert of(given(one, by, mixed())).standing == "within"


def test_nor_does_one_on_another_questionnaire() -> None:
    newer = replace(INSTRUMENT, version="newer-1")
    both_versions = {INSTRUMENT.version: INSTRUMENT, newer.version: newer}
    instruments = replace(INSTRUMENTS, current=newer, versions=both_versions)
    begun = given(given(drawn(), "second", mixed()), "second", mixed(T01=2))
    again = done(reopen(begun, AGAIN, instruments))
    assert (of(again).sheet, dict(of(again).visit), hidden_since(again)) == (None, {}, hidden_since(begun))
    assert reason(firsts(again, "second")) == "same_assessor"


def test_a_round_out_of_bounds_is_reopened_once_it_is_reconciled() -> None:
    assert reason(reopen(both(mixed(), further(4)), AGAIN, INSTRUMENTS)) == "not_reconciled"
    assert done(reopen(reconciled(), AGAIN, INSTRUMENTS)).calibration is None


@pytest.mark.parametrize("before", [lambda: both(mixed(), mixed()), reconciled])
def test_whoever_was_on_a_side_of_a_compared_round_is_not_the_blind_one_of_a_later_one(
    before: Callable[[], Diagnosis],
) -> None:
    again = done(reopen(before(), AGAIN, INSTRUMENTS))
    later = done(submit(again, answers(levels_at(2), "firm"), INSTRUMENTS, ALL))
    assert of(later).round == 1
    for who in ("assessor", "second", "lead"):
        assert reason(staffed(later, who, None)) == "same_assessor"
    for who in ("second", "lead"):
        assert reason(firsts(later, who)) == "same_assessor"
    assert of(done(staffed(later, "third"))).second == "third"


def test_who_only_read_one_side_is_never_on_the_other() -> None:
    begun = given(drawn(), "assessor", mixed())
    back = done(firsts(done(firsts(begun, "reader")), "assessor"))
    for people in (("reader", None), ("second", "reader")):
        assert reason(staffed(back, *people)) == "same_assessor"


def test_nor_is_a_former_second_or_lead() -> None:
    begun = given(drawn(), "second", mixed())
    back = done(staffed(done(staffed(begun, "reader", "other")), "second"))
    for who in ("reader", "other"):
        assert reason(firsts(back, who)) == "same_assessor"
    assert reason(staffed(back, "second", "reader")) == "same_assessor"
    assert reason(staffed(back, "other", "lead")) == "same_assessor"
