"""What a page says as a file: its tables as CSV and XLSX, all of it as PDF."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as Written
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from services.portal.views.document import Cell, Document
from shared.files.formulas import escaped
from shared.files.pdf import Cell as Shown
from shared.files.pdf import Part, report
from shared.plain_text import NOT_XML

NUMBER = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?( %)?|-?[0-9]+(?:\.[0-9]+)?( %)?")
SHEET = re.compile(r"[\[\]:*?/\\]")
LONGEST_NAME = 31
"""Of a sheet, by Excel."""


@dataclass(frozen=True, slots=True)
class Format:
    media_type: str
    write: Callable[[Document], bytes]


def as_csv(document: Document) -> bytes:
    """UTF-8 with its mark, without which Excel takes it for another encoding. Several tables follow each other."""
    text = io.StringIO()
    writer = csv.writer(text)
    several = len(document.tables) > 1
    for number, table in enumerate(document.tables):
        if several:
            writer.writerows([[]] * (number > 0) + [[_plain(table.name)]])
        writer.writerows([_plain(cell.text) for cell in row] for row in table.rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(document: Document) -> bytes:
    """A sheet for each table. Text is text, whatever it begins with; what is shown as a number is one."""
    book = Workbook(write_only=True)
    for number, table in enumerate(document.tables, 1):
        sheet = book.create_sheet(_sheet(f"{number} {table.name or document.title}"))
        for row in table.rows:
            sheet.append([_cell(sheet, cell) for cell in row])
    if not document.tables:
        book.create_sheet(_sheet(document.title))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_pdf(document: Document) -> bytes:
    """The whole page. Raises CalledProcessError where it took too much."""
    return report(document.title, document.language, _parts(document))


FORMATS: Mapping[str, Format] = {
    "csv": Format("text/csv; charset=utf-8", as_csv),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
    "pdf": Format("application/pdf", as_pdf),
}


def _shown(text: str) -> str:
    """Without characters that no XML may have, nor any program shows."""
    return NOT_XML.sub("", text)


def _sheet(name: str) -> str:
    return SHEET.sub(" ", _shown(name)).strip()[:LONGEST_NAME].strip("' ")


def _plain(given: str) -> str:
    text = _shown(given)
    return text if NUMBER.fullmatch(text) else escaped(text)


def _cell(sheet: WriteOnlyWorksheet, cell: Cell) -> Written:
    found = NUMBER.fullmatch(cell.text) if cell.is_number else None
    if found is None:
        made = WriteOnlyCell(sheet, _shown(cell.text))
        made.data_type = "s"
        return made
    value = float(cell.text.removesuffix(" %").replace(",", ""))
    made = WriteOnlyCell(sheet, value / 100 if cell.text.endswith("%") else value)
    if cell.text.endswith("%"):
        made.number_format = "0.0%"
    return made


def _parts(document: Document) -> Iterator[Part]:
    for block in document.blocks:
        rows = [[Shown(cell.text, cell.is_number) for cell in row] for row in block.rows]
        yield Part(block.kind, block.text, block.level, rows, block.heads)
