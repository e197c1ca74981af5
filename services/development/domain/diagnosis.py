"""What this stage keeps of a firm's validated diagnosis."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

Band = Literal["A", "B", "C1", "C2", "C3"]
Grade = Literal["A", "B", "C"]
Severity = Literal["critical", "major", "minor"]

COMMITMENT = "G01"
"""The question whose level 2 is the management's signed commitment letter, where the diagnosis did not say which: it
was told before its questionnaire named it.
"""


@dataclass(frozen=True, slots=True)
class Gap:
    """How far one question is from its target. Levels 0 to 4."""

    question: str
    severity: Severity
    level: int
    target: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The latest validated version."""

    diagnosis_id: UUID
    version: int
    overall: int
    """Basis points."""
    grade: Grade
    band: Band
    commitment: int | None
    """Level of the question on the management's commitment; None where it was not evaluated."""
    gaps: tuple[Gap, ...] = ()
    """In the order of priority that the diagnosis gave them."""
    validated_at: datetime | None = None
    """When an expert last validated all levels; None: not known here."""
    dimensions: Mapping[str, int] = field(default_factory=dict)
    """Share reached in each, in basis points; none: told before that was kept."""
    levels: Mapping[str, int] = field(default_factory=dict)
    """By question that was evaluated; none: told before that was kept."""

    @property
    def gap_questions(self) -> tuple[str, ...]:
        return tuple(gap.question for gap in self.gaps)


def newer(known: Diagnosis | None, learned: Diagnosis) -> Diagnosis:
    """The one to keep: an older version of the same diagnosis never replaces a newer one."""
    if known is not None and known.diagnosis_id == learned.diagnosis_id and known.version > learned.version:
        return known
    return learned
