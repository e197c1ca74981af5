from typing import Any

import pytest

from services.diagnosis.domain.diagnosis import Diagnosis, receive_evidence, validate
from services.diagnosis.domain.refusal import Refusal
from services.diagnosis.domain.rescoring import Rescoring, rescore
from tests.diagnosis.builders import (
    EVIDENCE,
    INSTRUMENTS,
    NOW,
    OTHER_EVIDENCE,
    answers,
    ask,
    assessed,
    completed,
    done,
    levels_at,
    reassigned,
    withdrawn,
)


def again(question: str, level: int, **more: Any) -> Rescoring:
    return Rescoring(question, level, more.get("evidence"), more.get("note", ""), "assessor", NOW)


def with_gap() -> Diagnosis:
    """Everything at 4 but A01, at 0; an activity gave evidence for it."""
    return receive_evidence(completed(levels_at(4, A01=0)), ("A01",), EVIDENCE)


def refused(diagnosis: Diagnosis, asked: Rescoring) -> str:
    outcome = rescore(diagnosis, asked, INSTRUMENTS)
    assert isinstance(outcome, Refusal)
    return outcome.reason


def test_evidence_and_a_rescore_close_a_gap_and_raise_the_grade() -> None:
    before = with_gap()
    after = done(rescore(before, again("A01", 4, evidence=EVIDENCE), INSTRUMENTS))
    assert before.locked is not None
    assert after.locked is not None
    assert (before.locked.result.grade, after.locked.result.grade) == ("C", "A")
    assert (after.locked.version, after.locked.levels["A01"], after.locked.result.gaps) == (2, 4, ())
    assert after.locked.validated_at == before.locked.validated_at
    assert after.rescores[-1].level_before == 0


def test_the_experts_own_answers_stay_as_they_were() -> None:
    after = done(rescore(with_gap(), again("A01", 4, evidence=EVIDENCE), INSTRUMENTS))
    assert after.validation is not None
    assert after.validation.levels["A01"] == 0


def test_a_level_short_of_the_target_leaves_the_gap_open() -> None:
    after = done(rescore(with_gap(), again("A01", 2, evidence=EVIDENCE), INSTRUMENTS))
    assert after.locked is not None
    gap = after.locked.result.gap("A01")
    assert gap is not None
    assert (gap.gap, gap.severity) == (1, "major")


def test_a_rescore_may_find_that_nothing_improved() -> None:
    after = done(rescore(with_gap(), again("A01", 0, evidence=EVIDENCE), INSTRUMENTS))
    assert after.ready == {}
    assert refused(after, again("A01", 3, evidence=EVIDENCE)) == "evidence_used"


def test_a_note_of_what_was_seen_is_evidence_too() -> None:
    after = done(rescore(with_gap(), again("A01", 3, note="program and committee seen on site"), INSTRUMENTS))
    assert after.rescores[-1].evidence_id is None


@pytest.mark.parametrize("note", ["", "  "])
def test_without_evidence_nothing_closes(note: str) -> None:
    assert refused(with_gap(), again("A01", 3, note=note)) == "evidence_missing"


def test_evidence_must_be_an_activitys_for_that_question() -> None:
    assert refused(with_gap(), again("A01", 3, evidence=OTHER_EVIDENCE, note="seen")) == "evidence_unknown"
    other = receive_evidence(completed(levels_at(4, A01=0, T06=1)), ("T06",), EVIDENCE)
    assert refused(other, again("A01", 3, evidence=EVIDENCE)) == "evidence_unknown"


def test_only_an_open_gap_is_scored_again() -> None:
    assert refused(with_gap(), again("T01", 4, note="seen")) == "gap_not_open"
    assert refused(completed(levels_at(3, T12=None)), again("T12", 4, note="seen")) == "gap_not_open"
    assert refused(with_gap(), again("T99", 4, note="seen")) == "unknown_question"
    assert refused(with_gap(), again("A01", 5, note="seen")) == "level_out_of_range"


def test_only_a_validated_diagnosis_is_scored_again() -> None:
    assert refused(assessed(levels_at(2)), again("A01", 3, note="seen")) == "not_completed"
    assert refused(withdrawn(with_gap()), again("A01", 3, note="seen")) == "supplier_withdrawn"


def test_a_rescore_keeps_to_the_anchors_targets() -> None:
    diagnosis = completed(levels_at(2), ask(T06=4))
    after = done(rescore(diagnosis, again("T06", 3, note="seen"), INSTRUMENTS))
    assert after.locked is not None
    gap = after.locked.result.gap("T06")
    assert gap is not None
    assert (gap.target, gap.gap) == (4, 1)


def test_the_experts_command_delivered_again_does_not_take_a_rescore_back() -> None:
    rescored = done(rescore(with_gap(), again("A01", 4, evidence=EVIDENCE), INSTRUMENTS))
    assert validate(rescored, answers(levels_at(4, A01=0), "expert"), INSTRUMENTS) == rescored


def test_another_validation_after_a_rescore_is_the_next_version() -> None:
    rescored = done(rescore(with_gap(), again("A01", 4, evidence=EVIDENCE), INSTRUMENTS))
    before = reassigned(rescored, validator="another expert")
    after = done(validate(before, answers(levels_at(3), "another expert"), INSTRUMENTS))
    assert after.locked is not None
    assert (after.locked.version, after.locked.levels["A01"]) == (3, 3)
