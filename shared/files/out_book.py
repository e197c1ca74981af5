"""Rows on their way out into a workbook."""

from collections.abc import Sequence
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell

from shared.files.formulas import FORMULA
from shared.files.out import XLSX, Figure, Out
from shared.files.rows import Sent
from shared.plain_text import NOT_XML


class BookOut(Out):
    media_type, suffix = XLSX, "xlsx"

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet()

    def write(self, cells: Sequence[Sent]) -> None:
        self._sheet.append([self._cell(cell) for cell in cells])

    def _cell(self, cell: Sent) -> Cell:
        number = cell.number() if isinstance(cell, Figure) else None
        if number is not None:
            return WriteOnlyCell(self._sheet, number)
        made = WriteOnlyCell(self._sheet, NOT_XML.sub("", cell) if isinstance(cell, str) else cell)
        if isinstance(cell, str):
            made.data_type = "s"
            # Else it becomes a formula once somebody edits the cell.
            made.quotePrefix = cell.startswith(FORMULA)
        return made

    def close(self) -> None:
        self._book.save(self._file)
