"""From levels to shares, grade and band, in exact fractions.

Source: VDA 6.3, evaluation of the process audit: points 0/4/6/8/10, A from 90 %, B from 80 %, and the downgrades by
weak elements, star questions and zeros; elements are rounded to the nearest percent before they are tested.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Literal

from services.diagnosis.domain.instrument import Instrument, Rules

Grade = Literal["A", "B", "C"]
Band = Literal["A", "B", "C1", "C2", "C3"]
DowngradeReason = Literal[
    "dimension_below_c_floor",
    "critical_question_at_0",
    "dimension_below_b_floor",
    "critical_question_at_1",
    "question_at_0",
]
"""Public contract: why a grade is lower than the overall share alone would give."""


@dataclass(frozen=True, slots=True)
class Downgrade:
    reason: DowngradeReason
    to: Grade
    because_of: tuple[str, ...]
    """Codes of the dimensions or questions."""


@dataclass(frozen=True, slots=True)
class Score:
    """Shares are exact, in percent."""

    dimensions: Mapping[str, Fraction]
    """A dimension without an evaluated question is left out, and its weight with it."""
    overall: Fraction
    by_share: Grade
    """What the overall share alone would give."""
    grade: Grade
    band: Band
    downgrades: tuple[Downgrade, ...]
    """All that hold: each must go before the grade can rise to what the share gives."""


def score(instrument: Instrument, levels: Mapping[str, int | None]) -> Score:
    """Score the levels by question; None is not evaluated. Raises ValueError when nothing was evaluated."""
    dimensions = _dimension_shares(instrument, levels)
    overall = _overall(instrument, dimensions)
    rules = instrument.rules
    by_share = _by_share(rules, overall)
    downgrades = tuple(
        downgrade
        for downgrade in _downgrades(instrument, levels, dimensions)
        if downgrade.because_of and downgrade.to > by_share
    )
    grade = max((by_share, *(downgrade.to for downgrade in downgrades)))
    return Score(dimensions, overall, by_share, grade, _band(rules, grade, overall), downgrades)


def basis_points(percent: Fraction, thresholds: Iterable[Fraction] = ()) -> int:
    """Hundredths of a percent, half up; but what is below a threshold is cut, so that it never shows as reached."""
    shown_as = half_up(percent * 100)
    crossed = any(percent < threshold <= Fraction(shown_as, 100) for threshold in thresholds)
    return floor(percent * 100) if crossed else shown_as


def overall_points(rules: Rules, overall: Fraction) -> int:
    """The overall share as it is shown, which never contradicts grade and band."""
    return basis_points(overall, map(Fraction, (rules.grade_a, rules.grade_b, rules.band_c1, rules.band_c2)))


def dimension_points(rules: Rules, share: Fraction) -> int:
    """A dimension's share as it is shown, which never contradicts the downgrades: those round it to whole percent."""
    half = Fraction(1, 2)
    return basis_points(share, (rules.dimension_floor_b - half, rules.dimension_floor_c - half))


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def shown(points: int) -> str:
    """Basis points as a percentage with two decimals."""
    return f"{points // 100}.{points % 100:02d}"


def _dimension_shares(instrument: Instrument, levels: Mapping[str, int | None]) -> dict[str, Fraction]:
    points = instrument.rules.points
    earned = dict.fromkeys(instrument.dimensions, 0)
    possible = dict.fromkeys(instrument.dimensions, 0)
    for question in instrument.questions.values():
        level = levels[question.code]
        if level is not None:
            earned[question.dimension] += question.weight * points[level]
            possible[question.dimension] += question.weight * points[-1]
    return {code: Fraction(100 * earned[code], possible[code]) for code in instrument.dimensions if possible[code]}


def _overall(instrument: Instrument, dimensions: Mapping[str, Fraction]) -> Fraction:
    if not dimensions:
        raise ValueError("no question was evaluated")
    weights = {code: instrument.dimensions[code].weight for code in dimensions}
    return sum((weights[code] * share for code, share in dimensions.items()), Fraction(0)) / sum(weights.values())


def _by_share(rules: Rules, overall: Fraction) -> Grade:
    if overall >= rules.grade_a:
        return "A"
    return "B" if overall >= rules.grade_b else "C"


def _band(rules: Rules, grade: Grade, overall: Fraction) -> Band:
    if grade != "C":
        return grade
    if overall >= rules.band_c1:
        return "C1"
    return "C2" if overall >= rules.band_c2 else "C3"


def _downgrades(
    instrument: Instrument, levels: Mapping[str, int | None], dimensions: Mapping[str, Fraction]
) -> tuple[Downgrade, ...]:
    """Everything that could take a grade down, the worst first; without a cause it does not hold."""

    def below(floor_: int) -> tuple[str, ...]:
        return tuple(code for code, share in dimensions.items() if half_up(share) < floor_)

    def at(level: int, *, critical: bool) -> tuple[str, ...]:
        return tuple(
            question.code
            for question in instrument.questions.values()
            if levels[question.code] == level and (question.critical or not critical)
        )

    return (
        Downgrade("dimension_below_c_floor", "C", below(instrument.rules.dimension_floor_c)),
        Downgrade("critical_question_at_0", "C", at(0, critical=True)),
        Downgrade("dimension_below_b_floor", "B", below(instrument.rules.dimension_floor_b)),
        Downgrade("critical_question_at_1", "B", at(1, critical=True)),
        Downgrade("question_at_0", "B", at(0, critical=False)),
    )
