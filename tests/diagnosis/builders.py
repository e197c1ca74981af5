"""Values that the tests of the stage start from."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.diagnosis import catalogue
from services.diagnosis.domain.answering import assess, submit, validate
from services.diagnosis.domain.answers import Answers
from services.diagnosis.domain.assignment import Assignment, assign
from services.diagnosis.domain.demand import Ask
from services.diagnosis.domain.diagnosis import Diagnosis, align
from services.diagnosis.domain.instrument import Dimension, Instrument, Question, Rules
from services.diagnosis.domain.refusal import Refusal

INSTRUMENTS = catalogue.instruments()
INSTRUMENT = INSTRUMENTS.current
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SUPPLIER = UUID("0195d000-0000-7000-8000-000000000001")
ANCHOR = UUID("0195d000-0000-7000-8000-00000000000a")
OTHER_ANCHOR = UUID("0195d000-0000-7000-8000-00000000000b")
EVIDENCE = UUID("0195d000-0000-7000-8000-0000000000e1")
OTHER_EVIDENCE = UUID("0195d000-0000-7000-8000-0000000000e2")
PEOPLE = Assignment("assessor", "expert")


def levels_at(level: int, **others: int | None) -> dict[str, int | None]:
    """Every question at one level, except the named."""
    return {**dict.fromkeys(INSTRUMENT.questions, level), **others}


def with_dimension(level: int, dimension: str, other: int) -> dict[str, int | None]:
    """Every question at one level, those of one dimension at another."""
    return {
        code: other if question.dimension == dimension else level for code, question in INSTRUMENT.questions.items()
    }


def answers(levels: Mapping[str, int | None], by: str = "somebody", notes: Mapping[str, str] | None = None) -> Answers:
    """Answers with a reason for each question not evaluated."""
    skipped = [code for code, level in levels.items() if level is None]
    return Answers(
        levels,
        dict.fromkeys(skipped, "no special process"),
        notes or {},
        by,
        NOW,
        dict.fromkeys(skipped, "not_applicable"),
    )


def sheet(levels: Mapping[str, int | None], **notes: str) -> dict[str, Any]:
    """The body of answers: levels, and a reason for each null."""
    skipped = [code for code, level in levels.items() if level is None]
    return {
        "levels": levels,
        "why": dict.fromkeys(skipped, "not_applicable"),
        "reasons": dict.fromkeys(skipped, "no special process"),
        "notes": notes,
    }


def ask(anchor: UUID = ANCHOR, must_have: tuple[str, ...] = (), **targets: int) -> Ask:
    return Ask(anchor, targets, must_have)


def done(outcome: Diagnosis | Refusal) -> Diagnosis:
    """The diagnosis of a command that must not be refused."""
    assert isinstance(outcome, Diagnosis), outcome
    return outcome


def opened(*asks: Ask) -> Diagnosis:
    """With the people of `PEOPLE`."""
    diagnosis = done(assign(Diagnosis(SUPPLIER), PEOPLE, "operator"))
    return align(diagnosis, asks or (ask(),), INSTRUMENTS)


def submitted(levels: Mapping[str, int | None], *asks: Ask) -> Diagnosis:
    return done(submit(opened(*asks), answers(levels, "firm"), INSTRUMENTS))


def assessed(levels: Mapping[str, int | None], *asks: Ask) -> Diagnosis:
    return done(assess(submitted(levels, *asks), answers(levels, "assessor"), INSTRUMENTS))


def completed(levels: Mapping[str, int | None], *asks: Ask) -> Diagnosis:
    return done(validate(assessed(levels, *asks), answers(levels, "expert"), INSTRUMENTS))


def small_instrument(*questions: tuple[str, str, int]) -> Instrument:
    """An instrument of these (code, dimension, weight); every dimension weighs 10."""
    return Instrument(
        "small",
        "test",
        Rules((0, 4, 6, 8, 10), 3, (2, 3), 3, 2, 0, 1, 2, 2, 90, 80, 80, 70, 65, 50),
        {dimension: Dimension(dimension, dimension, 10) for _, dimension, _ in questions},
        {code: question(code, dimension, weight) for code, dimension, weight in questions},
    )


def question(code: str, dimension: str, weight: int, *, critical: bool = False) -> Question:
    return Question(code, dimension, weight, critical, False, code, "", "", (), ("0", "1", "2", "3", "4"))


def reassigned(diagnosis: Diagnosis, assessor: str | None = "assessor", validator: str | None = "expert") -> Diagnosis:
    return done(assign(diagnosis, Assignment(assessor, validator), "operator"))


def withdrawn(diagnosis: Diagnosis) -> Diagnosis:
    return replace(diagnosis, withdrawn=True)
