"""The lines of a .csv file, however a spreadsheet program wrote it."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from shared.files.faults import FileRefusedError
from shared.files.formulas import unescaped
from shared.files.rows import Sent

DELIMITERS = ",;\t"

CHUNK_BYTES = 1_048_576

_NUL = re.compile("\x00")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f]")
"""What pictures and archives are full of. In UTF-8, which they are not, it is one cell's fault."""

_SAID = re.compile(r"sep=([^\"\r\n])\r?\n")
"""Excel's own first line, which names the delimiter: no quote, and no end of a line."""

Line = tuple[int, list[Sent]]


def sheets(file: BinaryIO) -> Iterator[tuple[str, Iterator[Line]]]:
    """Each delimiter that it may have, and the lines by it, one reading after the other. Raises FileRefusedError."""
    source = io.TextIOWrapper(file, _encoding(file), errors="replace", newline="")
    source.seek(0)
    said = _SAID.match(source.read(len("sep=;\r\n")))
    for delimiter in said[1] if said else DELIMITERS:
        source.seek(0)
        yield delimiter, _lines(source, delimiter, 1 if said else 0)


def _encoding(file: BinaryIO) -> str:
    """UTF-8 or UTF-16 by its mark, else what Excel writes in Mexico: Windows-1252, of which five bytes mean nothing."""
    file.seek(0)
    if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        _look_through(file, "utf-16", "replace", _NUL)
        return "utf-16"
    for encoding, no_text in (("utf-8-sig", _NUL), ("cp1252", _CONTROL)):
        try:
            _look_through(file, encoding, "strict", no_text)
        except UnicodeDecodeError:
            continue
        return encoding
    _look_through(file, "latin-1", "strict", _CONTROL)
    return "latin-1"


def _look_through(file: BinaryIO, encoding: str, errors: str, no_text: re.Pattern[str]) -> None:
    """Raises UnicodeDecodeError, or FileRefusedError where it is no text."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    while chunk := file.read(CHUNK_BYTES):
        if no_text.search(decoder.decode(chunk)):
            raise FileRefusedError("file_format", message="file_format.neither")
    decoder.decode(b"", final=True)


def _lines(source: io.TextIOWrapper, delimiter: str, skipped: int) -> Iterator[Line]:
    for _ in range(skipped):
        next(source)
    reader = csv.reader(source, delimiter=delimiter)
    line = skipped + 1
    try:
        for texts in reader:
            yield line, [unescaped(cell) for cell in texts]
            line = skipped + reader.line_num + 1
    except csv.Error:
        raise FileRefusedError("file_format", message="file_format.csv", line=line) from None
