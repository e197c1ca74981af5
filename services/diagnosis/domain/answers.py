"""One person's answers to the whole instrument: the firm's, the assessor's or the expert's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.diagnosis.domain.instrument import LEVELS, Instrument
from services.diagnosis.domain.refusal import Refusal

APART: Final = 2
"""Levels between firm and assessor from which the assessor must say why."""

_LISTED = 10


@dataclass(frozen=True, slots=True)
class Answers:
    levels: Mapping[str, int | None]
    """None: not evaluated."""
    reasons: Mapping[str, str]
    """Why a question was not evaluated."""
    notes: Mapping[str, str]
    by: str
    """Subject of whoever answered; never leaves the store."""
    at: datetime

    @property
    def not_evaluated(self) -> tuple[str, ...]:
        return tuple(code for code, level in self.levels.items() if level is None)

    def repeats(self, earlier: "Answers | None") -> bool:
        """The same answers by the same person, whenever given."""
        return earlier is not None and replace(self, at=earlier.at) == earlier


def fault(instrument: Instrument, answers: Answers) -> Refusal | None:
    """What keeps these answers from being complete, if anything."""
    refusal = levels_fault(instrument, answers.levels)
    if refusal is not None:
        return refusal
    extra = (answers.reasons.keys() | answers.notes.keys()) - instrument.questions.keys()
    if extra:
        return Refusal("invalid", "unknown_question", {"questions": listed(extra)})
    unreasoned = [code for code in answers.not_evaluated if not answers.reasons.get(code, "").strip()]
    if unreasoned:
        return Refusal("invalid", "reason_missing", {"questions": listed(unreasoned)})
    return None


def levels_fault(instrument: Instrument, levels: Mapping[str, int | None]) -> Refusal | None:
    """What keeps these levels from being scored, if anything."""
    unknown = levels.keys() - instrument.questions.keys()
    if unknown:
        return Refusal("invalid", "unknown_question", {"questions": listed(unknown)})
    missing = instrument.questions.keys() - levels.keys()
    if missing:
        return Refusal("invalid", "question_missing", {"questions": listed(missing)})
    outside = [code for code, level in levels.items() if level is not None and not is_level(level)]
    if outside:
        return Refusal("invalid", "level_out_of_range", {"questions": listed(outside)})
    skipped = [code for code, level in levels.items() if level is None]
    if len(skipped) > instrument.rules.not_evaluated_max:
        most = instrument.rules.not_evaluated_max
        return Refusal(
            "invalid", "too_many_not_evaluated", {"questions": listed(skipped), "most": most, "given": len(skipped)}
        )
    return None


def is_level(value: object) -> bool:
    """A whole number from 0 to 4; `True` is none, though Python counts it as 1."""
    return type(value) is int and value in LEVELS


def differences(firm: Answers, assessor: Answers) -> tuple[str, ...]:
    """Questions on which firm and assessor, both with a level, are two levels or more apart."""
    return tuple(
        code
        for code, level in assessor.levels.items()
        if level is not None and (own := firm.levels.get(code)) is not None and abs(level - own) >= APART
    )


def listed(codes: Iterable[str]) -> str:
    """Codes for a sentence: in order, and not more than a person reads."""
    ordered = sorted(codes)
    rest = len(ordered) - _LISTED
    return ", ".join(ordered[:_LISTED]) + (f", … (+{rest})" if rest > 0 else "")
