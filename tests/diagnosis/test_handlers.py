from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import pytest

from services.diagnosis import handlers
from services.diagnosis.domain.diagnosis import Diagnosis
from services.diagnosis.domain.rescoring import Rescoring
from shared.contracts.development import ActivityCompleted
from shared.contracts.diagnosis import (
    DiagnosisAssessed,
    DiagnosisCompleted,
    DiagnosisOpened,
    DiagnosisSubmitted,
    EvidenceReturned,
    GapRescored,
)
from shared.contracts.matching import AlignedRequirement, OfferingAligned, OfferingNotAligned
from shared.contracts.registration import SupplierWithdrawn
from shared.messaging.decision import Decision, Refused
from tests.diagnosis.builders import (
    ANCHOR,
    EVIDENCE,
    INSTRUMENT,
    INSTRUMENTS,
    NOW,
    OTHER_ANCHOR,
    SUPPLIER,
    answers,
    ask,
    assessed,
    completed,
    levels_at,
    opened,
    reassigned,
    submitted,
    with_dimension,
)

PLAN = UUID("0195d000-0000-7000-8000-0000000000f1")


def aligned(*asked: tuple[UUID, Mapping[str, int], tuple[str, ...]]) -> OfferingAligned:
    requirements = [
        AlignedRequirement(
            requirement_id=UUID(int=number),
            anchor_id=anchor,
            area="P14",
            score=8_000,
            targets=dict(targets),
            must_have=must_have,
        )
        for number, (anchor, targets, must_have) in enumerate(asked or [(ANCHOR, {}, ())], 1)
    ]
    return OfferingAligned(supplier_id=SUPPLIER, requirements=tuple(requirements), rules="match-1")


def activity(*questions: str) -> ActivityCompleted:
    return ActivityCompleted(
        supplier_id=SUPPLIER,
        cohort_id=PLAN,
        plan_id=PLAN,
        activity_id=PLAN,
        module="M22",
        questions=questions,
        evidence_id=EVIDENCE,
        completed_at=NOW,
    )


WITHDRAWN = SupplierWithdrawn(supplier_id=SUPPLIER, reason="closed_down", withdrawn_at=NOW)
NOT_ALIGNED = OfferingNotAligned(supplier_id=SUPPLIER, missing=(), rules="match-1")


def state_of(decision: Decision[Diagnosis] | Refused) -> Diagnosis:
    assert isinstance(decision, Decision), decision
    assert decision.state is not None
    return decision.state


def align(state: Diagnosis | None, event: OfferingAligned) -> Decision[Diagnosis]:
    return handlers.offering_aligned(state, event, NOW, INSTRUMENTS)


def test_alignment_opens_with_what_all_anchors_ask_together() -> None:
    event = aligned((ANCHOR, {"T04": 3}, ("F05",)), (OTHER_ANCHOR, {"T04": 4}, ()))
    decision = align(None, event)
    diagnosis = state_of(decision)
    assert decision.events == (
        DiagnosisOpened(
            supplier_id=SUPPLIER,
            diagnosis_id=diagnosis.diagnosis_id,
            instrument="pdp-54-2026-1",
            targets={"T04": 4},
            must_have=("F05",),
        ),
    )


def test_the_same_alignment_again_says_nothing() -> None:
    event = aligned((ANCHOR, {"T04": 4}, ()))
    first = align(None, event)
    again = align(first.state, event)
    assert (again.state, again.events) == (first.state, ())


def test_other_targets_are_told_while_nobody_has_answered() -> None:
    decision = align(opened(), aligned((ANCHOR, {"T04": 4}, ())))
    assert [type(event) for event in decision.events] == [DiagnosisOpened]


@pytest.mark.parametrize("state", [submitted(levels_at(3)), assessed(levels_at(3))])
def test_other_targets_are_merged_without_an_event_once_somebody_has_answered(state: Diagnosis) -> None:
    decision = align(state, aligned((ANCHOR, {"T04": 4}, ())))
    assert state_of(decision).demand.targets == {"T04": 4}
    assert decision.events == ()


def test_other_targets_of_a_completed_diagnosis_are_a_new_version() -> None:
    decision = align(completed(levels_at(3)), aligned((ANCHOR, {"T04": 4}, ())))
    (event,) = decision.events
    assert isinstance(event, DiagnosisCompleted)
    assert (event.version, event.levels["T04"], event.validated_at) == (2, 3, NOW)
    assert [(gap.question, gap.target, gap.anchors_asking) for gap in event.result.gaps] == [("T04", 4, 1)]


