"""How high a firm's potential is: best match, readiness, and how many of its gaps the program can close."""

from dataclasses import dataclass
from fractions import Fraction

from services.development.domain.diagnosis import Diagnosis
from services.development.domain.module import Modules

FULL = 10_000
"""Basis points in a whole."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Percent of the score, 100 in all."""

    best_match: int
    readiness: int
    closability: int

    def __post_init__(self) -> None:
        if min(self.best_match, self.readiness, self.closability) < 0:
            raise ValueError("a weight is negative")
        if self.best_match + self.readiness + self.closability != 100:
            raise ValueError("the weights of the score must sum to 100")


@dataclass(frozen=True, slots=True)
class Score:
    """The parts of a score, each in basis points; `total` is what firms are ranked by, exactly."""

    best_match: int
    readiness: int
    closability: Fraction
    total: Fraction

    @property
    def basis_points(self) -> int:
        """The total as published, rounded half up: firms that look equal may still differ in rank."""
        return half_up(self.total)


def score(best_match: int, diagnosis: Diagnosis, modules: Modules, weights: Weights) -> Score:
    """Weighted sum of the best match's score, the diagnosis' overall share and the share of gaps with a module."""
    closable = closability(diagnosis, modules)
    total = Fraction(
        weights.best_match * best_match + weights.readiness * diagnosis.overall + weights.closability * closable, 100
    )
    return Score(best_match, diagnosis.overall, closable, total)


def closability(diagnosis: Diagnosis, modules: Modules) -> Fraction:
    """Share of gaps with a module, in basis points.

    Full without gaps: nothing is left that the program could not close, and a firm must not fall in rank because it
    closed its last gap.
    """
    if not diagnosis.gaps:
        return Fraction(FULL)
    return Fraction(FULL * sum(modules.close(gap.question) for gap in diagnosis.gaps), len(diagnosis.gaps))


def half_up(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
