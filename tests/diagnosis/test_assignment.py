from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.diagnosis.domain import draft
from services.diagnosis.domain.answering import assess, reopen, submit, validate
from services.diagnosis.domain.answers import Answer
from services.diagnosis.domain.assignment import Assignment, assign
from services.diagnosis.domain.diagnosis import Diagnosis, Reopening
from services.diagnosis.domain.refusal import Refusal
from services.diagnosis.domain.rescoring import Rescoring, rescore
from shared.four_eyes import NOBODY
from tests.diagnosis.builders import (
    INSTRUMENTS,
    NOW,
    SUPPLIER,
    answers,
    assessed,
    completed,
    done,
    levels_at,
    opened,
    reassigned,
    submitted,
    withdrawn,
)

PEOPLE = ("ana", "berta", "carla", "diego")
ACTS = ("draft", "submit", "submit_draft", "assess", "validate", "rescore", "reopen", "assign")


def act(diagnosis: Diagnosis, what: str, who: str, other: str, level: int) -> Diagnosis | Refusal:
    """What somebody does; of an assignment, of whom and to what."""
    match what:
        case "draft":
            return draft.answer(diagnosis, "T01", Answer(level, None, "", "", who, NOW), INSTRUMENTS)
        case "submit_draft":
            return draft.submit_draft(diagnosis, who, NOW, INSTRUMENTS)
        case "reopen":
            return reopen(diagnosis, Reopening("a year", "operator", NOW), INSTRUMENTS)
        case "submit":
            return submit(diagnosis, answers(levels_at(level), who), INSTRUMENTS)
        case "assess":
            notes = dict.fromkeys(levels_at(level), "seen")
            return assess(diagnosis, answers(levels_at(level), who, notes), INSTRUMENTS)
        case "validate":
            return validate(diagnosis, answers(levels_at(level), who), INSTRUMENTS)
        case "rescore":
            return rescore(
                diagnosis, Rescoring("A01", level, None, "seen", who, NOW, NOW.date(), record="acta 4"), INSTRUMENTS
            )
        case _:
            return assign(diagnosis, Assignment(who, other), "operator")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(ACTS),
            st.sampled_from(PEOPLE),
            st.sampled_from(PEOPLE),
            st.integers(min_value=1, max_value=4),
        ),
        max_size=30,
    )
)
def test_whatever_happens_nobody_validates_what_they_took_part_in(steps: list[tuple[str, str, str, int]]) -> None:
    diagnosis, took_part, people = opened(), set[str](), Assignment("assessor", "expert")
    validated = set[str]()
    for what, who, other, level in steps:
        after = act(diagnosis, what, who, other, level)
        if isinstance(after, Refusal):
            continue
        if what in ("assess", "rescore"):
            assert who == people.assessor
            assert who not in validated
        if what == "validate":
            assert who == people.validator
            assert who not in took_part
            validated.add(who)
        if what == "assign":
            assert who != other
            assert other not in took_part
            assert who not in validated
            people = Assignment(who, other)
        elif what not in ("validate", "reopen"):
            took_part.add(who)
        diagnosis = after


def test_the_steps_reach_a_validation() -> None:
    """What the test above tries is not refused throughout."""
    diagnosis = reassigned(opened(), "ana", "berta")
    steps = (("draft", "carla", 1), ("submit", "diego", 2), ("assess", "ana", 2), ("validate", "berta", 2))
    for what, who, level in (*steps, ("rescore", "ana", 3), ("reopen", "operator", 0)):
        diagnosis = done(act(diagnosis, what, who, "", level))
    assert diagnosis.took_part.subjects == ("carla", "diego", "ana")


@pytest.mark.parametrize(
    ("diagnosis", "people", "by", "kind", "reason"),
    [
        (opened(), ("ana", "ana"), "operator", "forbidden", "same_person"),
        (opened(), ("ana", "berta"), "ana", "forbidden", "assigned_themselves"),
        (opened(), ("ana", "berta"), "berta", "forbidden", "assigned_themselves"),
        (submitted(levels_at(3)), ("ana", "firm"), "operator", "forbidden", "same_person"),
        (assessed(levels_at(3)), ("ana", "assessor"), "operator", "forbidden", "same_person"),
        (completed(levels_at(3)), ("expert", "ana"), "operator", "forbidden", "validated_it"),
        (withdrawn(opened()), ("ana", "berta"), "operator", "conflict", "supplier_withdrawn"),
    ],
)
def test_who_is_not_assigned(diagnosis: Diagnosis, people: tuple[str, str], by: str, kind: str, reason: str) -> None:
    refusal = assign(diagnosis, Assignment(*people), by)
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.reason) == (kind, reason)


def test_who_once_validated_never_takes_part() -> None:
    """Also of a version before the last: seen was the last one's validator alone."""
    diagnosis = completed(levels_at(3))
    for validator in ("berta", "carla"):
        diagnosis = reassigned(
            done(reopen(diagnosis, Reopening("a year", "operator", NOW), INSTRUMENTS)), validator=validator
        )
        diagnosis = done(submit(diagnosis, answers(levels_at(3), "firm"), INSTRUMENTS))
        diagnosis = done(assess(diagnosis, answers(levels_at(3), "assessor"), INSTRUMENTS))
        diagnosis = done(validate(diagnosis, answers(levels_at(3), validator), INSTRUMENTS))
    for once in ("expert", "berta", "carla"):
        refusal = assign(diagnosis, Assignment(once, None), "operator")
        assert isinstance(refusal, Refusal)
        assert (refusal.kind, refusal.reason) == ("forbidden", "validated_it")
    before = replace(diagnosis, validators=NOBODY)  # as it was kept before
    assert isinstance(assign(before, Assignment("carla", None), "operator"), Refusal)


def test_people_are_assigned_before_it_opens_and_after_it_is_completed() -> None:
    people = Assignment("ana", "berta")
    for diagnosis in (Diagnosis(SUPPLIER), completed(levels_at(3))):
        after = done(assign(diagnosis, people, "operator"))
        assert after == replace(diagnosis, assessor="ana", validator="berta", sides=after.sides)
    nobody = done(assign(completed(levels_at(3)), Assignment(None, None), "operator"))
    refusal = rescore(
        nobody, Rescoring("A01", 3, None, "seen", "assessor", NOW, NOW.date(), record="acta 4"), INSTRUMENTS
    )
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.reason) == ("conflict", "assessor_unassigned")
