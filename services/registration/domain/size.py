"""Stratum of a firm: micro, small, medium or large.

Source: Acuerdo of 30 June 2009 (DOF): score = workers x 10 % + annual sales in millions of MXN x 90 %; the first
stratum of the sector whose cap is not below the score. The ranges of workers and sales only describe a stratum.
"""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from services.registration.domain.reasons import SizeFlag

Sector = Literal["industry", "trade", "services"]
Stratum = Literal["micro", "small", "medium", "large"]

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Band:
    """One stratum of some sectors."""

    stratum: Stratum
    sectors: tuple[Sector, ...]
    workers_to: int
    sales_to_millions: Decimal
    cap: Decimal


@dataclass(frozen=True, slots=True)
class SizeRules:
    """One version of the table; bands from the smallest."""

    version: str
    source: str
    workers_weight: Decimal
    sales_weight: Decimal
    bands: tuple[Band, ...]

    def of_sector(self, sector: Sector) -> tuple[Band, ...]:
        return tuple(band for band in self.bands if sector in band.sectors)


@dataclass(frozen=True, slots=True)
class Size:
    """A stratum with the score that decided it."""

    stratum: Stratum
    score: Decimal
    """Exact, with two decimals or more."""
    flags: tuple[SizeFlag, ...]
    rules: str


@dataclass(frozen=True, slots=True)
class SizeSaid:
    """What a firm said of its size, and when."""

    workers: int
    annual_sales_mxn: Decimal
    said_on: date | None
    """None: before that was kept."""


MAX_SIZES = 60
"""Of one firm, as many as are kept: the latest. A firm says another one about once a year."""


def said(before: tuple[SizeSaid, ...], workers: int, annual_sales_mxn: Decimal, on: date) -> tuple[SizeSaid, ...]:
    """What was said of a size, oldest first, with this one where it is another. Of one day the last counts."""
    if before and (before[-1].workers, before[-1].annual_sales_mxn) == (workers, annual_sales_mxn):
        return before
    earlier = before[:-1] if before and before[-1].said_on == on else before
    return (*earlier, SizeSaid(workers, annual_sales_mxn, on))[-MAX_SIZES:]


def _read(name: str) -> SizeRules:
    table = json.loads((Path(__file__).parents[1] / "catalogue" / name).read_text(encoding="utf-8"))
    bands = tuple(
        Band(
            band["stratum"],
            tuple(band["sectors"]),
            band["workers_to"],
            Decimal(band["sales_to_millions"]),
            Decimal(band["cap"]),
        )
        for band in table["bands"]
    )
    weights = Decimal(table["workers_weight"]), Decimal(table["sales_weight"])
    return SizeRules(table["version"], table["source"], *weights, bands)


SIZE_2009 = _read("size_2009.json")


def classify(sector: Sector, workers: int, annual_sales_mxn: Decimal, rules: SizeRules = SIZE_2009) -> Size:
    """Stratum of a firm. Workers as persons, sales of a year in pesos with at most two decimals."""
    millions = annual_sales_mxn / MILLION
    score = plain(workers * rules.workers_weight + millions * rules.sales_weight)
    for band in rules.of_sector(sector):
        if score <= band.cap:
            return Size(band.stratum, score, _flags(band, workers, millions), rules.version)
    return Size("large", score, (), rules.version)


def _flags(band: Band, workers: int, millions: Decimal) -> tuple[SizeFlag, ...]:
    tests: tuple[tuple[SizeFlag, bool], ...] = (
        ("workers_above_range", workers > band.workers_to),
        ("sales_above_range", millions > band.sales_to_millions),
    )
    return tuple(flag for flag, met in tests if met)


def plain(number: Decimal) -> Decimal:
    """The same number without needless zeros, but never fewer than two decimals."""
    exact = number.normalize()
    places = -int(exact.as_tuple().exponent)
    return exact.quantize(Decimal("0.01")) if places < 2 else exact
