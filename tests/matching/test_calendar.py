from datetime import date

import pytest

from services.matching.domain.calendar import months_after


@pytest.mark.parametrize(
    ("day_", "months", "after"),
    [
        (date(2025, 3, 2), 12, date(2026, 3, 2)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2025, 1, 31), 11, date(2025, 12, 31)),
    ],
)
def test_months_after_a_day(day_: date, months: int, after: date) -> None:
    assert months_after(day_, months) == after