def test_other_targets_that_change_no_gap_say_nothing() -> None:
    assert align(completed(levels_at(4)), aligned((ANCHOR, {"T04": 4}, ()))).events == ()


def test_who_is_not_aligned_owes_no_work_and_loses_none() -> None:
    diagnosis = state_of(handlers.offering_not_aligned(submitted(levels_at(3)), NOT_ALIGNED, NOW, INSTRUMENTS))
    assert (diagnosis.required, diagnosis.status) == (False, "submitted")
    assert handlers.offering_not_aligned(None, NOT_ALIGNED, NOW, INSTRUMENTS) == Decision(None)


def test_what_nobody_asks_any_more_is_no_gap_and_the_next_version_says_so() -> None:
    """Seen: the gaps of a closed requirement stayed critical and kept the firm from finance."""
    before = completed(levels_at(3, T04=1), ask(must_have=("T04",), T01=4))
    decision = handlers.offering_not_aligned(before, NOT_ALIGNED, NOW, INSTRUMENTS)
    (event,) = decision.events
    assert isinstance(event, DiagnosisCompleted)
    assert (event.version, [(gap.question, gap.severity) for gap in event.result.gaps]) == (2, [("T04", "major")])
    again = handlers.offering_not_aligned(decision.state, NOT_ALIGNED, NOW, INSTRUMENTS)
    assert (again.state, again.events) == (decision.state, ())


def test_what_was_left_out_blocks_once_an_anchor_cannot_do_without_it() -> None:
    before = completed(levels_at(3, T12=None))
    (event,) = align(before, aligned((ANCHOR, {}, ("T12",)))).events
    assert isinstance(event, DiagnosisCompleted)
    (gap,) = event.result.gaps
    assert (gap.question, gap.severity, gap.evaluated, event.levels["T12"]) == ("T12", "critical", False, None)


def test_evidence_that_raises_nothing_is_told_without_the_assessors_words() -> None:
    state = state_of(handlers.activity_completed(completed(levels_at(4, A01=0)), activity("A01"), NOW))
    looked = Rescoring("A01", 0, EVIDENCE, "signed by Juan", "assessor", NOW, None, "not_enough")
    decision = handlers.rescore(state, looked, INSTRUMENTS)
    assert isinstance(decision, Decision)
    rescored, returned = decision.events
    assert isinstance(rescored, GapRescored)
    assert isinstance(returned, EvidenceReturned)
    assert (returned.question, returned.evidence_id, returned.reason) == ("A01", EVIDENCE, "not_enough")
    assert "Juan" not in returned.model_dump_json()


def test_a_firm_aligned_once_more_goes_on_where_it_was() -> None:
    before = opened()
    away = state_of(handlers.offering_not_aligned(before, NOT_ALIGNED, NOW, INSTRUMENTS))
    back = align(away, aligned())
    assert (replace(state_of(back), asks=before.asks), back.events) == (before, ())


def test_withdrawal_before_alignment_opens_nothing() -> None:
    gone = state_of(handlers.supplier_withdrawn(None, WITHDRAWN, NOW))
    decision = align(gone, aligned())
    assert (decision.state, decision.events) == (gone, ())


def test_the_order_of_the_first_events_does_not_matter() -> None:
    one = state_of(handlers.activity_completed(opened(), activity("A01"), NOW))
    waiting = state_of(handlers.activity_completed(None, activity("A01"), NOW))
    assert waiting.status == "waiting"
    assert replace(reassigned(state_of(align(waiting, aligned()))), asks=one.asks) == one


def test_an_activity_twice_is_one_evidence() -> None:
    once = state_of(handlers.activity_completed(completed(levels_at(4, A01=0)), activity("A01"), NOW))
    assert once.ready == {"A01": (EVIDENCE,)}
    assert state_of(handlers.activity_completed(once, activity("A01"), NOW)) == once


def test_submission_counts_what_was_answered() -> None:
    decision = handlers.submit(opened(), answers(levels_at(3, T12=None)), INSTRUMENTS)
    assert isinstance(decision, Decision)
    (event,) = decision.events
    assert isinstance(event, DiagnosisSubmitted)
    assert (event.answered, event.not_evaluated) == (53, 1)


