"""The file that people fill in: made of the columns by which it is read, so that it asks for nothing else.

A workbook explains itself on its first sheet and offers what may be chosen; text has the header and one example. Words
are in the language spoken (`shared.i18n.speak`): what a column means is the message `column.<kind>.<name>`.
"""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from shared.areas import AREAS
from shared.files import cells
from shared.files.cells import Choice, Column, Digits, Several
from shared.files.faults import RowFault, row_fault
from shared.files.out import CSV, MARK, XLSX
from shared.files.rows import Row
from shared.i18n import worded
from shared.states import NAMES

ROWS = 100_000
"""For which a workbook offers choices."""

WIDTH = 60
"""Of a column of explanations, in characters."""

_FORMS: Mapping[Any, str] = {
    cells.text: "form.text",
    cells.whole: "form.whole",
    cells.amount: "form.amount",
    cells.share: "form.share",
    cells.thousandths: "form.thousandths",
    cells.degrees: "form.degrees",
    cells.day: "form.day",
    cells.area: "form.area",
    cells.state: "form.state",
    cells.states: "form.states",
    cells.parts: "form.parts",
    cells.codes: "form.codes",
    cells.languages: "form.languages",
    cells.tariff: "form.tariff",
    cells.pairs: "form.pairs",
    cells.levels: "form.levels",
}
"""How a cell is written, by how it is read."""

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
        return [name for name, _ in self._placed()]

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
        book = Workbook()
        book.remove(book.worksheets[0])
        self._explain(book.create_sheet(worded("template.sheet.about")))
        data = book.create_sheet(worded("template.sheet.rows"))
        lists = _Lists(book.create_sheet(worded("template.sheet.lists")))
        self._fill(data, lists)
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    def _placed(self) -> Iterator[tuple[str, Column]]:
        yield from ((column.name, column) for column in self.columns)
        for group in self.groups:
            for place in range(group.offered):
                yield from ((group.names(column)[place], column) for column in group.columns)

    def _explain(self, sheet: Worksheet) -> None:
        sheet.append([worded(f"template.{self.kind}")])
        for line in ("template.about", "template.example", "template.mend"):
            sheet.append([worded(line)])
        sheet.append([])
        heads = ("name", "required", "means", "form", "example")
        sheet.append([worded(f"template.head.{head}") for head in heads])
        for column in self.columns:
            sheet.append([column.name, *self._explained(column)])
        for group in self.groups:
            for column in group.columns:
                names = group.names(column)
                needed, means, *rest = self._explained(column)
                if column is group.columns[0] and group.most > group.offered:
                    means = f"{means} {worded('template.further', next=names[group.offered], last=names[-1])}"
                sheet.append([", ".join(names[: group.offered]), needed, means, *rest])
        _lay_out(sheet)

    def _explained(self, column: Column) -> list[str]:
        means = worded(f"column.{self.kind}.{column.name}")
        return [self._needed(column), means, _form(column), column.example]

    def _needed(self, column: Column) -> str:
        if column.name in self.required:
            return worded("template.required")
        return worded("template.required_beside" if column.required else "template.optional")

    def _fill(self, sheet: Worksheet, lists: "_Lists") -> None:
        sheet.append(self.header)
        sheet.append([_typed(column, self.example.get(name)) for name, column in self._placed()])
        sheet.freeze_panes = "A2"
        for place, (name, column) in enumerate(self._placed(), 1):
            letter = get_column_letter(place)
            sheet.cell(1, place).font = Font(bold=True)
            sheet.column_dimensions[letter].width = max(12, len(name) + 2)
            if column.parse not in NUMBERS:
                # As text, so that no zero before a key is lost; a day keeps the form that its cell has.
                sheet.column_dimensions[letter].number_format = "yyyy-mm-dd" if column.parse is cells.day else "@"
            if offered := _offered(column):
                choice = DataValidation("list", lists.named(name, offered), allow_blank=True, errorStyle="warning")
                choice.add(f"{letter}2:{letter}{ROWS + 1}")
                sheet.add_data_validation(choice)


class _Lists:
    """The sheet of what may be chosen, a column for each list."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet
        self._places: dict[tuple[str, ...], str] = {}

    def named(self, name: str, offered: tuple[str, ...]) -> str:
        """Where a list is."""
        if offered not in self._places:
            place = len(self._places) + 1
            for line, each in enumerate((name, *offered), 1):
                self._sheet.cell(line, place, each)
            letter = get_column_letter(place)
            self._places[offered] = f"'{self._sheet.title}'!${letter}$2:${letter}${len(offered) + 1}"
        return self._places[offered]


def _offered(column: Column) -> tuple[str, ...]:
    if isinstance(column.parse, Choice):
        return tuple(column.parse.options)
    if column.parse is cells.state:
        return tuple(NAMES.values())
    return tuple(f"{area.code} {area.name}" for area in AREAS) if column.parse is cells.area else ()


def _form(column: Column) -> str:
    match column.parse:
        case Choice() as choice:
            return worded("form.choice", choices=", ".join(choice.options))
        case Several() as several:
            return worded("form.several", choices=", ".join(several.of.options))
        case Digits() as digits:
            return worded("form.digits", count=digits.length)
        case parse:
            return worded(column.form or _FORMS[parse])


def _typed(column: Column, example: str | None) -> object:
    """As a spreadsheet has it."""
    if example is None:
        return None
    if column.parse is cells.day:
        return date.fromisoformat(example)
    return float(example) if column.parse in NUMBERS else example


def _lay_out(sheet: Worksheet) -> None:
    sheet["A1"].font = Font(bold=True, size=14)
    for letter, width in zip("ABCDE", (24, 22, WIDTH, WIDTH, 24), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=6):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=cell.row == 6)


MEDIA_TYPES: Mapping[str, str] = {"xlsx": XLSX, "csv": CSV}
"""By the end of a file's name."""


def made(template: Template, suffix: str) -> bytes:
    """The template as a file whose name ends so."""
    return template.text() if suffix == "csv" else template.book()
