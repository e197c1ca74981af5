"""What is asked of a file, and what comes back: its header, row by row, and how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

import msgspec

Others = Literal["told", "ignored"]
Sent: TypeAlias = str | int | float
"""A cell as it was sent: text, or of a workbook a number."""

MAX_CELL = 32_767
"""Characters of a cell: Excel's own limit. What comes after may take more than a moment for each."""

REASONS = "motivo"
"""The column in which refused rows come back with what is wrong with them. Sent again with it, it says nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank: its line in the file, and its cells by column name. Blank cells are left out."""

    line: int
    cells: Mapping[str, str]
    sent: Sequence[Sent] = field(default=(), compare=False, repr=False)
    """All of its cells as they were sent, in the order of the header."""
    month_first: frozenset[str] = field(default=frozenset(), compare=False)
    """Columns of this file in which some date has its month first."""
    decimals: frozenset[str] = field(default=frozenset(), compare=False)
    """Columns in which this row has a number of a workbook with decimals."""


class Wanted(NamedTuple):
    """What whoever reads a file wants of it."""

    required: Sequence[str]
    optional: Sequence[str]
    max_rows: int
    others: Others = "told"
    """What becomes of columns that are neither required nor optional: nobody reads them, and whoever sent them is told
    so or not."""
    days: Sequence[str] = ()
    """Columns that have dates."""


class Header(msgspec.Struct, frozen=True, tag=True):
    """The line that names the columns."""

    sent: list[str]
    """As it was sent."""
    names: list[str]
    """Of the column at each place; empty where it is none of those that are wanted."""
    ignored: list[int] = []
    """Places, from 1, of columns that nobody reads."""
    delimiter: str = ""
    """Of a CSV file; empty: it is a workbook."""


class Line(msgspec.Struct, frozen=True, tag=True):
    """One row as it was sent."""

    number: int
    sent: list[Sent]


class End(msgspec.Struct, frozen=True, tag=True):
    """How the reading ended; without a reason all rows were read."""

    rows: int = 0
    """How many there were."""
    month_first: list[str] = []
    """Columns in which some date has its month first."""
    reason: str | None = None
    message: str | None = None
    params: dict[str, str | int] = {}


def text_of(sent: Sent) -> str:
    """A cell as people see it. Workbooks keep numbers as floats, of which people see 15 digits."""
    if isinstance(sent, str):
        return sent.strip()
    return str(int(sent)) if isinstance(sent, int) or sent.is_integer() else f"{sent:.15g}"


def row_of(header: Header, line: Line, month_first: frozenset[str] = frozenset()) -> Row:
    cells: dict[str, str] = {}
    decimals: set[str] = set()
    for name, each in zip(header.names, line.sent, strict=False):
        if name and (text := text_of(each)):
            cells[name] = text
            if isinstance(each, float) and not each.is_integer():
                decimals.add(name)
    return Row(line.number, cells, line.sent, month_first, frozenset(decimals))
