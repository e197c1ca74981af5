"""A template as a workbook: what it asks for, where it is filled in, and what may be chosen, a sheet each."""

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from shared.areas import AREAS
from shared.files import cells
from shared.files.cells import Choice, Column, Digits, Several
from shared.files.template import NUMBERS, Template
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


def book(template: Template) -> bytes:
    """All sheets."""
    made = Workbook()
    made.remove(made.worksheets[0])
    _explain(template, made.create_sheet(worded("template.sheet.about")))
    data = made.create_sheet(worded("template.sheet.rows"))
    lists = _Lists(made.create_sheet(worded("template.sheet.lists")))
    _fill(template, data, lists)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _explain(template: Template, sheet: Worksheet) -> None:
    sheet.append([worded(f"template.{template.kind}")])
    for line in ("template.about", "template.example", "template.mend"):
        sheet.append([worded(line)])
    sheet.append([])
    heads = ("name", "required", "means", "form", "example")
    sheet.append([worded(f"template.head.{head}") for head in heads])
    for column in template.columns:
        sheet.append([column.name, *_explained(template, column)])
    for group in template.groups:
        for column in group.columns:
            names = group.names(column)
            needed, means, *rest = _explained(template, column)
            if column is group.columns[0] and group.most > group.offered:
                means = f"{means} {worded('template.further', next=names[group.offered], last=names[-1])}"
            sheet.append([", ".join(names[: group.offered]), needed, means, *rest])
    _lay_out(sheet)


def _explained(template: Template, column: Column) -> list[str]:
    means = worded(f"column.{template.kind}.{column.name}")
    return [_needed(template, column), means, _form(column), column.example]


def _needed(template: Template, column: Column) -> str:
    if column.name in template.required:
        return worded("template.required")
    return worded("template.required_beside" if column.required else "template.optional")


def _fill(template: Template, sheet: Worksheet, lists: "_Lists") -> None:
    sheet.append(template.header)
    sheet.append([_typed(column, template.example.get(name)) for name, column in template.placed()])
    sheet.freeze_panes = "A2"
    for place, (name, column) in enumerate(template.placed(), 1):
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
