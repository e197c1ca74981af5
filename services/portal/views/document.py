"""A page's content without its looks: headings, paragraphs, pairs and tables, read from the page itself, so that a file
says what the page says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal

from shared.i18n import Language

Kind = Literal["heading", "paragraph", "item", "pairs", "table"]

LEFT_OUT = frozenset({"form", "nav", "svg", "script", "template"})
"""Of a page's main part: what acts, and pictures, whose figures are in a table below."""
TEXTS: Mapping[str, Kind] = {"h1": "heading", "h2": "heading", "h3": "heading", "p": "paragraph", "li": "item"}
PAIR, CELLS = frozenset({"dt", "dd"}), frozenset({"th", "td"})
MOST_SPANNED = 100


@dataclass(slots=True)
class Cell:
    text: str = ""
    is_number: bool = False
    columns: int = 1
    rows: int = 1


@dataclass(slots=True)
class Block:
    kind: Kind
    text: str = ""
    """A heading's, a paragraph's, or a table's caption."""
    level: int = 0
    """Of a heading, from 1."""
    rows: list[list[Cell]] = field(default_factory=list)
    heads: int = 0
    """How many of the rows are a table's head."""
    listed: bool = False
    """Part of a list that goes on on the next page."""


@dataclass(slots=True)
class Document:
    """What a page says."""

    title: str = ""
    language: Language = "es"
    blocks: list[Block] = field(default_factory=list)
    following: str | None = None
    """The address of the list's next page."""

    @property
    def tables(self) -> list[Block]:
        return [block for block in self.blocks if block.kind == "table"]

    def extend(self, more: "Document") -> None:
        """With the same lists' next page: rows into the table of the same head, and what is listed behind the rest."""
        for block in more.blocks:
            if block.kind == "table":
                same = (each for each in self.tables if _head(each) == _head(block))
                if (table := next(same, None)) is not None:
                    table.rows += block.rows[block.heads :]
            elif block.listed:
                self.blocks.append(block)
        self.following = more.following


def read(page: str) -> Document:
    """The document of a page's HTML."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    for block in reader.document.blocks:
        block.text = " ".join(block.text.split())
        if block.kind in ("pairs", "table"):
            block.rows = list(_filled(block.rows))
    reader.document.blocks = [block for block in reader.document.blocks if block.text or block.rows]
    return reader.document


def _head(table: Block) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows[: table.heads]]


def _filled(rows: list[list[Cell]]) -> Iterator[list[Cell]]:
    """Rows of equal length: what spans several is in each of them."""
    below: dict[int, tuple[Cell, int]] = {}
    filled: list[list[Cell]] = []
    for row in rows:
        line: list[Cell] = []
        cells = iter(row)
        while True:
            if (held := below.pop(len(line), None)) is not None:
                above, left = held
                if left > 1:
                    below[len(line)] = above, left - 1
                line.append(above)
            elif (cell := next(cells, None)) is not None:
                cell.text = " ".join(cell.text.split())
                for _ in range(cell.columns):
                    if cell.rows > 1:
                        below[len(line)] = cell, cell.rows - 1
                    line.append(cell)
            else:
                break
        filled.append(line)
    wide = max((len(line) for line in filled), default=0)
    for line in filled:
        yield [*line, *(Cell() for _ in range(wide - len(line)))]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.document = Document()
        self._in_main = False
        self._left_out = 0
        self._in_head = False
        self._in_list = False
        self._table: Block | None = None
        self._target: Block | Cell | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.document.language = "en" if given.get("lang") == "en" else "es"
        elif tag == "title":
            self._target = Block("heading")
        elif tag == "main":
            self._in_main = True
        elif not self._in_main:
            return
        elif tag in LEFT_OUT:
            self._left_out += 1
        elif not self._left_out:
            self._start(tag, given)

    def _start(self, tag: str, given: dict[str, str | None]) -> None:
        if tag == "a" and given.get("rel") == "next":
            self.document.following = given.get("href")
        elif tag == "ol":
            self._in_list = True
        elif tag == "table":
            self._table = self._add(Block("table", listed=self._in_list))
        elif tag == "dl":
            self._table = self._add(Block("pairs", listed=self._in_list))
        elif tag == "thead":
            self._in_head = True
        elif tag == "caption" and self._table is not None:
            self._target = self._table
        elif tag in CELLS | PAIR and self._table is not None:
            self._cell(tag, given)
        elif tag in ("tr", "div") and self._table is not None:
            self._row()
        elif tag in TEXTS and not isinstance(self._target, Cell):
            level = int(tag[1]) if tag[0] == "h" else 0
            self._target = self._add(Block(TEXTS[tag], level=level, listed=self._in_list))

    def _row(self) -> None:
        if self._table is not None:
            self._table.rows.append([])
            self._table.heads += self._in_head

    def _cell(self, tag: str, given: dict[str, str | None]) -> None:
        if self._table is None:
            return
        if not self._table.rows:
            self._row()
        spans = [min(int(given.get(name) or 1), MOST_SPANNED) for name in ("colspan", "rowspan")]
        is_number = tag in CELLS and "number" in (given.get("class") or "").split()
        self._target = Cell("", is_number, *spans)
        self._table.rows[-1].append(self._target)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title" and isinstance(self._target, Block):
            self.document.title, self._target = " ".join(self._target.text.split()), None
        elif tag == "main":
            self._in_main = False
        elif tag in LEFT_OUT:
            self._left_out = max(0, self._left_out - 1)
        elif tag in ("table", "dl"):
            self._table = self._target = None
        elif tag == "thead":
            self._in_head = False
        elif tag == "ol":
            self._in_list = False
        elif tag in CELLS | PAIR | {"caption"} or (tag in TEXTS and isinstance(self._target, Block)):
            self._target = None

    def handle_data(self, data: str) -> None:
        if self._target is not None and not self._left_out:
            self._target.text += data

    def _add(self, block: Block) -> Block:
        self.document.blocks.append(block)
        return block
