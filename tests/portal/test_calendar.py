"""Meetings as a calendar file."""

from datetime import UTC, datetime, timedelta

import pytest

from services.portal.views.calendar import LONGEST, Entry, calendar

AT = datetime(2026, 12, 3, 16, 0, tzinfo=UTC)
MEETING = Entry("m1", AT, AT + timedelta(minutes=20), "Encuentro: Aceros, SA", "Nave 4; puerta 2", cancelled=False)


def test_a_meeting_is_an_event() -> None:
    lines = calendar([MEETING], AT).split("\r\n")
    assert (lines[0], lines[-2], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")
    for line in (
        "UID:m1@pdp",
        "DTSTART:20261203T160000Z",
        "DTEND:20261203T162000Z",
        r"SUMMARY:Encuentro: Aceros\, SA",
        r"LOCATION:Nave 4\; puerta 2",
        "STATUS:CONFIRMED",
    ):
        assert line in lines, line
    assert "STATUS:CANCELLED" in calendar([MEETING._replace(cancelled=True)], AT)


@pytest.mark.parametrize("title", ["ñ" * 200, "a" * 74, "línea\nBEGIN:VEVENT", "back\\slash"])
def test_a_line_is_folded_between_characters_and_holds_no_other(title: str) -> None:
    text = calendar([MEETING._replace(title=title)], AT)
    assert all(len(line.encode()) <= LONGEST for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "").split("\r\n")
    assert unfolded.count("BEGIN:VEVENT") == 1
    said = next(line for line in unfolded if line.startswith("SUMMARY:")).removeprefix("SUMMARY:")
    assert said.replace(r"\n", "\n").replace("\\\\", "\\") == title
