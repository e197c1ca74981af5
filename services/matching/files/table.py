"""Rows of text from an .xlsx or .csv file."""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from python_calamine import CalamineError, CalamineWorkbook

from services.matching.domain.reasons import FileReason

MAX_UNPACKED_BYTES = 50_000_000
"""A workbook is a zip archive: a small one can unpack to gigabytes."""

FARTHEST_ROW = 50_000
FARTHEST_COLUMN = 100
"""The reader keeps a cell for each place up to the farthest one: one stray cell could exhaust the memory."""

ZIP_MAGIC = b"PK\x03\x04"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_PLACE = re.compile(rb'\br="([A-Z]{0,3})([0-9]{1,7})"')


class FileRefusedError(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, reason: FileReason, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not blank: its line in the file, and its cells by column name. Blank cells are left out."""

    line: int
    cells: dict[str, str]


def read(content: bytes, *, required: Sequence[str], optional: Sequence[str], max_rows: int) -> list[Row]:
    """The rows below the header. Raises FileRefusedError.

    A workbook is read from its first sheet; a CSV file is UTF-8 (with or without BOM) or else Latin-1, with commas or
    semicolons; a cell that holds a list is quoted when semicolons separate the columns.
    """
    lines = _workbook(content) if content.startswith(ZIP_MAGIC) else _csv(content)
    _, header = next(lines, (0, []))
    names = [_name(cell) for cell in header]
    _check(names, required, {*required, *optional})
    rows: list[Row] = []
    for line, texts in lines:
        cells = {name: text for name, text in zip(names, texts, strict=False) if name and text}
        if cells and len(rows) == max_rows:
            raise FileRefusedError("file_too_many_rows", f"Give at most {max_rows:,} rows at a time.")
        if cells:
            rows.append(Row(line, cells))
    if not rows:
        raise FileRefusedError("file_empty", "The file has no rows below its header.")
    return rows


def _check(names: Sequence[str], required: Sequence[str], known: set[str]) -> None:
    if missing := [name for name in required if name not in names]:
        raise FileRefusedError("file_column_missing", f"The header row lacks: {', '.join(missing)}.")
    for place, name in enumerate(names, 1):
        if name and name not in known:
            raise FileRefusedError("file_column_unknown", f"Column {place} has a name that this file does not know.")
        if name and name in names[: place - 1]:
            raise FileRefusedError("file_column_repeated", f"Column {place} has the name of an earlier one.")


def _name(header: str) -> str:
    plain = unicodedata.normalize("NFD", header.casefold())
    return "_".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    if b"\x00" in content:
        raise FileRefusedError("file_format", "The file is neither an .xlsx workbook nor CSV text.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for texts in reader:
            yield line, [cell.strip() for cell in texts]
            line = reader.line_num + 1
    except csv.Error:
        raise FileRefusedError("file_format", f"The CSV text cannot be read near line {line}.") from None


def _workbook(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_size(archive)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
        raise FileRefusedError("file_format", "The workbook cannot be read; save it again as .xlsx.") from None
    for line, cells in enumerate(rows, 1):
        yield line, [_text(cell) for cell in cells]


def _check_size(archive: zipfile.ZipFile) -> None:
    if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
        raise FileRefusedError("file_too_large", f"The workbook unpacks to more than {MAX_UNPACKED_BYTES:,} bytes.")
    for entry in archive.infolist():
        if not _SHEET.fullmatch(entry.filename):
            continue
        for column, row in _PLACE.findall(archive.read(entry)):
            if int(row) > FARTHEST_ROW or _number(column) > FARTHEST_COLUMN:
                detail = f"A sheet has cells beyond row {FARTHEST_ROW:,} or column {FARTHEST_COLUMN}; delete them."
                raise FileRefusedError("file_too_large", detail)


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _text(cell: object) -> str:
    """A cell as a person would type it. Workbooks keep numbers as floats, of which people see 15 digits."""
    match cell:
        case bool():
            return "si" if cell else "no"
        case float():
            return str(int(cell)) if cell.is_integer() else f"{cell:.15g}"
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
        case _:
            return str(cell).strip()
