"""Texts of cells to values."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from shared.contracts.times import FIRST_DAY, LAST_DAY, day_of
from shared.files.faults import CellRefusedError, RowFault, row_fault
from shared.files.text import plain
from shared.plain_text import NOT_TEXT

_MEXICAN_DATE = re.compile(r"^([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})$")
_AMOUNT = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
ERRORS = frozenset({"#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!"})
"""What a spreadsheet shows for a formula that failed."""
_SHARE = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2})0*)?")

MAX_DIGITS = 18
"""Longer numbers are beyond every range here, and slow to parse."""


MAX_PARTS = 100
"""Of a cell; no list here has more, and each may be told to be wrong."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file, the field that it fills, and how its cells are read."""

    name: str
    field: str
    parse: Callable[[str], Any]
    required: bool = False


def values(
    columns: Iterable[Column], cells: Mapping[str, str], line: int, suffix: str = ""
) -> tuple[dict[str, Any], list[RowFault]]:
    """The fields that a row fills through these columns, and what is wrong. Blank optional cells fill nothing."""
    found: dict[str, Any] = {}
    faults: list[RowFault] = []
    for column in columns:
        name = column.name + suffix
        cell = cells.get(name)
        if cell is None:
            if column.required:
                faults.append(row_fault(line, name, "cell_missing"))
            continue
        if cell in ERRORS:
            faults.append(row_fault(line, name, "cell_error"))
            continue
        if NOT_TEXT.search(cell):
            faults.append(row_fault(line, name, "cell_characters"))
            continue
        try:
            found[column.field] = column.parse(cell)
        except CellRefusedError as refused:
            faults.append(row_fault(line, name, refused.reason, message=refused.message, **refused.params))
    return found, faults


def text(cell: str) -> str:
    return cell


def whole(cell: str) -> int:
    """A whole number, perhaps with thousands separators."""
    if len(cell) > MAX_DIGITS or "." in cell or _AMOUNT.fullmatch(cell) is None:
        raise CellRefusedError("cell_number", message="cell_number.whole")
    return int(cell.replace(",", ""))


def amount(cell: str) -> Decimal:
    """An amount in pesos, perhaps with a sign of pesos and thousands separators."""
    number = cell.removeprefix("$").strip()
    if len(number) > 2 * MAX_DIGITS or _AMOUNT.fullmatch(number) is None:
        raise CellRefusedError("cell_number", message="cell_number.amount")
    return Decimal(number.replace(",", ""))


def share(cell: str) -> int:
    """Basis points of a percentage with at most two decimals.

    Without its sign, what is above 0 and not above 1 may be meant as a fraction: it is refused.
    """
    found = _SHARE.fullmatch(cell.removesuffix("%").strip())
    if found is None:
        raise CellRefusedError("cell_share")
    points = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if 0 < points <= 100 and not cell.endswith("%"):
        raise CellRefusedError("cell_share", message="cell_share.unit")
    return points


def day(cell: str) -> date:
    """A date as `2026-05-01`, or as people write it in Mexico: `01/05/2026`, the day first."""
    written = _MEXICAN_DATE.sub(lambda found: f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}", cell)
    try:
        found_day = day_of(written)
    except ValueError:
        raise CellRefusedError("cell_date") from None
    if not FIRST_DAY <= found_day <= LAST_DAY:
        raise CellRefusedError("cell_date")
    return found_day


def digits(length: int) -> Callable[[str], str]:
    """A key of digits whose leading zeros a spreadsheet may have dropped."""
    return lambda cell: cell.zfill(length)


def choice(options: Mapping[str, Any]) -> Callable[[str], Any]:
    """One of a few words."""

    def parse(cell: str) -> object:
        word = plain(cell)
        if word not in options:
            raise CellRefusedError("cell_choice", choices=", ".join(options))
        return options[word]

    return parse


def parts(cell: str) -> tuple[str, ...]:
    """Texts between semicolons."""
    if cell.count(";") >= MAX_PARTS:
        raise CellRefusedError("cell_parts", most=MAX_PARTS)
    return tuple(part for part in (text.strip() for text in cell.split(";")) if part)


def codes(cell: str) -> tuple[str, ...]:
    """Codes between semicolons, in capitals."""
    return tuple(part.upper() for part in parts(cell))


def pairs(cell: str) -> Sequence[tuple[str, date]]:
    """Codes with their dates: `CQI-9:2026-05-01;CQI-11:2026-03-02`."""
    found = [part.partition(":") for part in parts(cell)]
    if not all(colon for _, colon, _ in found):
        raise CellRefusedError("cell_pairs", message="cell_pairs.dates")
    return [(code.strip().upper(), day(date_.strip())) for code, _, date_ in found]
