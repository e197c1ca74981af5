from datetime import UTC, date, datetime

import pytest

from services.matching.domain.calendar import day, months_after, start_of


def test_days_are_those_of_central_mexico() -> None:
    assert day(datetime(2026, 3, 2, 5, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert day(datetime(2026, 3, 2, 6, 0, tzinfo=UTC)) == date(2026, 3, 2)
    assert start_of(date(2026, 3, 2)) == datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


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
