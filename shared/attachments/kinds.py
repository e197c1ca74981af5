"""What a file is, by its content alone: its name and what its sender says of it count for nothing.

A file is one kind and nothing else besides: what two programs read as two things is refused.
"""

import re
from collections.abc import Callable, Mapping
from typing import BinaryIO, Final, Literal

from shared.attachments.packed import docx_fault, xlsx_fault
from shared.files.faults import FileRefusedError

Kind = Literal["pdf", "png", "jpeg", "xlsx", "docx"]

MEDIA_TYPES: Final[Mapping[Kind, str]] = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

MOST_PIXELS: Final = 100_000_000
"""Of an image: twice what phones take. Four bytes each are what whoever looks at it needs."""
HEAD: Final = 1_024
"""Bytes within which programs look for what a file is."""
TAIL: Final = 65_557
"""Bytes within which a program that unpacks looks for the end of an archive: its longest comment, and the record."""
MOST_CHUNKS: Final = 100_000
"""Of a PNG: more is a file that is made to be slow."""

_MARKUP = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe|\?php)", re.IGNORECASE)
_PDF, _PNG, _JPEG, _ZIP = b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"PK\x03\x04"
_ARCHIVE_END = b"PK\x05\x06"
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_SCAN = 0xDA


def kind_of(file: BinaryIO) -> Kind:
    """Raises FileRefusedError: `attachment_empty`, `attachment_kind` or `attachment_hostile`."""
    start = _at(file, 0, HEAD)
    if not start:
        raise FileRefusedError("attachment_empty")
    for kind, (mark, fault) in _CHECKS.items():
        if start.startswith(mark) and (kind != "docx" or b"word/" in _names(file)):
            return _checked(file, kind, start, fault)
    raise FileRefusedError("attachment_kind", kinds=", ".join(name.upper() for name in MEDIA_TYPES))


def _checked(file: BinaryIO, kind: Kind, start: bytes, fault: Callable[[BinaryIO], str | None]) -> Kind:
    also = _MARKUP.search(start) is not None or (kind != "pdf" and _PDF in start)
    packed = kind in ("xlsx", "docx")
    wrong = "polyglot" if also or (not packed and _ends_as_archive(file)) else fault(file)
    if wrong is not None:
        raise FileRefusedError("attachment_hostile", message=f"attachment_hostile.{wrong}", kind=kind.upper())
    return kind


def _names(file: BinaryIO) -> bytes:
    """What stands at the end of an archive: the names that it has."""
    return _at(file, max(0, file.seek(0, 2) - TAIL), TAIL)


def _at(file: BinaryIO, place: int, length: int) -> bytes:
    file.seek(place)
    return file.read(length)


def _ends_as_archive(file: BinaryIO) -> bool:
    """Whether a program that unpacks would find an archive in it: the end of one, and behind it a comment alone."""
    tail = _names(file)
    place = tail.rfind(_ARCHIVE_END)
    while place >= 0:
        comment = int.from_bytes(tail[place + 20 : place + 22], "little")
        if place + 22 + comment == len(tail):
            return True
        place = tail.rfind(_ARCHIVE_END, 0, place)
    return False


def _pdf_fault(file: BinaryIO) -> str | None:
    version = _at(file, 0, 8)
    end = _at(file, max(0, file.seek(0, 2) - HEAD), HEAD)
    return None if version[5:7] in (b"1.", b"2.") and b"%%EOF" in end else "broken"


def _png_fault(file: BinaryIO) -> str | None:
    """From chunk to chunk: a header first, an end last, and nothing behind it."""
    length, place = file.seek(0, 2), len(_PNG)
    for number in range(MOST_CHUNKS):
        head = _at(file, place, 16)
        size, name = int.from_bytes(head[:4], "big"), head[4:8]
        if (number == 0) != (name == b"IHDR") or place + 12 + size > length:
            return "broken"
        if number == 0 and _too_many(_at(file, place + 8, 8), 4):
            return "pixels"
        place += 12 + size
        if name == b"IEND":
            return None if place == length else "polyglot"
    return "broken"


def _jpeg_fault(file: BinaryIO) -> str | None:
    """From segment to segment until the picture itself begins. Behind it phones add previews of their own."""
    place, framed = 2, False
    for _ in range(HEAD):
        head = _at(file, place, 9)
        if len(head) < 4 or head[0] != 0xFF:
            return "broken"
        if head[1] == 0xFF:
            place += 1
            continue
        if head[1] in _FRAMES:
            framed = True
            if _too_many(head[5:9], 2):
                return "pixels"
        if head[1] == _SCAN:
            return None if framed and b"\xff\xd9" in _names(file) else "broken"
        place += 2 + int.from_bytes(head[2:4], "big")
    return "broken"


def _too_many(sides: bytes, width: int) -> bool:
    one, other = int.from_bytes(sides[:width], "big"), int.from_bytes(sides[width:], "big")
    return one * other > MOST_PIXELS


_CHECKS: Final[Mapping[Kind, tuple[bytes, Callable[[BinaryIO], str | None]]]] = {
    "pdf": (_PDF, _pdf_fault),
    "png": (_PNG, _png_fault),
    "jpeg": (_JPEG, _jpeg_fault),
    "docx": (_ZIP, docx_fault),
    "xlsx": (_ZIP, xlsx_fault),
}
"""How each begins, and what is wrong with it: `polyglot`, `broken`, `pixels`, `unpacked`, `macros` or None."""
