"""A page's tables as a workbook."""

import io
import re

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as Written
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from services.portal.views.document import Cell, Document
from services.portal.views.files import NUMBER, shown

SHEET = re.compile(r"[\[\]:*?/\\]")
LONGEST_NAME = 31
"""Of a sheet, by Excel."""


def book(document: Document) -> bytes:
    """A sheet for each table. Text is text, whatever it begins with; what is shown as a number is one."""
    made = Workbook(write_only=True)
    for number, table in enumerate(document.tables, 1):
        sheet = made.create_sheet(_sheet(f"{number} {table.name or document.title}"))
        for row in table.rows:
            sheet.append([_cell(sheet, cell) for cell in row])
    if not document.tables:
        made.create_sheet(_sheet(document.title))
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _sheet(name: str) -> str:
    return SHEET.sub(" ", shown(name)).strip()[:LONGEST_NAME].strip("' ")


def _cell(sheet: WriteOnlyWorksheet, cell: Cell) -> Written:
    found = NUMBER.fullmatch(cell.text) if cell.is_number else None
    if found is None:
        made = WriteOnlyCell(sheet, shown(cell.text))
        made.data_type = "s"
        return made
    value = float(cell.text.removesuffix(" %").replace(",", ""))
    made = WriteOnlyCell(sheet, value / 100 if cell.text.endswith("%") else value)
    if cell.text.endswith("%"):
        made.number_format = "0.0%"
    return made
