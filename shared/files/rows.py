"""What is asked of a file, and what comes back: row by row, and how it ended."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

Others = Literal["refused", "ignored"]


class Row(msgspec.Struct, frozen=True, tag=True):
    """One row that is not blank: its line in the file, and its cells by column name. Blank cells are left out."""

    line: int
    cells: dict[str, str]


class Wanted(NamedTuple):
    """What whoever reads a file wants of it."""

    required: Sequence[str]
    optional: Sequence[str]
    max_rows: int
    others: Others = "refused"
    """What becomes of columns that are neither required nor optional."""


class End(msgspec.Struct, frozen=True, tag=True):
    """How the reading ended; without a reason all rows were read."""

    rows: int = 0
    """How many there were."""
    reason: str | None = None
    message: str | None = None
    params: dict[str, str | int] = {}
