"""Rows of text from an .xlsx or .csv file."""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from python_calamine import CalamineError, CalamineWorkbook

from services.registration.domain.reasons import FileReason

MAX_UNPACKED_BYTES = 100_000_000
"""A workbook is a zip archive: a small one can unpack to gigabytes."""

MAX_SHEET_ROWS = 200_000
MAX_SHEET_COLUMNS = 200
"""The reader holds a cell for each place up to the farthest one: a single stray cell at the sheet's end would exhaust
the memory of the whole service."""

Others = Literal["refused", "ignored"]

_ZIP = b"PK\x03\x04"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_PLACE = re.compile(rb'r="([A-Z]{0,3})([0-9]{1,7})"')


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank: its line in the file, and its cells by column name. Blank cells are left out."""

    line: int
    cells: dict[str, str]


class FileRefusedError(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, reason: FileReason, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def read(
    content: bytes, *, required: Sequence[str], optional: Sequence[str], max_rows: int, others: Others = "refused"
) -> list[Row]:
    """The rows below a header row; `others` says what becomes of columns that are neither required nor optional.

    A workbook is read from its first sheet; a CSV file is UTF-8 (with or without BOM) or else Latin-1, with commas or
    semicolons.
    """
    lines = _sheet(content) if content.startswith(_ZIP) else _csv(content)
    first = next((line for line in lines if any(line[1])), None)
    if first is None:
        raise FileRefusedError("file_empty", "The file has no header row.")
    names = [_name(cell) for cell in first[1]]
    known = {*required, *optional}
    _check(names, required, known, others)
    rows: list[Row] = []
    for line, texts in lines:
        cells = {name: text for name, text in zip(names, texts, strict=False) if text and name in known}
        if not cells:
            continue
        if len(rows) == max_rows:
            raise FileRefusedError("file_too_many_rows", f"Give at most {max_rows:,} rows at a time.")
        rows.append(Row(line, cells))
    if not rows:
        raise FileRefusedError("file_empty", "The file has no rows below its header.")
    return rows


def _check(names: Sequence[str], required: Sequence[str], known: set[str], others: Others) -> None:
    missing = [name for name in required if name not in names]
    if missing:
        raise FileRefusedError("file_column_missing", f"The header row lacks: {', '.join(missing)}.")
    for place, name in enumerate(names, 1):
        if name and name not in known and others == "refused":
            raise FileRefusedError("file_column_unknown", f"Column {place} has a name that this file does not know.")
        if name in known and name in names[: place - 1]:
            raise FileRefusedError("file_column_repeated", f"Column {place} has the name of an earlier one.")


def _name(header: str) -> str:
    plain = unicodedata.normalize("NFD", header.lower())
    return "_".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    if b"\x00" in content:
        raise FileRefusedError("file_format", "The file is neither an .xlsx workbook nor CSV text.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    header = next((line for line in io.StringIO(text) if line.strip(" ,;\r\n")), "")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for texts in reader:
            yield line, [_text(cell) for cell in texts]
            line = reader.line_num + 1
    except csv.Error:
        raise FileRefusedError("file_format", f"The CSV text cannot be read near line {line}.") from None


def _sheet(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        _check_workbook(content)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError):
        raise FileRefusedError("file_format", "The workbook cannot be read; save it again as .xlsx.") from None
    for line, cells in enumerate(rows, 1):
        yield line, [_text(cell) for cell in cells]


def _check_workbook(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise FileRefusedError("file_too_large", f"The workbook unpacks to more than {MAX_UNPACKED_BYTES:,} bytes.")
        for entry in archive.infolist():
            if _SHEET.fullmatch(entry.filename):
                _check_sheet(archive.read(entry))


def _check_sheet(xml: bytes) -> None:
    for place in _PLACE.finditer(xml):
        if int(place[2]) > MAX_SHEET_ROWS or _column_number(place[1]) > MAX_SHEET_COLUMNS:
            limits = f"{MAX_SHEET_ROWS:,} rows and {MAX_SHEET_COLUMNS} columns"
            raise FileRefusedError(
                "file_too_large", f"A sheet has cells beyond {limits}; delete what is outside the table."
            )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _text(cell: object) -> str:
    """A cell as a person would type it. Workbooks keep numbers as floats, of which people see 15 digits."""
    match cell:
        case str():
            return cell.strip()
        case bool():
            return "si" if cell else "no"
        case int():
            return str(cell)
        case float():
            return str(int(cell)) if cell.is_integer() else f"{cell:.15g}"
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case _:
            return str(cell)
