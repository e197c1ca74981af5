from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.diagnosis.domain.answering import validate
from services.diagnosis.domain.diagnosis import Diagnosis, forget_evidence, receive_evidence
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
    words = (more.get("note", ""), "assessor", NOW, more.get("seen_on"), more.get("returned"))
    return Rescoring(question, level, more.get("evidence"), *words, record=more.get("record", "acta 4"))


def seen(question: str, level: int, note: str = "seen") -> Rescoring:
    """On a visit of today."""
    return again(question, level, note=note, seen_on=NOW.date())


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


def test_evidence_that_raises_nothing_is_returned_with_what_is_wrong_and_followed_by_another() -> None:
    looked = again("A01", 0, evidence=EVIDENCE, note="another plant's", returned="another_document")
    after = done(rescore(with_gap(), looked, INSTRUMENTS))
    assert after.ready == {}
    (verdict,) = after.verdicts
    assert (verdict.standing, verdict.because, verdict.note) == ("returned", "another_document", "another plant's")
    assert refused(after, looked) == "evidence_used"
    mended = receive_evidence(after, ("A01",), OTHER_EVIDENCE)
    assert mended.ready == {"A01": (OTHER_EVIDENCE,)}
    closed = done(rescore(mended, again("A01", 3, evidence=OTHER_EVIDENCE), INSTRUMENTS))
    assert [each.standing for each in closed.verdicts] == ["returned", "accepted"]
    assert closed.ready == {}


def test_an_assessor_may_look_once_more_at_what_they_returned_or_accepted() -> None:
    returned = again("A01", 0, evidence=EVIDENCE, note="?", returned="not_legible")
    after = done(rescore(with_gap(), returned, INSTRUMENTS))
    after = done(rescore(after, again("A01", 3, evidence=EVIDENCE), INSTRUMENTS))
    after = done(rescore(after, again("A01", 1, evidence=EVIDENCE, note="forged", returned="not_enough"), INSTRUMENTS))
    assert [each.standing for each in after.verdicts] == ["returned", "accepted", "returned"]


def test_evidence_that_was_scored_on_before_verdicts_were_kept_was_accepted() -> None:
    after = done(rescore(with_gap(), again("A01", 2, evidence=EVIDENCE), INSTRUMENTS))
    before = replace(after, verdicts=())
    assert before.standing("A01", EVIDENCE) == "accepted"
    assert (before.ready, forget_evidence(before, EVIDENCE).ready) == ({"A01": (EVIDENCE,)}, {})


def test_evidence_that_half_closed_a_gap_closes_it_once_an_assessor_looks_again() -> None:
    """Seen: it was spent, its activity was completed, and the gap stayed open for good."""
    half = done(rescore(with_gap(), again("A01", 2, evidence=EVIDENCE), INSTRUMENTS))
    assert half.ready == {"A01": (EVIDENCE,)}
    closed = done(rescore(half, again("A01", 3, evidence=EVIDENCE), INSTRUMENTS))
    assert closed.locked is not None
    assert (closed.ready, closed.locked.result.gaps) == ({}, ())
    assert [each.standing for each in closed.verdicts] == ["accepted", "accepted"]


def test_nothing_rises_on_evidence_that_its_mentor_took_back_and_what_was_returned_is_looked_at_again() -> None:
    half = done(rescore(with_gap(), again("A01", 2, evidence=EVIDENCE), INSTRUMENTS))
    taken_back = forget_evidence(half, EVIDENCE)
    assert (taken_back.ready, taken_back.locked, taken_back.verdicts) == ({}, half.locked, half.verdicts)
    assert refused(taken_back, again("A01", 3, evidence=EVIDENCE)) == "evidence_unknown"
    returned = again("A01", 0, evidence=EVIDENCE, note="?", returned="not_legible")
    after = forget_evidence(done(rescore(with_gap(), returned, INSTRUMENTS)), EVIDENCE)
    assert done(rescore(after, again("A01", 3, evidence=EVIDENCE), INSTRUMENTS)).verdicts[-1].standing == "accepted"


def test_what_was_seen_on_a_visit_is_evidence_too() -> None:
    after = done(rescore(with_gap(), seen("A01", 3, "program and committee"), INSTRUMENTS))
    assert (after.rescores[-1].evidence_id, after.rescores[-1].seen_on) == (None, NOW.date())
    assert after.rescores[-1].record == "acta 4"


@pytest.mark.parametrize("record", ["", "   ", "ok"])
@pytest.mark.parametrize(
    ("diagnosis", "question"),
    [(completed(levels_at(4, A01=2)), "A01"), (completed(levels_at(4, T01=0)), "T01")],
    ids=["the law asks it", "its gap is critical"],
)
def test_what_weighs_rises_on_a_visit_only_with_the_record_that_was_seen(
    diagnosis: Diagnosis, question: str, record: str
) -> None:
    """Seen: a day and three letters closed a legal gap."""
    asked = again(question, 3, note="seen", seen_on=NOW.date(), record=record)
    assert refused(diagnosis, asked) == "record_missing"
    assert done(rescore(diagnosis, replace(asked, record="acta 4"), INSTRUMENTS)).rescores[-1].level_after == 3


def test_what_weighs_less_rises_on_what_was_seen() -> None:
    asked = again("T07", 3, note="seen", seen_on=NOW.date(), record="")
    assert done(rescore(completed(levels_at(4, T07=1)), asked, INSTRUMENTS)).rescores[-1].level_after == 3


