"""The file that people fill in: made of the columns by which it is read, so that it asks for nothing else.

A workbook explains itself on its first sheet and offers what may be chosen; text has the header and one example. Words
are in the language spoken (`shared.i18n.speak`): what a column means is the message `column.<kind>.<name>`.
"""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.files import cells
from shared.files.cells import Column
from shared.files.faults import RowFault, row_fault
from shared.files.out import CSV, MARK, XLSX
from shared.files.rows import Row

NUMBERS = tuple(parse for parse in cells.NUMBERS if parse is not cells.share)
"""What stands in a workbook as a number; a percentage is typed with its sign."""


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that come once for each of what a row has several of, with its number behind their names."""

    columns: Sequence[Column]
    offered: int
    """How many of them a template has."""
    most: int
    """How many are read."""

    def names(self, column: Column) -> list[str]:
        """All of one column, by number."""
        return [f"{column.name}_{number}" for number in range(1, self.most + 1)]


@dataclass(frozen=True)
class Template:
    """The columns of a kind of file."""

    kind: str
    columns: Sequence[Column]
    required: Collection[str]
    """Names of those without which no row goes in. Others that are required are so beside others of their own."""
    groups: Sequence[Group] = ()
    """Behind the others."""

    @property
    def header(self) -> list[str]:
        return [name for name, _ in self.placed()]

    @cached_property
    def example(self) -> dict[str, str]:
        """One invented row: whoever leaves it in means nobody (`is_example`)."""
        found = {column.name: column.example for column in self.columns if column.example}
        firsts = ((group.names(column)[0], column.example) for group in self.groups for column in group.columns)
        return found | {name: example for name, example in firsts if example}

    def is_example(self, row: Row) -> bool:
        """Whether a row is the one of this template."""
        return dict(row.cells) == self.example

    def left_in(self, row: Row) -> RowFault:
        """What is wrong with a row that is."""
        return row_fault(row.line, next(iter(self.example)), "cell_example")

    def text(self) -> bytes:
        """As CSV."""
        file = io.StringIO()
        csv.writer(file).writerows([self.header, [self.example.get(name, "") for name in self.header]])
        return MARK + file.getvalue().encode()

    def book(self) -> bytes:
        """As a workbook."""
        from shared.files.template_book import book  # noqa: PLC0415 - its library costs a process 0.3 s and 30 MB

        return book(self)

    def placed(self) -> Iterator[tuple[str, Column]]:
        """Each column by the name under which it stands."""
        yield from ((column.name, column) for column in self.columns)
        for group in self.groups:
            for place in range(group.offered):
                yield from ((group.names(column)[place], column) for column in group.columns)


MEDIA_TYPES: Mapping[str, str] = {"xlsx": XLSX, "csv": CSV}
"""By the end of a file's name."""


def made(template: Template, suffix: str) -> bytes:
    """The template as a file whose name ends so."""
    return template.text() if suffix == "csv" else template.book()
