"""How a later version of a diagnosis compares with an earlier one, also where another questionnaire was answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from services.diagnosis.domain.instrument import Instrument, Question
from services.diagnosis.domain.scoring import overall_points, score

Kinship = Literal["same", "changed", "new", "gone"]
"""Of a question in two questionnaires: `same` text, evidence and levels, so that its levels compare; else not."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Levels, and the questionnaire that they answer."""

    instrument: Instrument
    levels: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Compared:
    question: str
    kinship: Kinship
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    questions: tuple[Compared, ...]
    """Those of the later questionnaire in its order, then those that are gone."""
    alike_before: int | None
    """Overall share in basis points of the questions that compare and have a level in both, weighted by the later
    questionnaire; None where there is none.
    """
    alike_after: int | None


def compare(first: Scored, second: Scored) -> Comparison:
    """Two versions, question by question, and over what both answered alike.

    The published shares of two questionnaires are never subtracted: they are shares of different things.
    """
    earlier, later = first.instrument.questions, second.instrument.questions
    codes = [*later, *(code for code in earlier if code not in later)]
    questions = tuple(
        Compared(code, _kinship(earlier.get(code), later.get(code)), first.levels.get(code), second.levels.get(code))
        for code in codes
    )
    alike = [each for each in questions if each.kinship == "same" and None not in (each.before, each.after)]
    return Comparison(
        questions,
        _share(second.instrument, {each.question: each.before for each in alike}),
        _share(second.instrument, {each.question: each.after for each in alike}),
    )


def _kinship(earlier: Question | None, later: Question | None) -> Kinship:
    if earlier is None:
        return "new"
    if later is None:
        return "gone"
    same = _asks(earlier) == _asks(later)
    return "same" if same else "changed"


def _asks(question: Question) -> tuple[object, ...]:
    """What makes an answer to it mean what it means; weights and modules do not."""
    return question.dimension, question.text, question.evidence, question.levels


def _share(instrument: Instrument, levels: Mapping[str, int | None]) -> int | None:
    if not levels:
        return None
    overall: Fraction = score(instrument, {**dict.fromkeys(instrument.questions), **levels}).overall
    return overall_points(instrument.rules, overall)
