"""Reads a page: its HTML to what it says."""

from collections import Counter
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Literal

from services.portal.views.document import Block, Cell, Document, Part
from shared.files.pdf import Kind

Given = Mapping[str, str | None]

LEFT_OUT = frozenset({"nav", "svg", "script", "template", "button", "datalist"})
"""Of a page's main part: what acts, and pictures, whose figures are in a table below."""
TEXTS: Mapping[str, Kind] = {"h1": "heading", "h2": "heading", "h3": "heading", "p": "paragraph", "li": "item"}
PAIR, CELLS = frozenset({"dt", "dd"}), frozenset({"th", "td"})
LISTS: Mapping[str, Literal["table", "list"]] = {"table": "table", "ol": "list", "ul": "list"}
UNSEEN = frozenset({"hidden", "checkbox", "radio", "submit", "file", "password"})
"""Inputs whose value nobody reads on the page."""
MOST_SPANNED = 100


def read(page: str) -> Document:
    """The document of a page's HTML."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    for block in reader.document.blocks:
        block.text = " ".join(block.text.split())
    reader.document.blocks = [block for block in reader.document.blocks if block.text or block.rows]
    return reader.document


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
    """Of a form the tables count, whose fields are shown by their values, and the headings above them."""

    def __init__(self) -> None:
        super().__init__()
        self.document = Document()
        self._in_main = False
        self._left_out = 0
        self._in_form = False
        self._in_head = False
        self._table: Block | None = None
        self._target: Block | Cell | None = None
        self._above = Block("heading")
        self._within: list[int] = []
        """Of each table and list that is open, how many blocks there were before it."""
        self._items = 0
        self._seen: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
        self._last: Part | None = None
        self._options: _Options | None = None

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
        elif tag in LEFT_OUT or (tag == "form" and self._table is not None):
            self._left_out += 1
        elif tag == "form":
            self._in_form = True
        elif not self._left_out:
            self._start(tag, given)

    def _start(self, tag: str, given: Given) -> None:
        if tag == "a" and given.get("rel") == "next" and self._last is not None:
            self.document.following.append((self._last, given.get("href") or ""))
        elif tag in LISTS and (tag == "table" or not self._in_form):
            self._open(tag)
        elif tag == "dl" and not self._in_form:
            self._table = self._add(Block("pairs"))
        elif tag == "thead":
            self._in_head = True
        elif tag == "caption" and self._table is not None:
            self._target = self._table
        elif tag in CELLS | PAIR and self._table is not None:
            self._cell(tag, given)
        elif self._table is not None and tag == ("tr" if self._table.kind == "table" else "div"):
            self._row()
        elif tag in TEXTS and not isinstance(self._target, Cell):
            self._text(tag)
        elif isinstance(self._target, Cell):
            self._field(tag, given, self._target)

    def _open(self, tag: str) -> None:
        if not self._within:
            self._items = 0
        self._within.append(len(self.document.blocks))
        if tag == "table":
            if self._in_form and not any(block is self._above for block in self.document.blocks):
                self._add(self._above)
            self._table = self._add(Block("table"))

    def _close(self, tag: str) -> None:
        table = self._end_table() if tag == "table" else None
        first = self._within.pop()
        if self._within:
            return
        own = self.document.blocks[first:] if table is None else [table]
        head = () if table is None else tuple(cell.text for row in table.rows[: table.heads] for cell in row)
        kind, under = LISTS[tag], " ".join(self._above.text.split())
        part = Part(kind, under, head, self._seen[kind, under, head])
        self._seen[kind, under, head] += 1
        for block in own:
            block.part = part
        self._last = part
        self.document.counts[part] = self._items if table is None else len(table.rows) - table.heads

    def _end_table(self) -> Block | None:
        table, self._table, self._target = self._table, None, None
        if table is not None:
            table.rows = list(_filled(table.rows))
        return table

    def _text(self, tag: str) -> None:
        level = int(tag[1]) if tag[0] == "h" else 0
        block = Block(TEXTS[tag], level=level)
        self._items += tag == "li" and len(self._within) == 1
        if level and not self._within:
            self._above = block
        if level or not self._in_form:
            self._target = block
        if not self._in_form:
            self._add(block)

    def _row(self) -> None:
        if self._table is not None:
            self._table.rows.append([])
            self._table.heads += self._in_head

    def _cell(self, tag: str, given: Given) -> None:
        if self._table is None:
            return
        if not self._table.rows:
            self._row()
        spans = [min(int(given.get(name) or 1), MOST_SPANNED) for name in ("colspan", "rowspan")]
        is_number = tag in CELLS and "number" in (given.get("class") or "").split()
        self._target = Cell("", is_number, *spans)
        self._table.rows[-1].append(self._target)

    def _field(self, tag: str, given: Given, cell: Cell) -> None:
        if tag == "input" and given.get("type") not in UNSEEN:
            cell.text += f" {given.get('value') or ''} "
        elif tag == "select":
            self._options = _Options()
        elif tag == "option" and self._options is not None:
            self._options.add(given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title" and isinstance(self._target, Block):
            self.document.title, self._target = " ".join(self._target.text.split()), None
        elif tag == "main":
            self._in_main = False
        elif not self._in_main:
            return
        elif tag in LEFT_OUT or (tag == "form" and not self._in_form):
            self._left_out = max(0, self._left_out - 1)
        elif not self._left_out:
            self._end(tag)

    def _end(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False
        elif tag in LISTS and (tag == "table" or not self._in_form):
            self._close(tag)
        elif tag == "dl" and not self._in_form:
            self._end_table()
        elif tag == "thead":
            self._in_head = False
        elif tag == "select" and self._options is not None:
            if isinstance(self._target, Cell):
                self._target.text += f" {self._options.chosen} "
            self._options = None
        elif tag in CELLS | PAIR | {"caption"} or (tag in TEXTS and isinstance(self._target, Block)):
            self._target = None

    def handle_data(self, data: str) -> None:
        if self._left_out:
            return
        if self._options is not None:
            self._options.say(data)
        elif self._target is not None:
            self._target.text += data

    def _add(self, block: Block) -> Block:
        self.document.blocks.append(block)
        return block


class _Options:
    """Of one choice of several in a table."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._chosen = 0
        self._is_none: list[bool] = []

    def add(self, given: Given) -> None:
        if "selected" in given:
            self._chosen = len(self._texts)
        self._texts.append("")
        self._is_none.append(given.get("value") == "")

    def say(self, data: str) -> None:
        if self._texts:
            self._texts[-1] += data

    @property
    def chosen(self) -> str:
        """The text of what is chosen: the first where none is; nothing of one that asks to choose."""
        return "" if not self._texts or self._is_none[self._chosen] else self._texts[self._chosen]
