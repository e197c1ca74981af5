"""Files as operators give them."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from openpyxl import Workbook

from shared.files.faults import RowFault
from shared.files.rows import Row, Wanted
from shared.files.sheet import rows

T = TypeVar("T")


def csv_of(*rows: dict[str, str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    """The header row is of every column that any row has."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    quoted = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines]
    return "\r\n".join(quoted).encode(encoding)


def book_of(*sheets: Sequence[Sequence[Any]], formats: Mapping[str, str] | None = None) -> bytes:
    """A workbook of these sheets; the number formats are of cells of the last one."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for lines in sheets:
        sheet = book.create_sheet()
        for line in lines:
            sheet.append(list(line))
    for place, format_ in (formats or {}).items():
        book.worksheets[-1][place].number_format = format_
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xlsx_of(*lines: Sequence[Any], formats: Mapping[str, str] | None = None) -> bytes:
    return book_of(lines, formats=formats)


def xlsx_with_a_stray_cell(place: str) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["rfc"])
    sheet[place] = "stray"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def zip_of(parts: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def parts_of(workbook: bytes) -> dict[str, bytes]:
    """What is packed in a workbook, to be packed again otherwise."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def shared_strings_book() -> dict[str, bytes]:
    """The parts of a workbook as Excel writes it, with its texts in a part of their own: `rfc`, and `A` below."""
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 1}</v></c></row>' for n in (1, 2))
    strings = f'<sst xmlns="{_MAIN}" count="2" uniqueCount="2"><si><t>rfc</t></si><si><t>A</t></si></sst>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_KIND}.sharedStrings+xml"/></Types>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Hoja1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><dimension ref="A1:A2"/>'
        f"<sheetData>{rows}</sheetData></worksheet>",
        "xl/sharedStrings.xml": strings,
    }
    return {name: content.encode() for name, content in parts.items()}


def read_by(
    read: Callable[[Row], T | list[RowFault]], content: bytes, wanted: Wanted
) -> tuple[list[tuple[int, T]], list[RowFault]]:
    """What the rows of a file ask for, by line, and what is wrong with the others: in this process, for tests that read
    hundreds of files.
    """
    asked: list[tuple[int, T]] = []
    faults: list[RowFault] = []
    for row in rows(io.BytesIO(content), wanted):
        said = read(row)
        if isinstance(said, list):
            faults += said
        else:
            asked.append((row.line, said))
    return asked, faults
