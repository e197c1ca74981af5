"""One person's answers to the whole instrument: the firm's, the assessor's or the expert's."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.diagnosis.domain.instrument import LEVELS, Instrument
from services.diagnosis.domain.refusal import Refusal

Why = Literal["not_applicable", "not_running", "no_access", "records_missing"]
"""Why a question was left out. `not_applicable`: the firm does nothing that it is about. Else nothing is known."""

_LISTED = 10


@dataclass(frozen=True, slots=True)
class Proof:
    """What backs an answer: an attachment, or a document that is kept elsewhere."""

    reference: str
    """Where it is kept; of an attachment, what it was called."""
    sha256: str | None = None
    """Digest of the file."""
    attachment: UUID | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says of one question. Without a level it says why, by code and in words."""

    level: int | None
    why: Why | None
    reason: str
    note: str
    by: str
    at: datetime
    evidence: tuple[Proof, ...] = ()

    def repeats(self, earlier: "Answer | None") -> bool:
        return earlier is not None and replace(self, at=earlier.at) == earlier


@dataclass(frozen=True, slots=True)
class Answers:
    levels: Mapping[str, int | None]
    """None: not evaluated."""
    reasons: Mapping[str, str]
    """Why a question was not evaluated, in words."""
    notes: Mapping[str, str]
    by: str
    """Subject of whoever answered; never leaves the store."""
    at: datetime
    why: Mapping[str, Why] = field(default_factory=dict)
    """The same by code."""
    authors: Mapping[str, str] = field(default_factory=dict)
    """By question, who answered it, where that was somebody else than whoever gave the whole sheet."""
    evidence: Mapping[str, tuple[Proof, ...]] = field(default_factory=dict)
    """By question, what backs its answer."""

    @property
    def digests(self) -> Mapping[str, tuple[str, ...]]:
        """By question, the digests of what backs its answer, each once."""
        found = {code: {one.sha256: None for one in proofs if one.sha256} for code, proofs in self.evidence.items()}
        return {code: tuple(digests) for code, digests in found.items() if digests}

    @property
    def not_evaluated(self) -> tuple[str, ...]:
        return tuple(code for code, level in self.levels.items() if level is None)

    def completed(self, not_applicable: Iterable[str]) -> "Answers":
        """With null for what is not about the firm and nobody answered."""
        return replace(self, levels={**dict.fromkeys(not_applicable), **self.levels})

    def answer(self, code: str) -> Answer | None:
        """What it says of one question."""
        if code not in self.levels:
            return None
        words = (self.why.get(code), self.reasons.get(code, ""), self.notes.get(code, ""))
        evidence = self.evidence.get(code, ())
        return Answer(self.levels[code], *words, self.authors.get(code, self.by), self.at, evidence)

    def repeats(self, earlier: "Answers | None") -> bool:
        """The same answers by the same person, whenever given."""
        return earlier is not None and replace(self, at=earlier.at) == earlier


def together(answers: Mapping[str, Answer], by: str, at: datetime) -> Answers:
    """One sheet of single answers, given by `by`."""
    return Answers(
        levels={code: one.level for code, one in answers.items()},
        reasons={code: one.reason for code, one in answers.items() if one.level is None},
        notes={code: one.note for code, one in answers.items() if one.note},
        by=by,
        at=at,
        why={code: one.why for code, one in answers.items() if one.why is not None},
        authors={code: one.by for code, one in answers.items() if one.by != by},
        evidence={code: one.evidence for code, one in answers.items() if one.evidence},
    )


def begun(last: Answers | None, since: Mapping[str, Answer]) -> Mapping[str, Answer]:
    """What a next sheet says so far: the last one, and what was answered since."""
    before = {} if last is None else {code: one for code in last.levels if (one := last.answer(code)) is not None}
    return {**before, **since}


def answer_fault(
    instrument: Instrument, code: str, answer: Answer, not_applicable: Collection[str] = ()
) -> Refusal | None:
    """What keeps this answer from being taken, if anything."""
    if code not in instrument.questions:
        return Refusal("invalid", "unknown_question", {"questions": code})
    one = together({code: answer}, answer.by, answer.at)
    return _levels_wrong(one.levels) or _unreasoned(one, not_applicable)


