"""The sheets of an .xlsx workbook, cell by cell as people see them.

It is read by a child process with limits (`child.py`): what a library does with a hostile workbook is not ours to know.
"""

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell

from shared.files.faults import FileRefusedError
from shared.files.rows import Sent, text_of

ZIP = b"PK\x03\x04"

MAX_UNPACKED_BYTES = 500_000_000
"""A workbook is a zip archive: a small one can unpack to gigabytes. It is unpacked in pieces."""

MAX_LINE = 1_048_576
"""Excel's own. A row that names a later one would be waited for, line by line."""

_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
"""What a number format shows as it stands."""

MOST_EXACT = 2**53
"""Every whole number below it is one of a float's."""

Line = tuple[int, list[Sent]]
AnyCell = Cell | MergedCell | ReadOnlyCell | EmptyCell


def sheets(file: BinaryIO) -> Iterator[Iterator[Line]]:
    """The lines of each sheet, by number from 1; each sheet is to be read before the next. Raises FileRefusedError."""
    with _readable():
        with zipfile.ZipFile(file) as archive:
            _check(archive)
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # What a workbook says of its size need not be true.
            yield _lines(sheet.iter_rows())


@contextmanager
def _readable() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            # Of what it leaves out: charts, validations, dates out of range, which are cells with an error then.
            warnings.simplefilter("ignore")
            yield
    except (FileRefusedError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - of any type: openpyxl raises what the damaged part gives
        raise FileRefusedError("file_format", message="file_format.unreadable") from None


def _check(archive: zipfile.ZipFile) -> None:
    if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
        raise FileRefusedError("file_too_large", message="file_too_large.unpacked", most=MAX_UNPACKED_BYTES)
    if "xl/workbook.xml" not in archive.namelist():
        raise FileRefusedError("file_format", message="file_format.other_workbook")


def _lines(rows: Iterator[tuple[AnyCell, ...]]) -> Iterator[Line]:
    with _readable():
        for line, cells in enumerate(rows, 1):
            if line > MAX_LINE:
                raise FileRefusedError("file_too_large", message="file_too_large.sheet", rows=MAX_LINE)
            if cells:
                yield line, [_sent(cell) for cell in cells]


def _sent(cell: AnyCell) -> Sent:
    """A cell as a person would type it; a number stays one."""
    match cell.value:
        case None:
            return ""
        case bool(value):
            return "si" if value else "no"
        case int() | float() as number:
            return _percent(number) if _is_share(cell) else _number(number)
        case datetime() as moment:
            return moment.date().isoformat()
        case date() as day:
            return day.isoformat()
        case value:
            return str(value)


def _is_share(cell: AnyCell) -> bool:
    """Whether people see a percentage, of which the file has the hundredth."""
    return "%" in _LITERAL.sub("", cell.number_format or "")


def _percent(number: float) -> str:
    return f"{Decimal(text_of(number)).scaleb(2).normalize():f}%"


def _number(number: float) -> Sent:
    """Beyond what a float has digits for, its text."""
    return number if abs(number) < MOST_EXACT else text_of(number)
