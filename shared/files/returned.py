"""Rows that were refused, as a file in the format in which they were sent: to be mended and sent again as it is.

What a spreadsheet program would take for a formula is text in it, and is read back as it was sent.
"""

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell

from shared.files.formulas import FORMULA, escaped
from shared.files.rows import REASONS, Header, Sent, text_of
from shared.files.sheet import MAX_CELL
from shared.files.text import plain
from shared.plain_text import NOT_XML

CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MARK = b"\xef\xbb\xbf"
"""Without it Excel takes UTF-8 for another encoding."""


class Returned(ABC):
    """A file on its way out. Its methods take a moment for each thousand rows: call them in a thread."""

    media_type: str
    suffix: str

    def __init__(self, header: Header, file: BinaryIO) -> None:
        """The columns are those that were sent, but for an older one with what was wrong."""
        self._file = file
        self._places = [place for place, name in enumerate(header.sent) if plain(name) != REASONS]
        self._open(header)
        self._write([*(header.sent[place] for place in self._places), REASONS])

    def add(self, rows: Sequence[tuple[Sequence[Sent], str]]) -> None:
        """Rows as they were sent, each with what is wrong with it."""
        for sent, reasons in rows:
            self._write([*(sent[place] if place < len(sent) else "" for place in self._places), reasons[:MAX_CELL]])

    @abstractmethod
    def _open(self, header: Header) -> None:
        """Begin the file, up to its header."""

    @abstractmethod
    def _write(self, cells: Sequence[Sent]) -> None: ...

    @abstractmethod
    def close(self) -> None:
        """All rows are in it."""


class ReturnedText(Returned):
    media_type, suffix = CSV, "csv"

    def _open(self, header: Header) -> None:
        self._file.write(MARK)
        self._text = io.TextIOWrapper(self._file, "utf-8", newline="", write_through=True)
        if header.delimiter not in ",;\t":
            self._text.write(f"sep={header.delimiter}\r\n")
        self._csv = csv.writer(self._text, delimiter=header.delimiter)

    def _write(self, cells: Sequence[Sent]) -> None:
        self._csv.writerow([escaped(text_of(cell) if not isinstance(cell, str) else cell) for cell in cells])

    def close(self) -> None:
        self._text.detach()


class ReturnedBook(Returned):
    media_type, suffix = XLSX, "xlsx"

    def _open(self, header: Header) -> None:
        del header
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet()

    def _write(self, cells: Sequence[Sent]) -> None:
        self._sheet.append([self._cell(cell) for cell in cells])

    def _cell(self, cell: Sent) -> Cell:
        made = WriteOnlyCell(self._sheet, NOT_XML.sub("", cell) if isinstance(cell, str) else cell)
        if isinstance(cell, str):
            made.data_type = "s"
            # Else it becomes a formula once somebody edits the cell.
            made.quotePrefix = cell.startswith(FORMULA)
        return made

    def close(self) -> None:
        self._book.save(self._file)


def returned(header: Header, file: BinaryIO) -> Returned:
    """In the format in which it was sent."""
    return ReturnedText(header, file) if header.delimiter else ReturnedBook(header, file)
