"""A report as PDF: headings, paragraphs, items, pairs and tables. The same words are the same bytes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from shared.files.table import INHERITED
from shared.i18n import Language
from shared.plain_text import NOT_XML

Kind = Literal["heading", "paragraph", "item", "pairs", "table"]

CHILD = ("-m", "shared.files.pdf_child")


class Cell(NamedTuple):
    text: str
    is_number: bool = False
    """It stands at the right."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a report, in its order."""

    kind: Kind
    text: str = ""
    """A heading's, a paragraph's, an item's, or a table's caption."""
    level: int = 0
    """Of a heading, from 1: the title."""
    rows: Sequence[Sequence[Cell]] = ()
    """Of a table or of pairs, each of as many cells."""
    heads: int = 0
    """How many of the rows are a table's head."""


def heading(text: str, level: int = 1) -> Part:
    return Part("heading", text, level)


def paragraph(text: str) -> Part:
    return Part("paragraph", text)


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]], caption: str = "") -> Part:
    return Part("table", caption, rows=[[Cell(each) for each in head], *rows], heads=1)


def report(title: str, language: Language, parts: Iterable[Part]) -> bytes:
    """A tagged PDF (PDF/UA-1, ISO 14289-1), by a process of its own, which takes a second and up to 300 MB: call it in
    a thread, few at a time. `title` is the file's; what the page says above is a heading of level 1.

    Raises CalledProcessError where it took more than that process may.
    """
    said = json.dumps({"title": _shown(title), "language": language, "blocks": [_told(part) for part in parts]})
    env = {name: os.environ[name] for name in INHERITED if name in os.environ}
    # Its errors would quote the report.
    child = subprocess.run([sys.executable, *CHILD], input=said.encode(), capture_output=True, check=True, env=env)  # noqa: S603 - our own
    return child.stdout


def _told(part: Part) -> Mapping[str, object]:
    rows = [[{"text": _shown(cell.text), "number": cell.is_number} for cell in row] for row in part.rows]
    return {"kind": part.kind, "text": _shown(part.text), "level": part.level, "rows": rows, "heads": part.heads}


def _shown(text: str) -> str:
    """Without characters that no XML may have, nor any program shows."""
    return NOT_XML.sub("", text)
