"""The lines of a .csv file, however a spreadsheet program wrote it."""

import csv
import io
import re
from collections.abc import Iterator

from shared.files.faults import FileRefusedError

DELIMITERS = ",;\t"

_SAID = re.compile(r"sep=([^\"\r\n])\r?\n")
"""Excel's own first line, which names the delimiter: no quote, and no end of a line."""

Line = tuple[int, list[str]]


def sheets(content: bytes) -> Iterator[Iterator[Line]]:
    """The lines by each delimiter that it may have, one reading after the other. Raises FileRefusedError."""
    text = _decoded(content)
    if "\x00" in text:
        raise FileRefusedError("file_format", message="file_format.neither")
    said = _SAID.match(text)
    for delimiter in said[1] if said else DELIMITERS:
        yield _lines(text, delimiter, 1 if said else 0)


def _decoded(content: bytes) -> str:
    """UTF-8 or UTF-16 by its mark, else what Excel writes in Mexico: Windows-1252, of which five bytes mean nothing."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _lines(text: str, delimiter: str, skipped: int) -> Iterator[Line]:
    source = io.StringIO(text, newline="")
    for _ in range(skipped):
        next(source)
    reader = csv.reader(source, delimiter=delimiter)
    line = skipped + 1
    try:
        for texts in reader:
            yield line, [cell.strip() for cell in texts]
            line = skipped + reader.line_num + 1
    except csv.Error:
        raise FileRefusedError("file_format", message="file_format.csv", line=line) from None
