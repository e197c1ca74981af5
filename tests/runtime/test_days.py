"""Days are those of Mexico City, in every stage."""

from datetime import UTC, date, datetime

from services.portal.views.words import Words
from shared.days import day_of, end_of, start_of

EVENING = datetime(2026, 3, 2, 5, 59, tzinfo=UTC)
"""A minute to midnight of the day before."""


def test_days_are_those_of_mexico_city() -> None:
    assert day_of(EVENING) == date(2026, 3, 1)
    assert day_of(datetime(2026, 3, 2, 6, 0, tzinfo=UTC)) == date(2026, 3, 2)
    assert start_of(date(2026, 3, 2)) == end_of(date(2026, 3, 1)) == datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def test_until_2022_there_was_summer_time() -> None:
    assert start_of(date(2022, 7, 1)) == datetime(2022, 7, 1, 5, 0, tzinfo=UTC)


def test_a_page_shows_the_day_of_a_moment() -> None:
    words = Words("en")
    shown = {words.day(each) for each in (EVENING, "2026-03-02T05:59:00Z", date(2026, 3, 1), "2026-03-01")}
    assert shown == {"March 1, 2026"}
