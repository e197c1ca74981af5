"""A page's content without its looks: headings, paragraphs, pairs and tables, read from the page itself (`reading.py`),
so that a file says what the page says.
"""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from shared.files.pdf import Kind
from shared.i18n import Language


class Part(NamedTuple):
    """Which of a page's tables and lists: on the pages that it goes on with, it is the one that is called the same."""

    kind: Literal["table", "list"]
    under: str
    """The heading above it."""
    head: tuple[str, ...]
    """The texts of a table's head."""
    place: int
    """Among those of the same heading and head, from 0."""


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
    part: Part | None = None
    """The table or list that it is, or is in."""

    @property
    def name(self) -> str:
        """Of a table: its caption, else the heading above it."""
        return self.text or (self.part.under if self.part is not None else "")


@dataclass(slots=True)
class Document:
    """What a page says."""

    title: str = ""
    language: Language = "es"
    blocks: list[Block] = field(default_factory=list)
    counts: dict[Part, int] = field(default_factory=dict)
    """Rows of each table but its head, items of each list."""
    following: list[tuple[Part, str]] = field(default_factory=list)
    """What goes on on another page, and that one's address."""

    @property
    def tables(self) -> list[Block]:
        return [block for block in self.blocks if block.kind == "table"]

    def extend(self, more: "Document", part: Part) -> None:
        """With what another page has of one table or list."""
        here, there = self.of(part), more.of(part)
        if part.kind == "table":
            [table], [rest] = here, there
            table.rows += rest.rows[rest.heads :]
            if table.text != rest.text:
                # A caption that counts what is on a page.
                table.text = ""
        else:
            self._put(there, here[-1])
        self.counts[part] += more.counts[part]

    def end(self, part: Part, said: str) -> None:
        """That a table or list is not whole here: behind it, and at the end of all."""
        last = self.of(part)[-1]
        if part.kind == "table":
            last.rows.append([Cell(said), *(Cell() for _ in last.rows[0][1:])])
        else:
            self._put([Block("paragraph", said, part=part)], last)
        if self.blocks[-1].text != said:
            self.blocks.append(Block("paragraph", said))

    def _put(self, blocks: list[Block], behind: Block) -> None:
        place = next(place for place, block in enumerate(self.blocks, 1) if block is behind)
        self.blocks[place:place] = blocks

    def of(self, part: Part) -> list[Block]:
        """The blocks of a table or list."""
        return [block for block in self.blocks if block.part == part]
