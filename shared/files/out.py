"""Rows on their way out into a file, as text or as a workbook.

What a spreadsheet program would take for a formula is text in it, and is read back as it was.
"""

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from typing import BinaryIO, ClassVar

from shared.files.formulas import escaped
from shared.files.rows import Sent, text_of

CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MARK = b"\xef\xbb\xbf"
"""Without it Excel takes UTF-8 for another encoding."""


class Figure(str):
    """A number as it is written in text: no formula, and in a workbook one to compute with."""

    __slots__ = ()

    def number(self) -> int | float | None:
        """None where a workbook could not hold all of its digits."""
        found = float(self)
        if Decimal(f"{found:.15g}") != Decimal(self):
            return None
        return int(found) if found.is_integer() else found


class Out(ABC):
    """A file that is written row by row. Its methods take a moment for each thousand rows: call them in a thread."""

    media_type: ClassVar[str]
    suffix: ClassVar[str]

    @abstractmethod
    def write(self, cells: Sequence[Sent]) -> None:
        """One more row."""

    @abstractmethod
    def close(self) -> None:
        """All rows are in it."""


class TextOut(Out):
    media_type, suffix = CSV, "csv"

    def __init__(self, file: BinaryIO, delimiter: str) -> None:
        file.write(MARK)
        self._text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        if delimiter not in ",;\t":
            self._text.write(f"sep={delimiter}\r\n")
        self._csv = csv.writer(self._text, delimiter=delimiter)

    def write(self, cells: Sequence[Sent]) -> None:
        self._csv.writerow([self._cell(cell) for cell in cells])

    def _cell(self, cell: Sent) -> str:
        if isinstance(cell, Figure):
            return cell
        return escaped(cell) if isinstance(cell, str) else text_of(cell)

    def close(self) -> None:
        self._text.detach()


def out(file: BinaryIO, delimiter: str) -> Out:
    """Text with this delimiter; a workbook where there is none."""
    if delimiter:
        return TextOut(file, delimiter)
    from shared.files.out_book import BookOut  # noqa: PLC0415 - its library costs a process 0.3 s and 30 MB

    return BookOut(file)
