"""What a page says as a file: its tables as CSV and XLSX, all of it as PDF."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from services.portal.views.document import Document
from shared.files.formulas import escaped
from shared.files.pdf import Cell as Shown
from shared.files.pdf import Part, report
from shared.plain_text import NOT_XML

NUMBER = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?( %)?|-?[0-9]+(?:\.[0-9]+)?( %)?")
"""As a page shows one."""


@dataclass(frozen=True, slots=True)
class Format:
    media_type: str
    write: Callable[[Document], bytes]


def as_csv(document: Document) -> bytes:
    """UTF-8 with its mark, without which Excel takes it for another encoding. Several tables follow each other."""
    text = io.StringIO()
    writer = csv.writer(text)
    several = len(document.tables) > 1
    for number, table in enumerate(document.tables):
        if several:
            writer.writerows([[]] * (number > 0) + [[_plain(table.name)]])
        writer.writerows([_plain(cell.text) for cell in row] for row in table.rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(document: Document) -> bytes:
    """A sheet for each table."""
    from services.portal.views.book import book  # noqa: PLC0415 - its library costs a process 0.3 s and 30 MB

    return book(document)


def as_pdf(document: Document) -> bytes:
    """The whole page. Raises CalledProcessError where it took too much."""
    return report(document.title, document.language, _parts(document))


FORMATS: Mapping[str, Format] = {
    "csv": Format("text/csv; charset=utf-8", as_csv),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
    "pdf": Format("application/pdf", as_pdf),
}


def shown(text: str) -> str:
    """Without characters that no XML may have, nor any program shows."""
    return NOT_XML.sub("", text)


def _plain(given: str) -> str:
    text = shown(given)
    return text if NUMBER.fullmatch(text) else escaped(text)


def _parts(document: Document) -> Iterator[Part]:
    for block in document.blocks:
        rows = [[Shown(cell.text, cell.is_number) for cell in row] for row in block.rows]
        yield Part(block.kind, block.text, block.level, rows, block.heads)
