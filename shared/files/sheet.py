"""From the lines of a file to its rows: where its header is, and what its columns are."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import BinaryIO

from shared.files import delimited, workbook
from shared.files.faults import FileRefusedError
from shared.files.rows import Row, Wanted
from shared.files.text import plain

TITLES = 20
"""Lines above the header that may say something else: a title, what is explained, a date."""

MAX_TEXT = 50_000_000
"""Characters of all rows together. One text of a workbook may stand in every cell."""

MAX_CELL = 32_767
"""Characters of a cell: Excel's own limit. What comes after may take more than a moment for each."""

Line = tuple[int, list[str]]


def rows(file: BinaryIO, wanted: Wanted) -> Iterator[Row]:
    """The rows below the header: the first line that has every required column. Raises FileRefusedError.

    Of a workbook's sheets it is the first that has such a line, so the others may explain it.
    """
    nearest: list[str] | None = None
    source = workbook if file.read(len(workbook.ZIP)) == workbook.ZIP else delimited
    for lines in map(_bounded, source.sheets(file)):
        first = list(islice((line for line in lines if any(line[1])), TITLES))
        for place, (_, texts) in enumerate(first):
            names = [plain(cell) for cell in texts]
            missing = [name for name in wanted.required if name not in names]
            if not missing:
                yield from _rows(names, chain(first[place + 1 :], lines), wanted)
                return
            if nearest is None or len(missing) < len(nearest):
                nearest = missing
    if nearest is None:
        raise FileRefusedError("file_empty", message="file_empty.header")
    raise FileRefusedError("file_column_missing", columns=", ".join(nearest))


def _bounded(lines: Iterator[Line]) -> Iterator[Line]:
    for line, texts in lines:
        for place, text in enumerate(texts, 1):
            if len(text) > MAX_CELL:
                raise FileRefusedError("file_cell_too_long", line=line, place=place, most=MAX_CELL)
        yield line, texts


def _rows(names: Sequence[str], lines: Iterator[Line], wanted: Wanted) -> Iterator[Row]:
    known = {*wanted.required, *wanted.optional}
    for place, name in enumerate(names, 1):
        if name and name not in known and wanted.others == "refused":
            raise FileRefusedError("file_column_unknown", place=place)
        if name in known and name in names[: place - 1]:
            raise FileRefusedError("file_column_repeated", place=place)
    found = length = 0
    for line, texts in lines:
        cells = {name: text for name, text in zip(names, texts, strict=False) if text and name in known}
        if not cells:
            continue
        if found == wanted.max_rows:
            raise FileRefusedError("file_too_many_rows", most=wanted.max_rows)
        found += 1
        length += sum(map(len, cells.values()))
        if length > MAX_TEXT:
            raise FileRefusedError("file_too_large", message="file_too_large.text", most=MAX_TEXT)
        yield Row(line, cells)
    if not found:
        raise FileRefusedError("file_empty", message="file_empty.rows")