def test_assessment_counts_the_differences() -> None:
    notes = {"T01": "expired", "T02": "no form"}
    decision = handlers.assess(
        submitted(levels_at(3)), answers(levels_at(3, T01=0, T02=1, T03=2), "assessor", notes), INSTRUMENTS
    )
    assert isinstance(decision, Decision)
    (event,) = decision.events
    assert isinstance(event, DiagnosisAssessed)
    assert event.differences == 2


def test_validation_publishes_levels_and_result_in_basis_points() -> None:
    levels = with_dimension(3, "FIN", 2)
    decision = handlers.validate(assessed(levels, ask(F01=4)), answers(levels, "expert"), INSTRUMENTS)
    assert isinstance(decision, Decision)
    (event,) = decision.events
    assert isinstance(event, DiagnosisCompleted)
    assert (event.version, event.levels, event.instrument) == (1, levels, INSTRUMENT.version)
    assert (event.result.overall, event.result.grade, event.result.band) == (7_800, "C", "C1")
    assert event.result.dimensions == {"TEC": 8000, "OPE": 8000, "COM": 8000, "FIN": 6000, "GES": 8000, "ASG": 8000}
    assert [gap.question for gap in event.result.gaps] == ["F01", "F05", "F02", "F03", "F04", "F06"]


def test_validation_publishes_nobody_and_no_note() -> None:
    levels = levels_at(3, T12=None)
    given = answers(levels, "expert", {"T01": "said by the plant manager"})
    decision = handlers.validate(assessed(levels), given, INSTRUMENTS)
    assert isinstance(decision, Decision)
    text = decision.events[0].model_dump_json()
    assert "expert-subject" not in text
    assert "plant manager" not in text
    assert "no special process" not in text


def test_a_rescore_tells_before_and_after() -> None:
    state = state_of(handlers.activity_completed(completed(levels_at(4, A01=0)), activity("A01"), NOW))
    decision = handlers.rescore(state, Rescoring("A01", 3, EVIDENCE, "", "assessor", NOW), INSTRUMENTS)
    assert isinstance(decision, Decision)
    (event,) = decision.events
    assert isinstance(event, GapRescored)
    assert (event.version, event.question, event.level_before, event.level_after, event.closed) == (
        2,
        "A01",
        0,
        3,
        True,
    )
    assert (event.result.grade, event.result.gaps) == ("A", ())


def test_a_rescore_that_falls_short_leaves_it_open() -> None:
    decision = handlers.rescore(
        completed(levels_at(4, A01=0)),
        Rescoring("A01", 1, None, "seen", "assessor", NOW, NOW.date(), record="acta 4"),
        INSTRUMENTS,
    )
    assert isinstance(decision, Decision)
    (event,) = decision.events
    assert isinstance(event, GapRescored)
    assert not event.closed
    assert event.result.gaps[0].severity == "critical"


def test_commands_on_an_unknown_supplier_are_refused() -> None:
    given = answers(levels_at(3))
    outcomes = [command(None, given, INSTRUMENTS) for command in (handlers.submit, handlers.assess, handlers.validate)]
    outcomes.append(
        handlers.rescore(
            None, Rescoring("A01", 3, None, "seen", "assessor", NOW, NOW.date(), record="acta 4"), INSTRUMENTS
        )
    )
    assert {outcome.code for outcome in outcomes if isinstance(outcome, Refused)} == {"diagnosis_not_found"}


def test_a_refusal_keeps_its_kind_and_parameters() -> None:
    state = replace(assessed(levels_at(3)), validator="assessor")
    outcome = handlers.validate(state, answers(levels_at(3), "assessor"), INSTRUMENTS)
    assert isinstance(outcome, Refused)
    assert (outcome.kind, outcome.code) == ("forbidden", "same_person")
    incomplete = {code: level for code, level in levels_at(3).items() if code != "T04"}
    outcome = handlers.validate(assessed(levels_at(3)), answers(incomplete, "expert"), INSTRUMENTS)
    assert isinstance(outcome, Refused)
    assert (outcome.kind, outcome.code, outcome.params) == ("invalid", "question_missing", {"questions": "T04"})


def test_the_same_command_again_says_nothing() -> None:
    state = completed(levels_at(3))
    assert handlers.validate(state, answers(levels_at(3), "expert"), INSTRUMENTS) == Decision(state)
