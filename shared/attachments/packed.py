"""Workbooks and documents: archives with parts, looked through without unpacking more than a bound."""

import re
import zipfile
import zlib
from typing import BinaryIO, Final

MOST_PARTS: Final = 5_000
"""Of a workbook with a photo on each of its sheets there are some hundreds."""
MOST_LIST_BYTES: Final = 1_048_576
"""Of the list of its parts, which is read into memory."""
MOST_UNPACKED: Final = 104_857_600
"""Bytes of all parts together: five times the largest attachment. Photos do not shrink, text does by ten."""
PIECE: Final = 262_144

_CONTENTS: Final = "[Content_Types].xml"
_MACROS = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml|activex/.*|macrosheets/.*)$", re.IGNORECASE)
_OUTSIDE = re.compile(r"^[/\\]|^[a-zA-Z]:|(^|[/\\])\.\.([/\\]|$)")
_END: Final = b"PK\x05\x06"


def xlsx_fault(file: BinaryIO) -> str | None:
    """What is wrong with a workbook: `broken`, `unpacked`, `macros`, `polyglot`, or None."""
    return _fault(file, "xl/workbook.xml", b"spreadsheetml.sheet.main+xml")


def docx_fault(file: BinaryIO) -> str | None:
    """The same of a document."""
    return _fault(file, "word/document.xml", b"wordprocessingml.document.main+xml")


def _fault(file: BinaryIO, main: str, kind: bytes) -> str | None:
    wrong = _ends_wrongly(file)
    if wrong is not None:
        return wrong
    try:
        with zipfile.ZipFile(file) as archive:
            return _parts_fault(archive.infolist(), main) or _content_fault(archive, kind)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError):
        return "broken"
    except RuntimeError:
        # A part that wants a password.
        return "broken"


def _ends_wrongly(file: BinaryIO) -> str | None:
    """Its end is the file's end, without a comment in which another file could be."""
    file.seek(max(0, file.seek(0, 2) - 22))
    end = file.read(22)
    if not end.startswith(_END) or end[20:22] != b"\0\0":
        return "polyglot"
    size, place = int.from_bytes(end[12:16], "little"), int.from_bytes(end[16:20], "little")
    if size > MOST_LIST_BYTES or int.from_bytes(end[10:12], "little") > MOST_PARTS:
        return "unpacked"
    # Whatever stands before its first part would shift all of them.
    return None if place + size + 22 == file.tell() else "polyglot"


def _parts_fault(parts: list[zipfile.ZipInfo], main: str) -> str | None:
    names = [each.filename for each in parts]
    if main not in names or _CONTENTS not in names or len({*names}) != len(names):
        return "broken"
    if any(_OUTSIDE.search(name) for name in names):
        return "broken"
    if any(_MACROS.search(name) for name in names):
        return "macros"
    return "unpacked" if sum(each.file_size for each in parts) > MOST_UNPACKED else None


def _content_fault(archive: zipfile.ZipFile, kind: bytes) -> str | None:
    """Each part is read to its end: what its list says of its size may be a lie."""
    left = MOST_UNPACKED
    for each in archive.infolist():
        with archive.open(each) as part:
            start = piece = part.read(PIECE)
            while piece:
                left -= len(piece)
                if left < 0:
                    return "unpacked"
                piece = part.read(PIECE)
        if each.filename == _CONTENTS and kind not in start:
            return "macros" if b"macroEnabled" in start else "broken"
    return None
