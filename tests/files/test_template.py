"""Templates are made of the columns by which files are read: what is filled in as they say goes in."""

import csv
import io
import re
from collections.abc import Callable
from contextvars import copy_context
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from services.matching.files import requirements
from services.registration.files import anchors, suppliers
from shared.files import sheet
from shared.files.rows import Row, Wanted
from shared.files.template import Template, made
from shared.i18n import Catalogue, speak


class Kind(NamedTuple):
    template: Template
    wanted: Wanted
    read: Callable[[Row], Any]
    words: Catalogue


KINDS = [
    Kind(
        suppliers.TEMPLATE,
        suppliers.wanted(10),
        partial(suppliers.read, today=date(2026, 11, 30)),
        Catalogue("services.registration", "shared.files"),
    ),
    Kind(anchors.TEMPLATE, anchors.wanted(10), anchors.read, Catalogue("services.registration", "shared.files")),
    Kind(
        requirements.TEMPLATE,
        requirements.wanted(10),
        requirements.read,
        Catalogue("services.matching", "shared.files"),
    ),
]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.template.kind)
each_form = pytest.mark.parametrize("suffix", ["xlsx", "csv"])
each_language = pytest.mark.parametrize("language", ["es", "en"])


def file_of(kind: Kind, suffix: str = "xlsx", language: str = "es") -> bytes:
    def spoken() -> bytes:
        speak(language, kind.words)
        return made(kind.template, suffix)

    return copy_context().run(spoken)


def further(kind: Kind) -> set[str]:
    """Columns that are read, and that people add where a row has more."""
    groups = kind.template.groups
    return {name for each in groups for column in each.columns for name in each.names(column)[each.offered :]}


def book_of(kind: Kind, language: str = "es") -> Workbook:
    return load_workbook(io.BytesIO(file_of(kind, language=language)))


@each_kind
@each_form
@each_language
def test_a_template_has_the_columns_that_are_read_and_its_example_goes_in(
    kind: Kind, suffix: str, language: str
) -> None:
    content = file_of(kind, suffix, language)
    header, lines = sheet.read(io.BytesIO(content), kind.wanted)
    read = {*kind.wanted.required, *kind.wanted.optional}
    assert set(header.names) == read - further(kind)
    assert header.sent == header.names
    assert len(list(lines)) == 1
    (row,) = sheet.rows(io.BytesIO(content), kind.wanted)
    assert not isinstance(kind.read(row), list), "nothing is wrong with it but that it is invented"
    assert kind.template.is_example(row)
    assert not kind.template.is_example(Row(2, {**row.cells, "x": "y"}))
    assert kind.template.left_in(row).reason == "cell_example"


@each_kind
@each_language
def test_each_column_is_explained_with_how_it_is_written_and_whether_it_is_needed(kind: Kind, language: str) -> None:
    lines = [row for row in book_of(kind, language).worksheets[0].iter_rows(values_only=True) if row[1] is not None]
    told = {name: line for line in lines[1:] for name in str(line[0]).split(", ")}
    assert told.keys() == {*kind.wanted.required, *kind.wanted.optional} - further(kind)
    for group in kind.template.groups:
        name = group.names(group.columns[0])
        assert {name[group.offered], name[-1]} <= set(re.findall(r"[a-z_]+_[0-9]+", str(told[name[0]][2]))) or (
            group.most == group.offered
        )
    assert all(
        text and not str(text).startswith(("column.", "form.", "template.")) for line in lines for text in line[:4]
    )
    yes = {"es": "Sí", "en": "Yes"}[language]
    assert {name for name, line in told.items() if line[1] == yes} == {*kind.wanted.required}


@each_kind
def test_what_may_be_chosen_is_read(kind: Kind) -> None:
    book = book_of(kind)
    _, data, _ = book.worksheets
    names = [cell.value for cell in data[1]]
    by_name = {column.name: column for column in kind.template.columns} | {
        name: column for each in kind.template.groups for column in each.columns for name in each.names(column)
    }
    offered = {}
    for choice in data.data_validations.dataValidation:
        assert choice.formula1 is not None
        title, _, cells = choice.formula1.partition("!")
        name = names[next(iter(choice.sqref.ranges)).min_col - 1]
        offered[name] = [cell.value for (cell,) in book[title.strip("'")][cells.replace("$", "")]]
        assert choice.errorStyle == "warning", "other ways to write it are read too"
    wanted = {"sector", "estado", "area_1", "sgc"} if kind.template.kind == "suppliers" else set()
    assert wanted <= offered.keys()
    for name, each in offered.items():
        assert len({by_name[name].parse(option) for option in each}) == len(each) > 1


@each_kind
def test_keys_keep_their_zeros_in_a_workbook_that_somebody_types_into(kind: Kind) -> None:
    _, data, _ = book_of(kind).worksheets
    letters = {cell.value: get_column_letter(place) for place, cell in enumerate(data[1], 1)}
    formats = {name: data.column_dimensions[letter].number_format for name, letter in letters.items()}
    assert {formats.get(name, "@") for name in ("rfc", "scian", "municipio", "contacto_telefono", "codigo")} == {"@"}


def test_the_text_opens_in_spreadsheet_programs() -> None:
    content = file_of(KINDS[0], "csv")
    assert content.startswith(b"\xef\xbb\xbf")
    header, example = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert (header[0], example[0], len(header)) == ("rfc", suppliers.TEMPLATE.example["rfc"], 160)
