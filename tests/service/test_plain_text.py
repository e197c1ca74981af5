"""Which characters are text is one rule: of every body, file and partner's answer, in all services."""

import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.matching.files import requirements
from services.registration.files import anchors
from services.registration.files import supplier_columns as suppliers
from shared.contracts.partner import Answer
from shared.files.cells import Column, values
from shared.files.rows import Row
from shared.plain_text import LINES, NOT_TEXT, is_text
from shared.service.http.bodies import Strictly
from shared.service.schema_examples import example_of
from tests.http.services import STAGES, adapter, bodies

HOSTILE = (
    "\x00",
    "\x07",
    "\x1b",
    "\x7f",
    "\x85",
    "\u2028",
    "\u202a",
    "\u202e",
    "\u2066",
    "\u2069",
    "\ufffe",
    "\U0001ffff",
)
ALIKE = 20
"""Of so many names in a map, two are enough."""
ONE_LINE = {"title", "materials", "name", "legal_name", "representative", "reference", "record"}
"""Names and titles, which have no line breaks; what is said in words may have some."""


def test_what_is_no_text_is_what_unicode_says() -> None:
    """Controls but tabs and line breaks; what turns or breaks lines; surrogates and noncharacters. No letter is."""
    for code in (*range(0x20000), *range(0xE0000, 0x110000)):
        each = chr(code)
        category, direction = unicodedata.category(each), unicodedata.bidirectional(each)
        turns = direction in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        is_none = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
        refused = turns or is_none or category in {"Cc", "Cs", "Zl", "Zp"}
        assert bool(NOT_TEXT.search(each)) == (refused and not LINES.search(each)), hex(code)
        assert is_text(each) == (NOT_TEXT.search(each) is None), hex(code)


EACH_BODY = pytest.mark.parametrize(
    "route", [pytest.param(route, id=f"{name}.{route.name}") for name in STAGES for route in bodies(name)]
)


def _with(body: Any, text: str, name: str = "") -> Iterator[tuple[str, Any]]:
    """The body with this within each of its texts, and the field that it is in."""
    match body:
        case str():
            yield name, f"{body}{text}{body}"
        case dict():
            for key, value in [*body.items()][: None if len(body) < ALIKE else 2]:
                yield from ((at, body | {key: each}) for at, each in _with(value, text, str(key)))
        case list() | tuple():
            yield from ((at, [each, *body[1:]]) for at, each in _with(body[0], text, name) if body)


@EACH_BODY
def test_no_text_of_any_body_has_it(route: APIRoute) -> None:
    assert route.body_field is not None
    assert any(isinstance(each, Strictly) for each in route.body_field.field_info.metadata), "read strictly"
    form = adapter(route)
    schema = form.json_schema()
    example = example_of(schema, schema.get("$defs", {}))
    for character in HOSTILE:
        for _, body in _with(example, character):
            with pytest.raises(ValidationError) as refused:
                form.validate_python(body)
            assert "field.characters" in {each["type"] for each in refused.value.errors()}
            assert all(each["loc"] for each in refused.value.errors()), "its place is told"


@EACH_BODY
def test_a_name_goes_on_one_line(route: APIRoute) -> None:
    assert route.body_field is not None
    form, model = adapter(route), route.body_field.field_info.annotation
    schema = form.json_schema()
    example = example_of(schema, schema.get("$defs", {}))
    wrong = set()
    for name, body in _with(example, "\n"):
        try:
            form.validate_python(body)
        except ValidationError as error:
            if "field.one_line" in {each["type"] for each in error.errors()}:
                continue
        wrong.add(name)
    # Registration's own rules refuse them, and say so by their codes.
    assert wrong & ONE_LINE == set() or model.__module__.startswith("services.registration")


SUPPLIER = [suppliers.PROFILE, suppliers.CONTACT, suppliers.OFFERING]
SUPPLIER += [tuple(group.columns) for group in suppliers.GROUPS.values()]
COLUMNS = (requirements.SPECIFICATION, *SUPPLIER, anchors.COLUMNS)


@pytest.mark.parametrize("columns", COLUMNS)
def test_no_cell_of_a_file_has_it(columns: tuple[Column, ...]) -> None:
    for column in columns:
        for character in HOSTILE:
            _, wrong = values((column,), Row(2, {column.name: f"a{character}b"}))
            assert [fault.reason for fault in wrong] == ["cell_characters"]


@pytest.mark.parametrize("event", Answer.__subclasses__(), ids=lambda event: event.__name__)
def test_nothing_that_a_partner_writes_has_it(event: type[BaseModel]) -> None:
    """What a partner sent stands: it is read without such characters, and on one line."""
    schema = TypeAdapter(event).json_schema()
    example = example_of(schema, schema.get("$defs", {}))
    for character in (*HOSTILE, "\n"):
        for _, body in _with(example, character):
            try:
                read = event.model_validate(body)
            except ValidationError:
                continue
            assert character not in "".join(_texts(read.model_dump(mode="json")))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
