from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.domain.size import MAX_SIZES, MILLION, SIZE_2009, Sector, SizeSaid, classify, said

SECTORS: list[Sector] = ["industry", "trade", "services"]
ORDER = ["micro", "small", "medium", "large"]

sectors = st.sampled_from(SECTORS)
workers = st.integers(0, 2_000)
sales = st.decimals(0, 2_000_000_000, places=2)


@pytest.mark.parametrize(
    ("sector", "persons", "millions", "score", "stratum"),
    [
        ("industry", 10, "4.00", "4.60", "micro"),
        ("industry", 10, "4.01", "4.609", "small"),
        ("industry", 11, "3.9", "4.61", "small"),
        ("industry", 50, "100", "95.00", "small"),
        ("industry", 51, "100", "95.10", "medium"),
        ("industry", 250, "250", "250.00", "medium"),
        ("industry", 251, "250", "250.10", "large"),
        ("trade", 30, "100", "93.00", "small"),
        ("trade", 31, "100", "93.10", "medium"),
        ("trade", 100, "250", "235.00", "medium"),
        ("trade", 101, "250", "235.10", "large"),
        ("services", 50, "100", "95.00", "small"),
        ("services", 100, "250", "235.00", "medium"),
        ("services", 101, "250", "235.10", "large"),
        ("industry", 0, "0", "0.00", "micro"),
    ],
)
def test_the_score_decides_the_stratum(sector: Sector, persons: int, millions: str, score: str, stratum: str) -> None:
    size = classify(sector, persons, Decimal(millions) * MILLION)
    assert (format(size.score, "f"), size.stratum, size.flags) == (score, stratum, ())
    assert size.rules == "dof-2009-06-30"


def test_many_workers_with_few_sales_stay_in_the_stratum_of_the_score_and_are_flagged() -> None:
    size = classify("industry", 300, Decimal(100_000_000))
    assert (size.score, size.stratum, size.flags) == (Decimal("120.00"), "medium", ("workers_above_range",))


def test_many_sales_with_few_workers_are_flagged_too() -> None:
    size = classify("industry", 1, Decimal(5_000_000))
    assert (size.score, size.stratum, size.flags) == (Decimal("4.60"), "micro", ("sales_above_range",))


def test_a_centavo_decides_at_the_cap() -> None:
    assert classify("industry", 50, Decimal("100000000.00")).stratum == "small"
    over = classify("industry", 50, Decimal("100000000.01"))
    assert (over.stratum, format(over.score, "f")) == ("medium", "95.000000009")


def test_the_table_is_in_order_for_each_sector() -> None:
    for sector in SECTORS:
        bands = SIZE_2009.of_sector(sector)
        assert [band.stratum for band in bands] == ORDER[:3]
        assert [band.cap for band in bands] == sorted(band.cap for band in bands)


@given(sectors, workers, sales)
def test_the_score_is_exact(sector: Sector, persons: int, amount: Decimal) -> None:
    size = classify(sector, persons, amount)
    assert size.score * 10 * MILLION == persons * MILLION + 9 * amount
    assert len(format(size.score, "f").partition(".")[2]) >= 2


@given(sectors, workers, sales, st.integers(0, 500), st.decimals(0, 500_000_000, places=2))
def test_more_of_anything_never_makes_a_firm_smaller(
    sector: Sector, persons: int, amount: Decimal, more_persons: int, more: Decimal
) -> None:
    before, after = classify(sector, persons, amount), classify(sector, persons + more_persons, amount + more)
    assert ORDER.index(after.stratum) >= ORDER.index(before.stratum)


def test_what_was_said_of_a_size_is_kept_with_its_day() -> None:
    first, later = date(2026, 3, 2), date(2026, 9, 1)
    kept = said((), 51, Decimal(100), first)
    assert said(kept, 51, Decimal("100.00"), later) == kept, "nothing new"
    assert said(kept, 60, Decimal(100), later) == (SizeSaid(51, Decimal(100), first), SizeSaid(60, Decimal(100), later))
    assert said(kept, 60, Decimal(100), first) == (SizeSaid(60, Decimal(100), first),), "mended on the same day"


def test_only_so_much_of_it_is_kept() -> None:
    kept: tuple[SizeSaid, ...] = ()
    for number in range(MAX_SIZES + 5):
        kept = said(kept, number, Decimal(0), date(2026, 3, 2) + timedelta(days=number))
    assert [each.workers for each in kept] == [*range(5, MAX_SIZES + 5)]
