from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.diagnosis.domain.answering import assess, reopen, submit, validate
from services.diagnosis.domain.demand import Ask
from services.diagnosis.domain.diagnosis import Diagnosis, Reopening, align, receive_evidence
from services.diagnosis.domain.refusal import Refusal
from services.diagnosis.domain.sheet import given as given_sheet
from tests.diagnosis.builders import (
    EVIDENCE,
    INSTRUMENT,
    INSTRUMENTS,
    NOW,
    OTHER_ANCHOR,
    OTHER_EVIDENCE,
    SUPPLIER,
    answers,
    ask,
    assessed,
    completed,
    done,
    levels_at,
    opened,
    reassigned,
    submitted,
    withdrawn,
)


def reason(outcome: Diagnosis | Refusal) -> str:
    assert isinstance(outcome, Refusal), outcome
    return outcome.reason


def test_alignment_opens_it_with_the_current_instrument() -> None:
    diagnosis = opened(ask(T04=4))
    assert (diagnosis.status, diagnosis.required, diagnosis.instrument) == ("open", True, INSTRUMENT.version)
    assert diagnosis.demand.targets == {"T04": 4}


def test_an_open_diagnosis_keeps_its_instrument_when_a_new_one_comes() -> None:
    newer = replace(INSTRUMENT, version="pdp-54-2027-1")
    both = replace(INSTRUMENTS, current=newer, versions={**INSTRUMENTS.versions, newer.version: newer})
    assert align(opened(), [ask(T04=4)], both).instrument == INSTRUMENT.version
    assert align(Diagnosis(SUPPLIER), [ask()], both).instrument == "pdp-54-2027-1"


def test_alignment_never_takes_a_diagnosis_back() -> None:
    for diagnosis in (submitted(levels_at(3)), assessed(levels_at(3)), completed(levels_at(3))):
        assert align(diagnosis, [ask(OTHER_ANCHOR, T04=4)], INSTRUMENTS).status == diagnosis.status


def test_new_targets_make_a_new_locked_version_of_the_same_levels() -> None:
    before = completed(levels_at(3))
    after = align(before, [ask(T04=4)], INSTRUMENTS)
    assert before.locked is not None
    assert after.locked is not None
    assert (before.locked.version, after.locked.version) == (1, 2)
    assert after.locked.levels == before.locked.levels
    assert after.locked.validated_at == before.locked.validated_at
    assert [gap.question for gap in after.locked.result.gaps] == ["T04"]


def test_targets_that_change_no_gap_make_no_version() -> None:
    before = completed(levels_at(4))
    assert align(before, [ask(T04=4)], INSTRUMENTS).locked == before.locked


def test_the_alignment_of_a_withdrawn_firm_opens_nothing() -> None:
    diagnosis = withdrawn(Diagnosis(SUPPLIER))
    assert align(diagnosis, [ask()], INSTRUMENTS) == diagnosis


def test_the_three_states_stay_apart() -> None:
    diagnosis = submitted(levels_at(3))
    diagnosis = done(assess(diagnosis, answers(levels_at(2), "assessor"), INSTRUMENTS))
    diagnosis = done(validate(diagnosis, answers(levels_at(2, T01=3), "expert"), INSTRUMENTS))
    sheets = (diagnosis.self_assessment, diagnosis.assessment, diagnosis.validation)
    assert [sheet.levels["T01"] for sheet in sheets if sheet] == [3, 2, 3]
    assert [sheet.levels["T02"] for sheet in sheets if sheet] == [3, 2, 2]


def test_only_the_validated_state_grades() -> None:
    assert opened().locked is None
    assert submitted(levels_at(4)).locked is None
    assert assessed(levels_at(4)).locked is None
    locked = completed(levels_at(4)).locked
    assert locked is not None
    assert (locked.version, locked.result.grade, locked.validated_at) == (1, "A", NOW)


def test_commands_are_accepted_in_order() -> None:
    waiting, given = Diagnosis(SUPPLIER), answers(levels_at(3))
    for command in (submit, assess, validate):
        assert reason(command(waiting, given, INSTRUMENTS)) == "diagnosis_not_open"
    by_assessor, by_expert = replace(given, by="assessor"), replace(given, by="expert")
    assert reason(assess(opened(), by_assessor, INSTRUMENTS)) == "not_submitted"
    assert reason(validate(submitted(levels_at(3)), by_expert, INSTRUMENTS)) == "not_assessed"
    assert reason(submit(assessed(levels_at(3)), given, INSTRUMENTS)) == "already_assessed"
    assert reason(assess(completed(levels_at(3)), by_assessor, INSTRUMENTS)) == "already_completed"


def test_nothing_is_taken_from_a_withdrawn_firm() -> None:
    given = answers(levels_at(3))
    assert reason(submit(withdrawn(opened()), given, INSTRUMENTS)) == "supplier_withdrawn"
    assert reason(assess(withdrawn(submitted(levels_at(3))), given, INSTRUMENTS)) == "supplier_withdrawn"
    assert reason(validate(withdrawn(assessed(levels_at(3))), given, INSTRUMENTS)) == "supplier_withdrawn"


def test_incomplete_answers_are_refused_in_every_state() -> None:
    levels = {"T01": 3}
    assert reason(submit(opened(), answers(levels), INSTRUMENTS)) == "question_missing"
    assert reason(assess(submitted(levels_at(3)), answers(levels, "assessor"), INSTRUMENTS)) == "question_missing"
    assert reason(validate(assessed(levels_at(3)), answers(levels, "expert"), INSTRUMENTS)) == "question_missing"