@pytest.mark.parametrize("days", [-30, 1])
def test_a_visit_is_of_a_day_since_the_validation(days: int) -> None:
    asked = again("A01", 3, note="seen", seen_on=NOW.date() + timedelta(days=days))
    assert refused(with_gap(), asked) == "visit_out_of_range"


@pytest.mark.parametrize(
    "more",
    [{}, {"note": "a bare note"}, {"note": "  ", "seen_on": NOW.date()}, {"note": " ok ", "seen_on": NOW.date()}],
)
def test_without_evidence_nothing_rises(more: dict[str, Any]) -> None:
    assert refused(with_gap(), again("A01", 3, **more)) == "evidence_missing"


def test_a_level_falls_where_surveillance_finds_less_also_without_an_open_gap() -> None:
    before = completed(levels_at(4))
    assert refused(before, again("T01", 1)) == "rescore_note_missing"
    after = done(rescore(before, again("T01", 1, note="the certificate was withdrawn"), INSTRUMENTS))
    assert after.locked is not None
    assert (after.locked.version, after.locked.levels["T01"], after.locked.result.grade) == (2, 1, "B")
    gap = after.locked.result.gap("T01")
    assert gap is not None
    assert gap.severity == "major"


def test_evidence_is_returned_with_a_reason_by_code_and_in_words() -> None:
    assert refused(with_gap(), again("A01", 0, evidence=EVIDENCE, note="?")) == "return_reason_missing"
    assert refused(with_gap(), again("A01", 0, evidence=EVIDENCE, returned="not_enough")) == "rescore_note_missing"


def test_evidence_must_be_an_activitys_for_that_question() -> None:
    assert refused(with_gap(), again("A01", 3, evidence=OTHER_EVIDENCE, note="seen")) == "evidence_unknown"
    other = receive_evidence(completed(levels_at(4, A01=0, T06=1)), ("T06",), EVIDENCE)
    assert refused(other, again("A01", 3, evidence=EVIDENCE)) == "evidence_unknown"


def test_what_was_not_evaluated_is_scored_once_it_can_be() -> None:
    after = done(rescore(completed(levels_at(3, T12=None)), seen("T12", 2), INSTRUMENTS))
    assert after.rescores[-1].level_before is None
    assert after.locked is not None
    assert after.locked.levels["T12"] == 2


def test_what_was_not_evaluated_rises_by_no_0() -> None:
    """Seen: 0 of an unknown question was a raise, and its evidence accepted."""
    unknown = receive_evidence(completed(levels_at(3, T12=None)), ("T12",), EVIDENCE)
    assert refused(unknown, again("T12", 0, evidence=EVIDENCE, note="none")) == "return_reason_missing"
    returned = again("T12", 0, evidence=EVIDENCE, note="none", returned="not_enough")
    assert done(rescore(unknown, returned, INSTRUMENTS)).verdicts[-1].standing == "returned"
    assert refused(unknown, again("T12", 0)) == "rescore_note_missing"


def test_nothing_is_scored_again_to_be_the_same() -> None:
    assert refused(with_gap(), again("T01", 4, note="seen")) == "level_unchanged"
    assert refused(with_gap(), again("T99", 4, note="seen")) == "unknown_question"
    assert refused(with_gap(), again("A01", 5, note="seen")) == "level_out_of_range"


def test_only_a_validated_diagnosis_is_scored_again() -> None:
    assert refused(assessed(levels_at(2)), again("A01", 3, note="seen")) == "not_completed"
    assert refused(withdrawn(with_gap()), again("A01", 3, note="seen")) == "supplier_withdrawn"


def test_a_rescore_keeps_to_the_anchors_targets() -> None:
    diagnosis = completed(levels_at(2), ask(T06=4))
    after = done(rescore(diagnosis, seen("T06", 3), INSTRUMENTS))
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
    noted = answers(levels_at(3), "another expert", {"A01": "the committee does not meet"})
    after = done(validate(before, noted, INSTRUMENTS))
    assert after.locked is not None
    assert (after.locked.version, after.locked.levels["A01"]) == (3, 3)


def test_an_experts_sheet_takes_no_rescore_back_in_silence() -> None:
    """Seen: who corrected C03 from their own earlier sheet made A01 critical again."""
    rescored = done(rescore(with_gap(), again("A01", 3, evidence=EVIDENCE), INSTRUMENTS))
    rescored = done(rescore(rescored, again("T01", 1, note="withdrawn"), INSTRUMENTS))
    correction = levels_at(4, A01=0, C03=2)
    refusal = validate(rescored, answers(correction, "expert"), INSTRUMENTS)
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.reason, refusal.params) == (
        "invalid",
        "rescore_taken_back",
        {"questions": "A01, T01"},
    )
    kept = done(validate(rescored, answers(correction | {"A01": 3, "T01": 1}, "expert"), INSTRUMENTS))
    said = {"A01": "no committee", "T01": "renewed"}
    noted = done(validate(rescored, answers(correction, "expert", said), INSTRUMENTS))
    assert kept.locked is not None
    assert noted.locked is not None
    assert (kept.locked.levels["A01"], noted.locked.levels["A01"]) == (3, 0)
    # What the expert moves on their own is no re-score.
    assert done(validate(kept, answers(correction | {"A01": 3, "T01": 1, "C03": 3}, "expert"), INSTRUMENTS)).sheets == 5
