"""Texts of cells to values. How values are written as cells is in `written.py`."""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from shared.areas import AREAS
from shared.files.dates import day, may_be_either
from shared.files.faults import CellRefusedError, RowFault, row_fault
from shared.files.numbers import MAX_DIGITS, number
from shared.files.rows import Row
from shared.files.text import plain
from shared.plain_text import is_text
from shared.states import state_key

__all__ = ["day"]

_AREA = re.compile(r"[Pp]?[ -]?([0-9]{1,2})")
_LEVEL = re.compile(r"([A-Z][0-9]{2}) ?: ?([0-9])")
_CURRENCY = re.compile(r"^(?:\$|mxn)|(?:mxn|m\.?n\.?|pesos)$", re.IGNORECASE)
ERRORS = frozenset({"#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!"})
"""What a spreadsheet shows for a formula that failed."""
_SHARE = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,2})0*)?")
_DEGREES = re.compile(r"([+-]?[0-9]{1,3})(?:[.,]([0-9]{1,15}))? ?°?")
_MILLIONTH = Decimal("0.000001")

MAX_PARTS = 100
"""Of a cell; no list here has more, and each may be told to be wrong."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file, the field that it fills, and how its cells are read."""

    name: str
    field: str
    parse: Callable[[str], Any]
    required: bool = False
    example: str = ""
    form: str = ""
    """The message that says how it is written, where `parse` does not; both are of a template."""


def values(columns: Iterable[Column], row: Row, suffix: str = "") -> tuple[dict[str, Any], list[RowFault]]:
    """The fields that a row fills through these columns, and what is wrong. Blank optional cells fill nothing."""
    found: dict[str, Any] = {}
    faults: list[RowFault] = []
    for column in columns:
        name = column.name + suffix
        cell = row.cells.get(name)
        if cell is None:
            if column.required:
                faults.append(row_fault(row.line, name, "cell_missing"))
            continue
        try:
            found[column.field] = _value(column, cell, row, name)
        except CellRefusedError as refused:
            faults.append(row_fault(row.line, name, refused.reason, message=refused.message, **refused.params))
    return found, faults


def _value(column: Column, cell: str, row: Row, name: str) -> Any:  # noqa: ANN401 - of its column
    if cell in ERRORS:
        raise CellRefusedError("cell_error")
    if not is_text(cell):
        raise CellRefusedError("cell_characters")
    if name in row.month_first and may_be_either(cell):
        raise CellRefusedError("cell_date", message="cell_date.either")
    # A number of a workbook has one reading: with another zero behind its decimals they are none of thousands.
    return column.parse(f"{cell}0" if name in row.decimals and column.parse in NUMBERS else cell)


_AREAS = {
    plain(written): each.code
    for each in AREAS
    for name in (each.name, each.name_en)
    for written in (name, f"{each.code} {name}")
}


def text(cell: str) -> str:
    return cell


def whole(cell: str) -> int:
    """A whole number, perhaps with thousands separators."""
    if len(cell) > MAX_DIGITS:
        raise CellRefusedError("cell_number", message="cell_number.whole")
    found = number(cell, "cell_number.whole")
    if found % 1:
        raise CellRefusedError("cell_number", message="cell_number.whole")
    return int(found)


def amount(cell: str) -> Decimal:
    """An amount in pesos, perhaps with a sign of pesos and thousands separators."""
    return number(_CURRENCY.sub("", cell).strip(), "cell_number.amount")


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


def thousandths(cell: str) -> int:
    """Thousandths of a unit in which people write, with three decimals at most: micrometres of millimetres."""
    found = number(cell, "cell_number.thousandths") * 1000
    if found % 1:
        raise CellRefusedError("cell_number", message="cell_number.thousandths")
    return int(found)


def degrees(cell: str) -> int:
    """Millionths of a degree (a tenth of a metre): finer ones are rounded."""
    found = _DEGREES.fullmatch(cell)
    if found is None:
        raise CellRefusedError("cell_number", message="cell_number.degrees")
    written = Decimal(f"{found[1]}.{found[2] or 0}")
    return int(written.quantize(_MILLIONTH, ROUND_HALF_EVEN).scaleb(6))


