"""The questionnaire as a firm answers it: dimensions with their questions, each with what was answered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

WHYS: Final = ("not_applicable", "not_running", "no_access", "records_missing")
"""Why a question is left out, as diagnosis takes it."""
UNKNOWN: Final = "ETC"
"""Of a question that the present instrument has no longer."""
WORDS: Final = ("why", "reason", "note")


@dataclass(frozen=True, slots=True)
class Question:
    """One question; levels are 0 to 4. `version` is that of its answer alone."""

    code: str
    dimension: str
    text: str
    evidence: str
    levels: tuple[str, ...]
    critical: bool
    legal: bool
    version: str
    answered: bool
    missing: bool
    level: int | None
    why: str | None
    reason: str
    note: str
    proofs: int = 0
    """How many files and references back its answer."""

    def with_answer(self, answer: Mapping[str, Any]) -> "Question":
        """With this answer instead."""
        return replace(
            self,
            answered=True,
            level=answer.get("level"),
            why=answer.get("why"),
            reason=answer.get("reason") or "",
            note=answer.get("note") or "",
        )


@dataclass(frozen=True, slots=True)
class Section:
    """One dimension."""

    code: str
    questions: tuple[Question, ...]

    @property
    def missing(self) -> tuple[Question, ...]:
        return tuple(each for each in self.questions if each.missing)

    @property
    def answered(self) -> int:
        return sum(each.answered for each in self.questions)


def sections(instrument: Mapping[str, Any], draft: Mapping[str, Any]) -> tuple[Section, ...]:
    """Of what the stage shows. A question that the present instrument has no longer goes by its code."""
    known = {each["code"]: each for each in instrument["questions"]}
    order = [each["code"] for each in instrument["dimensions"]]
    missing = frozenset(draft["missing"])
    found: dict[str, list[Question]] = {}
    for answer in draft["answers"]:
        question = _question(answer, known.get(answer["question"], {}), missing)
        found.setdefault(question.dimension, []).append(question)
    return tuple(Section(code, tuple(found[code])) for code in (*order, UNKNOWN) if code in found)


def same(given: Mapping[str, Any], present: Mapping[str, Any]) -> bool:
    """Whether two answers say the same."""
    words = all((given.get(name) or "") == (present.get(name) or "") for name in WORDS)
    return words and given.get("level") == present.get("level")


def _question(answer: Mapping[str, Any], known: Mapping[str, Any], missing: frozenset[str]) -> Question:
    code = answer["question"]
    return Question(
        code=code,
        dimension=known.get("dimension", UNKNOWN),
        text=known.get("text", code),
        evidence=known.get("evidence", ""),
        levels=tuple(known.get("levels", ())),
        critical=known.get("critical", False),
        legal=known.get("legal", False),
        version=answer["version"],
        answered=answer["answered_at"] is not None,
        missing=code in missing,
        level=answer["level"],
        why=answer["why"],
        reason=answer["reason"],
        note=answer["note"],
        proofs=len(answer.get("evidence", ())),
    )