def test_an_assessor_far_from_the_firm_must_say_why() -> None:
    diagnosis = submitted(levels_at(3))
    levels = levels_at(3, T01=1, T02=1)
    refusal = assess(diagnosis, answers(levels, "assessor", {"T01": "no certificate seen"}), INSTRUMENTS)
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.params) == ("note_missing", {"questions": "T02"})
    noted = answers(levels, "assessor", {"T01": "no certificate seen", "T02": "no form"})
    assert done(assess(diagnosis, noted, INSTRUMENTS)).differences(INSTRUMENTS) == ("T01", "T02")


def test_answers_may_be_corrected_until_the_next_state() -> None:
    corrected = done(submit(submitted(levels_at(3)), answers(levels_at(2), "firm"), INSTRUMENTS))
    assert corrected.self_assessment is not None
    assert corrected.self_assessment.levels["T01"] == 2
    again = done(assess(assessed(levels_at(3)), answers(levels_at(2), "assessor"), INSTRUMENTS))
    assert again.assessment is not None
    assert again.assessment.levels["T01"] == 2


@pytest.mark.parametrize("hours", [0, 5])
def test_the_same_command_again_changes_nothing(hours: int) -> None:
    later = NOW.replace(hour=NOW.hour + hours)
    for command, diagnosis, by in (
        (submit, submitted(levels_at(3)), "firm"),
        (assess, assessed(levels_at(3)), "assessor"),
        (validate, completed(levels_at(3)), "expert"),
    ):
        again = replace(answers(levels_at(3), by), at=later)
        assert command(diagnosis, again, INSTRUMENTS) == diagnosis


def test_a_second_validation_is_a_new_version() -> None:
    later = replace(answers(levels_at(4), "another expert"), at=NOW.replace(year=2027))
    before = reassigned(completed(levels_at(3)), validator="another expert")
    locked = done(validate(before, later, INSTRUMENTS)).locked
    assert locked is not None
    assert (locked.version, locked.result.grade, locked.validated_at.year) == (2, "A", 2027)


def test_evidence_closes_no_gap() -> None:
    before = completed(levels_at(3, T06=1))
    after = receive_evidence(before, ("T06", "T05"), EVIDENCE)
    assert after.locked == before.locked
    assert after.ready == {"T06": (EVIDENCE,)}  # T05 has no gap


@given(st.lists(st.tuples(st.sampled_from(["T05", "T06"]), st.sampled_from([EVIDENCE, OTHER_EVIDENCE])), max_size=6))
def test_evidence_is_a_set_that_only_grows(given: list[tuple[str, object]]) -> None:
    diagnosis = Diagnosis(SUPPLIER)
    for question, evidence in given:
        diagnosis = receive_evidence(diagnosis, (question,), evidence)  # type: ignore[arg-type]
    assert {(question, one) for question, all_ in diagnosis.evidence.items() for one in all_} == set(given)
    assert sum(len(all_) for all_ in diagnosis.evidence.values()) == len(set(given))


def test_the_diagnosis_id_is_the_suppliers_for_ever() -> None:
    assert Diagnosis(SUPPLIER).diagnosis_id == completed(levels_at(3)).diagnosis_id != SUPPLIER


@pytest.mark.parametrize(("question", "asks"), [("A01", ()), ("F05", ()), ("T12", (ask(must_have=("T12",)),))])
def test_what_the_law_or_a_must_have_asks_is_never_left_out_of_a_validation(
    question: str, asks: tuple[Ask, ...]
) -> None:
    """Seen: a missing tax answer was bankable."""
    levels = levels_at(3, **{question: None})
    refusal = validate(assessed(levels, *asks), answers(levels, "expert"), INSTRUMENTS)
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.params) == ("must_be_evaluated", {"questions": question})


def test_the_same_levels_from_another_expert_are_a_sheet_and_no_version() -> None:
    before = reassigned(completed(levels_at(3)), validator="another expert")
    after = done(validate(before, answers(levels_at(3), "another expert"), INSTRUMENTS))
    assert (after.locked, after.sheets) == (before.locked, before.sheets + 1)
    assert given_sheet(before, after) is not None


def test_a_reopened_diagnosis_is_answered_once_more_and_counts_meanwhile() -> None:
    before = completed(levels_at(3))
    after = done(reopen(before, Reopening("a year", "operator", NOW), INSTRUMENTS))
    assert (after.status, after.locked) == ("open", before.locked)
    after = done(submit(after, answers(levels_at(3), "firm"), INSTRUMENTS))
    assert after.status == "submitted"
    after = done(assess(after, answers(levels_at(3), "assessor"), INSTRUMENTS))
    after = done(validate(after, answers(levels_at(3), "expert"), INSTRUMENTS))
    assert after.locked is not None
    assert (after.status, after.locked.version, after.sheets) == ("completed", 2, 6)
    assert reason(reopen(opened(), Reopening("?", "operator", NOW), INSTRUMENTS)) == "already_open"


@pytest.mark.parametrize("words", [{"why": {"T01": "no_access"}}, {"reasons": {"T01": "no access"}}])
def test_a_question_has_a_level_or_a_reason_for_none(words: dict[str, Any]) -> None:
    given = replace(answers(levels_at(3), "firm"), **words)
    assert reason(submit(opened(), given, INSTRUMENTS)) == "reason_beside_level"
