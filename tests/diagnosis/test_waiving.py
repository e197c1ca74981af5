"""A drawn round that goes on without its second assessor, as a decision."""

from dataclasses import replace

import pytest

from services.diagnosis import handlers
from services.diagnosis.domain.answering import assess, reopen, validate
from services.diagnosis.domain.assignment import Assignment, assign
from services.diagnosis.domain.calibrating import Calibrators, assign_calibrators, hides
from services.diagnosis.domain.calibration import Calibration, Waiver
from services.diagnosis.domain.diagnosis import Diagnosis, Reopening
from services.diagnosis.domain.waiving import waive
from shared.contracts.diagnosis import DiagnosisAssessed, SecondAssessmentWaived
from shared.messaging.decision import Decision, Refused
from tests.diagnosis.builders import INSTRUMENTS, NOW, answers, done
from tests.diagnosis.test_calibrating import both, drawn, further, given, mixed, of, reason

WAIVER = Waiver(0, "El segundo evaluador enfermó", "operator-2", NOW)


def first_in() -> Diagnosis:
    return given(drawn(), "assessor", mixed())


def told(diagnosis: Diagnosis) -> list[type]:
    outcome = handlers.waive_second(diagnosis, WAIVER, INSTRUMENTS)
    assert isinstance(outcome, Decision)
    return [type(each) for each in outcome.events]


def test_the_expert_validates_what_the_first_saw_and_nothing_is_compared() -> None:
    held = first_in()
    assert reason(validate(held, answers(mixed(), "expert"), INSTRUMENTS)) == "second_missing"
    waived = done(waive(held, WAIVER))
    assert (of(waived).standing, of(waived).compared_at, of(waived).pairs) == ("waived", None, ())
    assert [each.reason for each in waived.waivers] == [WAIVER.reason]
    assert not hides(waived, "expert")
    assert done(validate(waived, answers(mixed(), "expert"), INSTRUMENTS)).status == "completed"


def test_what_the_first_gave_is_told_with_it_or_by_itself_later() -> None:
    assert told(first_in()) == [SecondAssessmentWaived, DiagnosisAssessed]
    assert told(drawn()) == [SecondAssessmentWaived]
    later = handlers.assess(done(waive(drawn(), WAIVER)), answers(mixed(), "assessor", SEEN), INSTRUMENTS)
    assert isinstance(later, Decision)
    assert [type(each) for each in later.events] == [DiagnosisAssessed]


SEEN = dict.fromkeys(mixed(), "seen")


def test_the_first_may_still_correct_and_the_second_gives_nothing_more() -> None:
    waived = done(waive(first_in(), WAIVER))
    moved = mixed(T01=4)
    corrected = handlers.assess(waived, answers(moved, "assessor", SEEN), INSTRUMENTS)
    assert isinstance(corrected, Decision)
    late = handlers.assess(waived, answers(moved, "second", SEEN), INSTRUMENTS)
    assert (isinstance(late, Refused) and late.code) == "second_waived"
    assert reason(assign_calibrators(waived, Calibrators("third", None), "operator")) == "second_waived"
    assert reason(waive(waived, WAIVER)) == "second_waived"


@pytest.mark.parametrize("by", ["assessor", "second", "lead", "expert", "firm"])
def test_nobody_waives_who_has_a_part_in_it(by: str) -> None:
    assert reason(waive(first_in(), Waiver(0, "Urge", by, NOW))) == "waives_own"


def test_nobody_who_waived_has_a_part_in_it_afterwards() -> None:
    waived = done(waive(first_in(), WAIVER))
    again = done(reopen(waived, Reopening("Otro año", "operator", NOW), INSTRUMENTS))
    for state in (waived, again):
        for people in (Assignment("assessor", WAIVER.by), Assignment(WAIVER.by, "expert")):
            assert reason(assign(state, people, "operator")) == "waived_it"
    drawn = replace(again, calibration=Calibration(1))
    for two in (Calibrators(WAIVER.by, None), Calibrators("second", WAIVER.by)):
        assert reason(assign_calibrators(drawn, two, "operator")) == "waived_it"


def test_who_waived_and_is_assigned_all_the_same_gives_no_sheet() -> None:
    """As it was kept before an assignment asked."""
    waived = replace(done(waive(first_in(), WAIVER)), validator=WAIVER.by, assessor=WAIVER.by)
    assert reason(validate(waived, answers(mixed(), WAIVER.by), INSTRUMENTS)) == "waived_it"
    assert reason(assess(waived, answers(mixed(), WAIVER.by, SEEN), INSTRUMENTS)) == "waived_it"


def test_what_differs_is_reconciled_and_not_waived() -> None:
    assert reason(waive(both(mixed(), further(4)), WAIVER)) == "already_compared"


def test_the_next_round_is_drawn_anew_and_the_waiver_is_kept() -> None:
    waived = done(waive(first_in(), WAIVER))
    again = done(reopen(waived, Reopening("Otro año", "operator", NOW), INSTRUMENTS))
    assert (again.calibration, len(again.waivers)) == (None, 1)
