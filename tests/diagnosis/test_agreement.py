"""Agreement of two assessors, against sums made by hand and against the definition."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.diagnosis.domain.agreement import Agreement, agreement_of, kappa, sums_of
from services.diagnosis.domain.instrument import Bounds

VECTORS = [
    # The same throughout: Σ(x-y)² = 0, so 1 - 0.
    ((0, 1, 2, 3, 4), (0, 1, 2, 3, 4), Fraction(1)),
    # Reversed: Σ(x-y)² = 16+4+0+4+16 = 40; Σx = Σy = 10, Σx² = Σy² = 30; 1 - 5·40 / (150 + 150 - 200) = 1 - 2.
    ((0, 1, 2, 3, 4), (4, 3, 2, 1, 0), Fraction(-1)),
    # As by chance: Σ(x-y)² = 32, Σx = Σy = 8, Σx² = Σy² = 32; 1 - 4·32 / (128 + 128 - 128) = 1 - 1.
    ((0, 0, 4, 4), (0, 4, 0, 4), Fraction(0)),
    # Two of four a level apart: Σ(x-y)² = 2; Σx = Σy = 9, Σx² = 23, Σy² = 25; 1 - 4·2 / (92 + 100 - 162) = 1 - 8/30.
    ((1, 2, 3, 3), (1, 2, 2, 4), Fraction(22, 30)),
    # One always gives a level more: Σ(x-y)² = 4; Σx = 6, Σy = 10, Σx² = 14, Σy² = 30; 1 - 16 / (56 + 120 - 120).
    ((0, 1, 2, 3), (1, 2, 3, 4), Fraction(40, 56)),
    # A square weighs: two levels apart once, Σ(x-y)² = 4, against four times one level, the vector above.
    # Σx = 6, Σy = 8, Σx² = 14, Σy² = 1+1+9+... = 0+1+16+9 = 26; 1 - 4·4 / (56 + 104 - 96) = 1 - 16/64.
    ((0, 1, 2, 3), (0, 1, 4, 3), Fraction(48, 64)),
]


@pytest.mark.parametrize(("first", "second", "wanted"), VECTORS)
def test_kappa_of_sums_made_by_hand(first: tuple[int, ...], second: tuple[int, ...], wanted: Fraction) -> None:
    assert kappa(sums_of(zip(first, second, strict=True), 2)) == wanted
    assert kappa(sums_of(zip(second, first, strict=True), 2)) == wanted, "nobody of the two comes first"


@pytest.mark.parametrize(
    ("first", "second"),
    [((3, 3, 3), (3, 3, 3)), ((3, 3, 3), (2, 2, 2)), ((3, 3, 3), (2, 3, 4)), ((), ()), ((2,), (2,))],
)
def test_kappa_says_nothing_where_one_does_not_vary(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    """Neither 1 for two who gave nothing but 3, nor the 0 that the formula gives for one of them."""
    assert kappa(sums_of(zip(first, second, strict=True), 2)) is None
    assert kappa(sums_of(zip(second, first, strict=True), 2)) is None


LEVELS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)


@given(LEVELS)
def test_kappa_is_what_cohen_defined(levels: list[tuple[int, int]]) -> None:
    """One less the weighted observed disagreement by the weighted one of the margins, cell by cell."""
    n = len(levels)
    cells = [(i, j) for i in range(5) for j in range(5)]
    observed = sum(Fraction((i - j) ** 2, 16) * Fraction(levels.count((i, j)), n) for i, j in cells)
    rows = [Fraction(sum(x == i for x, _ in levels), n) for i in range(5)]
    columns = [Fraction(sum(y == j for _, y in levels), n) for j in range(5)]
    by_chance = sum(Fraction((i - j) ** 2, 16) * rows[i] * columns[j] for i, j in cells)
    found = kappa(sums_of(levels, 2))
    if len({x for x, _ in levels}) == 1 or len({y for _, y in levels}) == 1:
        assert found is None
    else:
        assert found == 1 - observed / by_chance


def test_agreement_is_told_in_basis_points_and_who_gives_more() -> None:
    # 22/30 = 7333.3; 2 of 4 the same; Σx - Σy = 0.
    assert agreement_of(sums_of([(1, 1), (2, 2), (3, 2), (3, 4)], 2)) == Agreement(4, 7333, 5000, 0, 0)
    # 40/56 = 7142.9, half up; none the same; each a level less: -100 hundredths.
    assert agreement_of(sums_of([(0, 1), (1, 2), (2, 3), (3, 4)], 1)) == Agreement(4, 7143, 0, 4, -100)
    assert agreement_of(sums_of([], 2)) == Agreement(0, None, 0, 0, 0)


@pytest.mark.parametrize(
    ("agreement", "within"),
    [
        (Agreement(54, 6000, 9000, 3, 0), True),
        (Agreement(54, 5999, 9000, 0, 0), False),
        (Agreement(54, 9000, 9000, 4, 0), False),
        (Agreement(54, None, 10_000, 0, 0), True),
        (Agreement(54, None, 0, 4, 0), False),
    ],
)
def test_bounds_are_both_kept_and_without_kappa_what_is_apart_judges(agreement: Agreement, *, within: bool) -> None:
    assert agreement.within(Bounds(kappa_min=6000, apart=2, apart_max=3)) == within
