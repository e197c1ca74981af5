"""Dates as people write them in Mexico: the day first.

Where a column of the same file has a date that can only be with the month first (`12/31/2026`), no other one of that
column that may be either is taken for one of the two (`Rows.month_first`).
"""

import re
from datetime import date

from shared.contracts.times import FIRST_DAY, LAST_DAY, day_of
from shared.files.faults import CellRefusedError
from shared.files.text import plain

_MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
_IN_FULL = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
_MONTH = {name: number for names in (_MONTHS, _IN_FULL) for number, name in enumerate(names, 1)} | {"setiembre": 9}

_HOUR = re.compile(r"[ T]+0{1,2}:00(?::00(?:\.0+)?)?$")
"""Midnight, as a spreadsheet adds it to a day."""
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_NAMED = re.compile(r"([0-9]{1,2})(?: de |[-/. ]+)([a-zA-Z]{3,10})\.?(?: del? |[-/. ]+)([0-9]{4})")
_WITHIN = re.compile(r"(?<![0-9])([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{4}(?![0-9])")

LONGEST = 40
"""Characters: `15 de septiembre de 2026` and midnight."""
MONTHS = 12


def day(cell: str) -> date:
    """A date as `2026-05-01`, or as people write it in Mexico: `01/05/2026`, `1-may-2026`, `1 de mayo de 2026`."""
    written = _iso(_HOUR.sub("", cell)) if len(cell) <= LONGEST else ""
    try:
        found = day_of(written)
    except ValueError:
        raise CellRefusedError("cell_date") from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise CellRefusedError("cell_date")
    return found


def _iso(written: str) -> str:
    if found := _YEAR_FIRST.fullmatch(written):
        return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"
    if found := _DAY_FIRST.fullmatch(written):
        return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
    if found := _NAMED.fullmatch(written):
        return f"{found[3]}-{_MONTH.get(plain(found[2]), 0):02}-{found[1]:0>2}"
    return ""


def is_month_first(cell: str) -> bool:
    """Whether a date of this cell can only be one with its month first."""
    return any(first <= MONTHS < second for first, second in _within(cell))


def may_be_either(cell: str) -> bool:
    """Whether a date of this cell is another day with its month first."""
    return any(first != second and max(first, second) <= MONTHS for first, second in _within(cell))


def _within(cell: str) -> list[tuple[int, int]]:
    """Day and month, or month and day, of each date in it."""
    return [(int(first), int(second)) for first, second in _WITHIN.findall(cell)]
