"""How far two people agree on levels: Cohen's kappa with quadratic weights.

Source: J. Cohen, Weighted kappa: nominal scale agreement with provision for scaled disagreement or partial credit,
Psychological Bulletin 70(4), 1968: agreement beyond what chance alone gives, where a disagreement weighs by its square.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from services.diagnosis.domain.instrument import Bounds
from services.diagnosis.domain.scoring import half_up

FULL = 10_000
"""Basis points of all."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Of pairs of levels, x by one and y by the other: all that agreement is made of. Of two groups they add up."""

    pairs: int
    x: int
    y: int
    xx: int
    yy: int
    squares: int
    """Of what is between the two."""
    exact: int
    """Pairs of one level."""
    apart: int
    """Pairs that are so many levels apart as the bounds say, or more."""


@dataclass(frozen=True, slots=True)
class Agreement:
    pairs: int
    kappa: int | None
    """Basis points from 10,000, the same, over 0, as by chance, to below. None: one of the two gave nothing but one
    level, or there is no pair; chance then explains everything, and the formula says 0, or nothing, whatever they gave.
    """
    exact: int
    """Share of pairs of one level, in basis points; 0 of none."""
    apart: int
    lean: int
    """How much higher the first stands on average, in hundredths of a level; below 0: lower."""

    def within(self, bounds: Bounds) -> bool:
        """Where kappa says nothing, the questions that are apart judge alone."""
        return (self.kappa is None or self.kappa >= bounds.kappa_min) and self.apart <= bounds.apart_max


def sums_of(levels: Iterable[tuple[int, int]], apart: int) -> Sums:
    known = tuple(levels)
    return Sums(
        pairs=len(known),
        x=sum(x for x, _ in known),
        y=sum(y for _, y in known),
        xx=sum(x * x for x, _ in known),
        yy=sum(y * y for _, y in known),
        squares=sum((x - y) ** 2 for x, y in known),
        exact=sum(x == y for x, y in known),
        apart=sum(abs(x - y) >= apart for x, y in known),
    )


def kappa(sums: Sums) -> Fraction | None:
    """1 less the observed squares by those that chance gives: n·Σ(x-y)² / (n·Σx² + n·Σy² - 2·Σx·Σy). None where one
    of the two does not vary.
    """
    n = sums.pairs
    if n * sums.xx == sums.x**2 or n * sums.yy == sums.y**2:
        return None
    return 1 - Fraction(n * sums.squares, n * sums.xx + n * sums.yy - 2 * sums.x * sums.y)


def agreement_of(sums: Sums) -> Agreement:
    """Shares in basis points, half up."""
    n, exactly = sums.pairs, kappa(sums)
    return Agreement(
        pairs=n,
        kappa=None if exactly is None else half_up(exactly * FULL),
        exact=half_up(Fraction(sums.exact * FULL, n)) if n else 0,
        apart=sums.apart,
        lean=half_up(Fraction(100 * (sums.x - sums.y), n)) if n else 0,
    )