NUMBERS: Final = (whole, amount, share, thousandths, degrees)
"""How numbers are read."""


@dataclass(frozen=True, slots=True)
class Digits:
    """A key of digits whose leading zeros a spreadsheet may have dropped."""

    length: int

    def __call__(self, cell: str) -> str:
        return cell.zfill(self.length)


def area(cell: str) -> str:
    """A procurement area's code: `P01`, also where `p1`, `1`, its name or both are written. What is none stays."""
    found = _AREA.fullmatch(cell)
    return f"P{int(found[1]):02}" if found else _AREAS.get(plain(cell), cell.upper())


def state(cell: str) -> str:
    """Key of a state from its key, its name or an abbreviation of it."""
    key = state_key(cell)
    if key is None:
        raise CellRefusedError("state_unknown", message="state_unknown.cell")
    return key


def states(cell: str) -> tuple[str, ...]:
    """Keys of states between semicolons."""
    given = parts(cell)
    keys = tuple(key for part in given if (key := state_key(part)) is not None)
    if len(keys) < len(given):
        raise CellRefusedError("state_unknown", message="state_unknown.list")
    return keys


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    options: Mapping[str, Any]
    """As they are offered."""
    known: Mapping[str, Any] = field(repr=False)
    """As they are compared, with others that mean one of them."""

    def __call__(self, cell: str) -> Any:  # noqa: ANN401 - of its options
        word = plain(cell)
        if word not in self.known:
            raise CellRefusedError("cell_choice", choices=", ".join(self.options))
        return self.known[word]


def choice(options: Mapping[str, Any], also: Mapping[str, Any] | None = None) -> Choice:
    """One of these words; `also` are others that people write for them."""
    return Choice(options, {plain(word): value for word, value in {**options, **(also or {})}.items()})


YES_NO: Final = choice(
    {"si": True, "no": False}, {"s": True, "x": True, "yes": True, "verdadero": True, "true": True}
    | {"n": False, "falso": False, "false": False}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Several:
    """Some of a few words, between semicolons."""

    of: Choice

    def __call__(self, cell: str) -> tuple[Any, ...]:
        return tuple(self.of(part) for part in parts(cell))


def parts(cell: str) -> tuple[str, ...]:
    """Texts between semicolons. One that has a semicolon itself is quoted, as in a CSV file."""
    if cell.count(";") >= MAX_PARTS:
        raise CellRefusedError("cell_parts", most=MAX_PARTS)
    texts = next(csv.reader([cell], delimiter=";", skipinitialspace=True)) if '"' in cell else cell.split(";")
    return tuple(part for part in (text.strip() for text in texts) if part)


def codes(cell: str) -> tuple[str, ...]:
    """Codes between semicolons, in capitals."""
    return tuple(part.upper() for part in parts(cell))


def languages(cell: str) -> tuple[str, ...]:
    """Codes of languages between semicolons, in small letters."""
    return tuple(part.lower() for part in parts(cell))


def tariff(cell: str) -> str:
    """A code of the Harmonized System, perhaps with its points: `8708.29.99`."""
    return re.sub(r"[. ]", "", cell)


def levels(cell: str) -> Mapping[str, int]:
    """Questions with their levels: `T04:4;O01:3`."""
    found: dict[str, int] = {}
    for part in codes(cell):
        level = _LEVEL.fullmatch(part)
        if level is None or level[1] in found:
            raise CellRefusedError("cell_pairs", message="cell_pairs.levels")
        found[level[1]] = int(level[2])
    return found


def pairs(cell: str) -> Sequence[tuple[str, date]]:
    """Codes with their dates: `CQI-9:2026-05-01;CQI-11:2026-03-02`."""
    found = [part.partition(":") for part in parts(cell)]
    if not all(colon for _, colon, _ in found):
        raise CellRefusedError("cell_pairs", message="cell_pairs.dates")
    return [(code.strip().upper(), day(date_.strip())) for code, _, date_ in found]