def fault(instrument: Instrument, answers: Answers, not_applicable: Collection[str] = ()) -> Refusal | None:
    """What keeps these answers from being complete, if anything. What is not about the firm needs neither level nor
    reason.
    """
    refusal = levels_fault(instrument, answers.levels, not_applicable)
    if refusal is not None:
        return refusal
    said = (answers.reasons, answers.notes, answers.why, answers.evidence)
    extra = {code for each in said for code in each} - instrument.questions.keys()
    if extra:
        return Refusal("invalid", "unknown_question", {"questions": listed(extra)})
    return _unreasoned(answers, not_applicable)


def levels_fault(
    instrument: Instrument, levels: Mapping[str, int | None], not_applicable: Collection[str] = ()
) -> Refusal | None:
    """What keeps these levels from being scored, if anything."""
    unknown = levels.keys() - instrument.questions.keys()
    if unknown:
        return Refusal("invalid", "unknown_question", {"questions": listed(unknown)})
    missing = instrument.questions.keys() - levels.keys()
    if missing:
        return Refusal("invalid", "question_missing", {"questions": listed(missing)})
    return _levels_wrong(levels) or _too_little(instrument, levels, not_applicable)


def left_open(answers: Answers, asked: Iterable[str]) -> Refusal | None:
    """The refusal of a sheet that grades and leaves one of these questions out."""
    skipped = set(answers.not_evaluated) & set(asked)
    return Refusal("invalid", "must_be_evaluated", {"questions": listed(skipped)}) if skipped else None


def is_level(value: object) -> bool:
    """A whole number from 0 to 4; `True` is none, though Python counts it as 1."""
    return type(value) is int and value in LEVELS


def differences(firm: Answers, assessor: Answers, apart: int) -> tuple[str, ...]:
    """Questions on which firm and assessor, both with a level, are so many levels apart or more."""
    return tuple(
        code
        for code, level in assessor.levels.items()
        if level is not None and (own := firm.levels.get(code)) is not None and abs(level - own) >= apart
    )


def listed(codes: Iterable[str]) -> str:
    """Codes for a sentence: in order, and not more than a person reads."""
    ordered = sorted(codes)
    rest = len(ordered) - _LISTED
    return ", ".join(ordered[:_LISTED]) + (f", … (+{rest})" if rest > 0 else "")


def _levels_wrong(levels: Mapping[str, int | None]) -> Refusal | None:
    outside = [code for code, level in levels.items() if level is not None and not is_level(level)]
    return Refusal("invalid", "level_out_of_range", {"questions": listed(outside)}) if outside else None


def _too_little(
    instrument: Instrument, levels: Mapping[str, int | None], not_applicable: Collection[str]
) -> Refusal | None:
    """VDA 6.3: at most three are not evaluated (P1), and two thirds of each element are, or there is no result. Counted
    are the questions that are about the firm.
    """
    skipped = [code for code, level in levels.items() if level is None and code not in not_applicable]
    most = instrument.rules.not_evaluated_max
    if len(skipped) > most:
        return Refusal(
            "invalid", "too_many_not_evaluated", {"questions": listed(skipped), "most": most, "given": len(skipped)}
        )
    asked = {code: level for code, level in levels.items() if level is not None or code not in not_applicable}
    thin = [code for code in instrument.dimensions if not instrument.enough_of(code, asked)]
    return Refusal("invalid", "dimension_too_thin", {"dimensions": listed(thin)}) if thin else None


def _unreasoned(answers: Answers, not_applicable: Collection[str]) -> Refusal | None:
    evaluated = [code for code, level in answers.levels.items() if level is not None]
    both = [code for code in evaluated if code in answers.why or answers.reasons.get(code, "").strip()]
    if both:
        return Refusal("invalid", "reason_beside_level", {"questions": listed(both)})
    unreasoned = [
        code
        for code in answers.not_evaluated
        if code not in not_applicable
        if not answers.reasons.get(code, "").strip() or answers.why.get(code) is None
    ]
    return Refusal("invalid", "reason_missing", {"questions": listed(unreasoned)}) if unreasoned else None
