"""Whoever sends a body hears all that is wrong with it at once, in words of their language, in every service."""

import ast
import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.contracts.event import Value
from shared.i18n import LANGUAGES, Catalogue
from shared.i18n.speaking import speak
from shared.messaging.decision import Refused
from shared.service.http import Problem, accepted
from shared.service.http.wellformed import without
from tests.http.services import SERVICES, adapter, bodies, service

WRONG: tuple[Any, ...] = ("\xa1~ ~!", 5, -1, True, {"~": None}, [[[]]])
"""Each is wrong for most fields; the first that is, is sent."""

PLACE = re.compile(r"body(\.|$)")
"""Of every fault of a body, whoever found it."""

OF_A_PATTERN = re.compile(r"[\^$\\]|\[[0-9A-Za-z]|\{[0-9]")
ENGLISH = re.compile(r"\b(should|Input|valid string|must|It is|This is)\b")


def faults(form: TypeAdapter[Any], body: object) -> list[Any]:
    try:
        form.validate_python(body)
    except ValidationError as error:
        return [*error.errors()]
    return []


TOLD_BEFORE = {"AskedSpecification._from_where"}
"""Of a dataclass, whose validator of one field is shown no other: its `broken` tells it beside wrong fields."""


def spoilt(form: TypeAdapter[Any], model: type[BaseModel]) -> dict[str, Any]:
    """A value for each field that none of it can have, and a field that is not there."""
    found: dict[str, Any] = {"no_such_field": 1}
    for name in model.model_fields:
        for value in WRONG:
            if any(each["loc"][:1] == (name,) for each in faults(form, {name: value})):
                found[name] = value
                break
    return found


async def told(name: str, language: str, route: APIRoute, form: TypeAdapter[Any], body: object) -> list[dict[str, str]]:
    speak(language, Catalogue(f"services.{name}"))
    errors = [{**each, "loc": ("body", *each["loc"])} for each in faults(form, body)]
    app = service(name).app
    tell: Any = app.exception_handlers[RequestValidationError]
    answer = await tell(Request({"type": "http", "route": route}), RequestValidationError(errors, body=body))
    assert answer.status_code == 422
    found: list[dict[str, str]] = json.loads(answer.body)["errors"]
    return found


@pytest.mark.parametrize("name", SERVICES)
def test_every_body_tells_all_that_is_wrong_in_words(name: str) -> None:
    for route in bodies(name):
        assert route.body_field is not None
        form, model = adapter(route), route.body_field.field_info.annotation
        assert isinstance(model, type), route
        body = spoilt(form, model)
        for language in LANGUAGES:
            errors = asyncio.run(told(name, language, route, form, body))
            fields = {each["field"].split(".")[1] for each in errors if each["field"].startswith("body.")}
            assert fields >= body.keys(), (route, body)
            for each in errors:
                assert PLACE.match(each["field"]), (route, each)
                assert each["problem"].endswith("."), (route, each)
                assert not OF_A_PATTERN.search(each["problem"]), (route, each)
                assert language == "en" or not ENGLISH.search(each["problem"]), (route, each)


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_rule_finds_has_its_place_in_the_form_in_which_any_other_has(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for route in bodies(name):
        assert route.body_field is not None
        form, model = adapter(route), route.body_field.field_info.annotation
        if hasattr(model, "broken"):
            monkeypatch.setattr(model, "broken", lambda *_: iter([("of.a_rule", "field.missing", {})]))
            fields = [each["field"] for each in asyncio.run(told(name, "en", route, form, {"no_such_field": 1}))]
            assert "body.of.a_rule" in fields
            assert all(map(PLACE.match, fields)), fields


def test_so_has_what_a_decision_refuses() -> None:
    others = (Refused("invalid", "field.missing", at="contact.email"), Refused("invalid", "field.missing"))
    with pytest.raises(Problem) as refused:
        accepted(Refused("invalid", "field.missing", at="rfc", others=others))
    body = json.loads(bytes(refused.value.response().body))
    assert [each["field"] for each in body["errors"]] == ["body.rfc", "body.contact.email", "body"]
    assert body["detail"].startswith("body.rfc: ")


@pytest.mark.parametrize("name", SERVICES)
def test_a_decision_names_fields_that_a_body_has(name: str) -> None:
    """As whoever sent it calls them: else a page shows the fault at no field."""
    seen = set[type[BaseModel | Value]]()
    for route in bodies(name):
        assert route.body_field is not None
        for form in within(route.body_field.field_info.annotation):
            models(form, seen)
    known = {field for model in seen for field in model.model_fields}
    assert named_at(name) <= known


def named_at(name: str) -> set[str]:
    """The last part of each place that a handler of a stage names."""
    found = set[str]()
    for path in Path(f"services/{name}/handlers").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "at" and isinstance(node.value, ast.Constant):
                found.add(str(node.value.value))
            elif isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "_AT":
                found |= (
                    {str(each) for each in ast.literal_eval(ast.unparse(node.value)).values()} if node.value else set()
                )
    return found


def models(model: type[BaseModel | Value], seen: set[type[BaseModel | Value]]) -> None:
    if model not in seen:
        seen.add(model)
        for field in model.model_fields.values():
            for inner in within(field.annotation):
                models(inner, seen)


def within(annotation: Any) -> Iterator[type[BaseModel | Value]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel | Value):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from within(inner)


@pytest.mark.parametrize("name", SERVICES)
def test_no_rule_of_a_body_waits_until_all_fields_are_well_formed(name: str) -> None:
    """Pydantic asks a validator of a whole model only then; one of the last of its fields it asks in any case."""
    seen = set[type[BaseModel | Value]]()
    for route in bodies(name):
        assert route.body_field is not None
        for form in within(route.body_field.field_info.annotation):
            models(form, seen)
    late = [
        f"{model.__name__}.{rule}"
        for model in seen
        for rule, found in vars(model)["__pydantic_decorators__"].model_validators.items()
        if found.info.mode != "before"
    ]
    assert {*late} <= TOLD_BEFORE


def test_what_is_nested_too_deep_is_left_out_and_nothing_of_the_body_is_changed() -> None:
    deep: Any = []
    for _ in range(50_000):
        deep = [deep]
    body: dict[str, Any] = {"a": deep, "b": {"c": [{"d": 1, "e": 2}, 3], "f": deep}, "g": "x"}
    wrong = [("a",), ("b", "c", 0, "d"), ("b", "f", 0, 0), ("g", "nothing"), ("b", "gone", "x"), ("b", "c", 7, "x"), ()]
    assert without(body, wrong) == {"b": {"c": [{"e": 2}, 3]}, "g": "x"}
    assert [*body["b"]] == ["c", "f"]
    assert body["b"]["c"] == [{"d": 1, "e": 2}, 3]
