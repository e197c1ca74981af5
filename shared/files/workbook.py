"""The cells of an .xlsx workbook, which is looked at before it is opened."""

import io
import re
import zipfile
import zlib
from collections.abc import Sequence

from python_calamine import CalamineError, CalamineWorkbook

from shared.files.faults import FileRefusedError

ZIP = b"PK\x03\x04"

MAX_UNPACKED_BYTES = 50_000_000
"""A workbook is a zip archive: a small one can unpack to gigabytes."""

MAX_ROWS = 200_000
MAX_COLUMNS = 100
MAX_CELLS = 5_000_000
"""The reader holds a cell for each place up to the farthest one, 8 bytes and more: a single stray cell at the sheet's
end would exhaust the memory of the whole service.
"""

_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{0,3})([0-9]+)["']""", re.IGNORECASE)
_UNREADABLE = (CalamineError, zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
"""RuntimeError is an archive with a password, or packed in a way that is not known here."""


def first_sheet(content: bytes) -> Sequence[Sequence[object]]:
    """The cells of the first sheet from its first row on. Raises FileRefusedError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check(archive)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except _UNREADABLE:
        raise FileRefusedError("file_format", message="file_format.unreadable") from None


def _check(archive: zipfile.ZipFile) -> None:
    if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
        raise FileRefusedError("file_too_large", message="file_too_large.unpacked", most=f"{MAX_UNPACKED_BYTES:,}")
    names = archive.namelist()
    # The reader would open other kinds of workbook too, whose stray cells are not found below.
    if "xl/workbook.xml" not in names or "content.xml" in names:
        raise FileRefusedError("file_format", message="file_format.other_workbook")
    for name in names:
        # Every part: the workbook may keep a sheet under any name.
        _check_places(archive.read(name))


def _check_places(part: bytes) -> None:
    farthest_row = farthest_column = 0
    for place in _PLACE.finditer(part):
        farthest_row = max(farthest_row, int(place[2][:10]))
        farthest_column = max(farthest_column, _column_number(place[1]))
    if farthest_row > MAX_ROWS or farthest_column > MAX_COLUMNS or farthest_row * farthest_column > MAX_CELLS:
        raise FileRefusedError(
            "file_too_large",
            message="file_too_large.sheet",
            rows=f"{MAX_ROWS:,}",
            columns=MAX_COLUMNS,
            cells=f"{MAX_CELLS:,}",
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
