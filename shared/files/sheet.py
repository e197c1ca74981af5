"""From the lines of a file to its rows: where its header is, and what its columns are."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import BinaryIO

from shared.files import delimited, workbook
from shared.files.faults import FileRefusedError
from shared.files.rows import MAX_CELL, REASONS, Header, Line, Row, Sent, Wanted, row_of, text_of
from shared.files.text import plain

TITLES = 20
"""Lines above the header that may say something else: a title, what is explained, a date."""

MAX_TEXT = 80_000_000
"""Characters of all rows together: 100,000 firms that say one of each have 64 millions. One text of a workbook may
stand in every cell.
"""

Texts = tuple[int, list[Sent]]


def rows(file: BinaryIO, wanted: Wanted) -> Iterator[Row]:
    """The rows below the header: the first line that has every required column. Raises FileRefusedError."""
    header, lines = read(file, wanted)
    return (row_of(header, line) for line in lines)


def read(file: BinaryIO, wanted: Wanted) -> tuple[Header, Iterator[Line]]:
    """The header, and the lines below it that say something. Raises FileRefusedError.

    Of a workbook's sheets it is the first that has such a line, so the others may explain it.
    """
    nearest: list[str] | None = None
    for delimiter, found in _sheets(file):
        lines = _bounded(found)
        first = list(islice((line for line in lines if any(map(text_of, line[1]))), TITLES))
        for place, (_, sent) in enumerate(first):
            texts = [text_of(each) for each in sent]
            named = {plain(text) for text in texts}
            missing = [name for name in wanted.required if plain(name) not in named]
            if not missing:
                header = _header(texts, wanted, delimiter)
                return header, _rows(header, chain(first[place + 1 :], lines), wanted)
            if nearest is None or len(missing) < len(nearest):
                nearest = missing
    if nearest is None:
        raise FileRefusedError("file_empty", message="file_empty.header")
    raise FileRefusedError("file_column_missing", columns=", ".join(nearest))


def _sheets(file: BinaryIO) -> Iterator[tuple[str, Iterator[Texts]]]:
    if file.read(len(workbook.ZIP)) == workbook.ZIP:
        return (("", lines) for lines in workbook.sheets(file))
    return delimited.sheets(file)


def _bounded(lines: Iterator[Texts]) -> Iterator[Texts]:
    for line, sent in lines:
        for place, each in enumerate(sent, 1):
            if isinstance(each, str) and len(each) > MAX_CELL:
                raise FileRefusedError("file_cell_too_long", line=line, place=place, most=MAX_CELL)
        yield line, sent


def _header(texts: list[str], wanted: Wanted, delimiter: str) -> Header:
    known = {plain(name): name for name in (*wanted.required, *wanted.optional)}
    names: list[str] = []
    ignored: list[int] = []
    for place, text in enumerate(texts, 1):
        name = known.get(plain(text), "")
        if name and name in names:
            raise FileRefusedError("file_column_repeated", place=place)
        names.append(name)
        if text and not name and wanted.others == "told" and plain(text) != REASONS:
            ignored.append(place)
    return Header(texts, names, ignored, delimiter)


def _rows(header: Header, lines: Iterator[Texts], wanted: Wanted) -> Iterator[Line]:
    found = length = 0
    for line, all_sent in lines:
        sent = _without_blank_end(_wanted(header, all_sent) if wanted.others == "ignored" else all_sent)
        texts = [text_of(each) for each in sent]
        if not any(name and text for name, text in zip(header.names, texts, strict=False)):
            continue
        if found == wanted.max_rows:
            raise FileRefusedError("file_too_many_rows", most=wanted.max_rows)
        found += 1
        # With its blanks: a row may have one cell far away.
        length += sum(map(len, texts)) + len(texts)
        if length > MAX_TEXT:
            raise FileRefusedError("file_too_large", message="file_too_large.text", most=MAX_TEXT)
        yield Line(line, sent)
    if not found:
        raise FileRefusedError("file_empty", message="file_empty.rows")


def _wanted(header: Header, sent: list[Sent]) -> list[Sent]:
    """Without the columns that nobody reads: a public register has people's telephones in them."""
    return [each if name else "" for name, each in zip(header.names, sent, strict=False)]


def _without_blank_end(sent: list[Sent]) -> list[Sent]:
    width = len(sent)
    while width and not text_of(sent[width - 1]):
        width -= 1
    return sent[:width]
