"""Whatever is accepted has bounds, and the largest event that is allowed fits into a record."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from services.matching.domain import alignment
from shared.contracts import alignment as contract
from shared.contracts.event import EventData
from shared.messaging.journal import LARGEST_BODY
from shared.messaging.topics import EVENT_TYPES
from tests.contracts.extremes import parser
from tests.http.services import SERVICES, service

ROOT = Path(__file__).parents[2]
EVENTS = [event for event in EVENT_TYPES.values() if event.__module__.startswith("shared.contracts.")]
"""Not those of other tests, which are there too once these are imported."""
ENVELOPE = 4_096
"""Bytes of an event's attributes at most: each has at most 200 characters."""
FIXED = {"uuid": 38, "bool": 5, "date": 12, "datetime": 40, "none": 4}


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every node of a pydantic core schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("type"), str):
            yield schema
        for name, part in schema.items():
            if name not in {"metadata", "serialization", "default", "ref"}:
                yield from _parts(part)
    elif isinstance(schema, (list, tuple)):
        for part in schema:
            yield from _parts(part)


def _is_bounded(node: dict[str, Any]) -> bool:
    """Whether a node of a core schema allows so much and no more."""
    match node["type"]:
        case "str":
            return _longest(node) is not None
        case "int" | "float" | "decimal" | "date" | "datetime":
            return bool({"ge", "gt"} & node.keys()) and bool({"le", "lt"} & node.keys())
        case "dict" | "list" | "set":
            return "max_length" in node
        case "tuple":
            return "variadic_item_index" not in node or "max_length" in node
        case "any" | "json" | "bytes":
            return False
    return True


def _longest(node: dict[str, Any]) -> int | None:
    if "max_length" in node:
        return int(node["max_length"])
    most = parser.parse(node["pattern"]).getwidth()[1] if node.get("pattern", "").endswith("$") else parser.MAXREPEAT
    return None if most >= 10_000 else int(most)


def unbounded(model: type[Any]) -> list[str]:
    return [str(node) for node in _parts(TypeAdapter(model).core_schema) if not _is_bounded(node)]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.TYPE)
def test_every_field_of_an_event_has_bounds(event: type[EventData]) -> None:
    assert unbounded(event) == []


def asked(stage: str) -> Iterator[tuple[str, Any]]:
    """All that a caller sends: each parameter and body of each route, with its core schema."""
    for route in service(stage).app.routes:
        if isinstance(route, APIRoute):
            for field in (*get_flat_params(route.dependant), *filter(None, [route.body_field])):
                given = Annotated[field.field_info.annotation, field.field_info]  # type: ignore[name-defined]  # made at run time
                yield f"{route.path} {field.name}", TypeAdapter(given).core_schema


@pytest.mark.parametrize("stage", SERVICES)
def test_all_that_a_route_takes_has_bounds(stage: str) -> None:
    found = [f"{where}: {node}" for where, schema in asked(stage) for node in _parts(schema) if not _is_bounded(node)]
    assert found == []


def positions() -> Iterator[Any]:
    """What each list takes a cursor for, where `paging.position(…)` says it."""
    for path in [*ROOT.glob("services/**/*.py"), *ROOT.glob("shared/service/**/*.py")]:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text if ".position(" in text else "")
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for call in calls:
            if isinstance(call.func, ast.Attribute) and call.func.attr == "position" and len(call.args) == 1:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                type_ = eval(ast.unparse(call.args[0]), vars(importlib.import_module(name)))
                yield pytest.param(type_, id=f"{name}:{call.lineno}")


@pytest.mark.parametrize("type_", [*positions()])
def test_a_cursor_has_bounds_too(type_: Any) -> None:
    assert [str(node) for node in _parts(TypeAdapter(type_).core_schema) if not _is_bounded(node)] == []


def _widest(pattern: str | None) -> int:
    """Bytes of a character in JSON at most: `\\u0001`, where one of UTF-8 has four, as a digit of another script."""
    return 6 if pattern is None else 1


def _largest(schema: Any, known: dict[str, Any]) -> int:  # noqa: C901, PLR0911 - a case for each kind
    """Bytes of the longest JSON that a core schema allows."""
    match schema["type"]:
        case "definitions":
            found = {each["ref"]: each for each in schema["definitions"]}
            return _largest(schema["schema"], known | found)
        case "definition-ref":
            return _largest(known[schema["schema_ref"]], known)
        case "dataclass-args":
            return 2 + sum(len(field["name"]) + 4 + _largest(field, known) for field in schema["fields"])
        case "str":
            return 2 + (_longest(schema) or 0) * _widest(schema.get("pattern"))
        case "int":
            return 1 + max(len(str(schema[bound])) for bound in ("ge", "gt", "le", "lt") if bound in schema)
        case "literal":
            return 2 + max(len(str(each)) for each in schema["expected"])
        case "nullable":
            return max(4, _largest(schema["schema"], known))
        case "dict":
            pair = _largest(schema["keys_schema"], known) + _largest(schema["values_schema"], known) + 2
            return 2 + schema["max_length"] * pair
        case "tuple":
            parts = [1 + _largest(part, known) for part in schema["items_schema"]]
            return 2 + sum(parts) * schema.get("max_length", 1)
        case kind if kind in FIXED:
            return FIXED[kind]
    return _largest(schema["schema"], known)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.TYPE)
def test_the_largest_event_of_a_type_fits_into_a_record(event: type[EventData]) -> None:
    assert _largest(TypeAdapter(event).core_schema, {}) + ENVELOPE <= LARGEST_BODY


def test_an_alignment_has_no_more_than_its_event_takes() -> None:
    bounds = ("MOST_ALIGNED", "MOST_LOST", "MOST_MISSING")
    assert [getattr(alignment, name) for name in bounds] == [getattr(contract, name) for name in bounds]


def _texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_a_digit_is_one_of_ten() -> None:
    """Seen: an amount in full-width digits, which a pattern takes for digits, as JSON Schema does not."""
    folders = ("services", "shared/contracts", "shared/service", "shared/messaging", "shared/files")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert [path for path in paths for text in _texts(path) if r"\d" in text] == []
    assert {path for path in paths if ".isdecimal()" in path.read_text(encoding="utf-8")} == OF_HEADERS


OF_HEADERS = {ROOT / "shared" / "service" / path for path in ("upload.py", "http/routes.py")}
"""A header is Latin-1, which has no other digits."""
