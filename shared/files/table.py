"""Rows of text from an .xlsx or .csv file."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from shared.files.faults import FileRefusedError
from shared.files.text import plain
from shared.files.workbook import ZIP, first_sheet

Others = Literal["refused", "ignored"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank: its line in the file, and its cells by column name. Blank cells are left out."""

    line: int
    cells: dict[str, str]


def read(
    content: bytes, *, required: Sequence[str], optional: Sequence[str], max_rows: int, others: Others = "refused"
) -> list[Row]:
    """The rows below the header row, the first that is not blank. Raises FileRefusedError.

    `others` says what becomes of columns that are neither required nor optional. A workbook is read from its first
    sheet; a CSV file is UTF-8 (with or without BOM) or else Latin-1, with commas or semicolons; a cell that holds the
    delimiter is quoted.
    """
    lines = _sheet(content) if content.startswith(ZIP) else _csv(content)
    header = next((texts for _, texts in lines if any(texts)), None)
    if header is None:
        raise FileRefusedError("file_empty", message="file_empty.header")
    names = [plain(cell) for cell in header]
    known = {*required, *optional}
    _check(names, required, known, others)
    rows: list[Row] = []
    for line, texts in lines:
        cells = {name: text for name, text in zip(names, texts, strict=False) if text and name in known}
        if not cells:
            continue
        if len(rows) == max_rows:
            raise FileRefusedError("file_too_many_rows", most=f"{max_rows:,}")
        rows.append(Row(line, cells))
    if not rows:
        raise FileRefusedError("file_empty", message="file_empty.rows")
    return rows


def _check(names: Sequence[str], required: Sequence[str], known: set[str], others: Others) -> None:
    if missing := [name for name in required if name not in names]:
        raise FileRefusedError("file_column_missing", columns=", ".join(missing))
    for place, name in enumerate(names, 1):
        if name and name not in known and others == "refused":
            raise FileRefusedError("file_column_unknown", place=place)
        if name in known and name in names[: place - 1]:
            raise FileRefusedError("file_column_repeated", place=place)


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    if b"\x00" in content:
        raise FileRefusedError("file_format", message="file_format.neither")
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
            yield line, [cell.strip() for cell in texts]
            line = reader.line_num + 1
    except csv.Error:
        raise FileRefusedError("file_format", message="file_format.csv", line=line) from None


def _sheet(content: bytes) -> Iterator[tuple[int, list[str]]]:
    for line, cells in enumerate(first_sheet(content), 1):
        yield line, [_text(cell) for cell in cells]


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
