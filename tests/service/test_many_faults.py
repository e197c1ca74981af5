"""A body of nothing but faults costs little, and is answered in few words, for every body of every service."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx import ASGITransport, AsyncClient
from pydantic import TypeAdapter

from shared.security.tokens import Issuer, LocalIssuer, Verifier
from shared.service.callers import Role
from shared.service.http import values
from shared.service.http.errors import LONGEST_PATH
from shared.service.http.problem import NAMED
from shared.service.http.rate_limit import RateLimit
from shared.service.http.routes import JSON, MAX_BODY_BYTES, content_type_of
from tests.service.test_callers import ISSUER, OWN, SERVICES, app_of

ANSWER_BYTES = 40_000
"""Of the longest answer: a hundred faults."""


def schema_of(route: APIRoute) -> dict[str, Any]:
    assert route.body_field is not None
    info = route.body_field.field_info
    given: Any = Annotated[info.annotation, info]
    return TypeAdapter(given).json_schema()


LIST, MAP = "@list", "@map"
"""Where an outline is to be filled."""


def outlines(schema: Any, known: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    """Values of this schema, each with one of its lists or maps to be filled, and the form of what is filled."""
    if "$ref" in schema:
        yield from outlines(known[schema["$ref"].rpartition("/")[2]], known)
    for each in schema.get("anyOf", ()):
        yield from outlines(each, known)
    for name, inner in schema.get("properties", {}).items():
        yield from (({name: each}, form) for each, form in outlines(inner, known))
    if schema.get("type") == "array":
        yield LIST, _text(whole(schema, known))
        if "items" in schema:
            yield from (([each], form) for each, form in outlines(schema["items"], known))
    if schema.get("type") == "object":
        yield MAP, _text(whole(schema, known))


def whole(schema: Any, known: dict[str, Any]) -> Any:
    """A schema with what it refers to."""
    if isinstance(schema, dict) and "$ref" in schema:
        return whole(known[schema["$ref"].rpartition("/")[2]], known)
    if isinstance(schema, dict):
        return {name: whole(each, known) for name, each in schema.items()}
    return [whole(each, known) for each in schema] if isinstance(schema, list) else schema


@cache
def fillings(count: int) -> list[tuple[str, str]]:
    """Lists of so many values, of objects and of lists, each with a map of the same. As text: a route has dozens of
    places for them, and they are half a megabyte.
    """
    fills: list[list[Any]] = [[0] * count, [{}] * (count // 2), [[]] * (count // 2)]
    return [(_text(fill), _text({f"{place:x}": each for place, each in enumerate(fill)})) for fill in fills]


def bodies(route: APIRoute, count: int, seen: set[tuple[str, str]]) -> Iterator[bytes]:
    """One for each list and map of a route's body, filled with so many values, and with objects and lists; what another
    route has in the same place once.
    """
    schema = schema_of(route)
    found = {(_text(outline), form) for outline, form in outlines(schema, schema.get("$defs", {}))} - seen
    seen |= found
    texts = sorted({text for text, _ in found} | {_text(LIST)})
    for list_, map_ in fillings(count):
        for text in texts:
            yield text.replace(f'"{LIST}"', list_).replace(f'"{MAP}"', map_).encode()


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


@pytest.fixture
def issuer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalIssuer:
    monkeypatch.setattr(RateLimit, "take", lambda _limit, _address: 0.0)
    local = LocalIssuer(tmp_path, ISSUER)
    local.ensure_key()
    return local


def let_in(app: FastAPI, issuer: LocalIssuer) -> AsyncClient:
    """Somebody who may send a body anywhere."""
    app.state.issuer = Issuer(Verifier(ISSUER, str(issuer.jwks_path), "pdp"))
    app.state.limits = app.state.members = app.state.trail = None  # They are in a store, and none is open.
    token = issuer.issue("ana", list(Role), supplier_id=str(OWN), anchor_id=str(OWN))
    headers = {"Authorization": f"Bearer {token}", "If-Match": "*", "Content-Type": JSON}
    return AsyncClient(transport=ASGITransport(app), base_url="http://test", headers=headers)


def taking_json(app: FastAPI) -> Iterator[tuple[APIRoute, str, str]]:
    for route in app.routes:
        if isinstance(route, APIRoute) and content_type_of(route) == JSON:
            for method in route.methods or ():
                yield route, method, re.sub(r"{\w*id}", str(uuid4()), route.path)


def forms(app: FastAPI) -> Iterator[tuple[APIRoute, str, str]]:
    """One route for each shape of a body."""
    shapes = {_text(schema_of(route)): (route, method, path) for route, method, path in taking_json(app)}
    yield from shapes.values()


@pytest.mark.parametrize("name", SERVICES)
async def test_no_body_has_more_values_than_its_form(name: str, issuer: LocalIssuer) -> None:
    """Seen: 520,000 numbers for materials, of nobody: 57 s, 42 MB of answer, a process of a gigabyte."""
    app, seen = app_of(name), set[tuple[str, str]]()
    async with let_in(app, issuer) as client:
        for route, method, path in forms(app):
            for body in bodies(route, MAX_BODY_BYTES // 11, seen):
                answer = await client.request(method, path, content=body)
                assert (answer.status_code, answer.json()["title"]) == (413, "too_many_values"), (path, body[:100])


@pytest.mark.parametrize("name", SERVICES)
async def test_as_many_faults_as_a_form_has_values_are_told_in_few_words(name: str, issuer: LocalIssuer) -> None:
    app, seen = app_of(name), set[tuple[str, str]]()
    async with let_in(app, issuer) as client:
        for route, method, path in forms(app):
            for body in bodies(route, values.allowed(schema_of(route)) - 20, seen):
                answer = await client.request(method, path, content=body)
                assert answer.status_code == 422, (path, body[:100], answer.text)
                assert len(answer.json()["errors"]) <= NAMED + 1
                assert len(answer.content) <= ANSWER_BYTES


async def test_what_is_not_told_is_counted(issuer: LocalIssuer) -> None:
    async with let_in(app_of("registration"), issuer) as client:
        answer = await client.post("/suppliers/search", content=json.dumps({str(each): 0 for each in range(NAMED + 1)}))
        assert answer.json()["errors"][-1] == {
            "field": "body",
            "problem": "1 more fault is not told; mend these first.",
            "reason": "field.others",
        }
        answer = await client.post("/suppliers/search", content=json.dumps({"x" * 200_000: 0}))
        assert max(len(each["field"]) for each in answer.json()["errors"]) == LONGEST_PATH


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": [1, 2, {"b": 3}]}', 6),
        (json.dumps({"a": ',,,[[[{{{"\\",,,'}), 2),
        (json.dumps({"a": "\\", "b": ",,,"}), 3),
        ("7", 1),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32-le"])
def test_values_are_counted_and_marks_within_texts_are_not(text: str, found: int, encoding: str) -> None:
    body = text.encode(encoding)
    assert values.are_more_than(found - 1, body)
    assert not values.are_more_than(found, body)


@pytest.mark.parametrize("name", SERVICES)
async def test_a_number_that_would_be_another_one_is_told_by_its_place(name: str, issuer: LocalIssuer) -> None:
    """Seen: `1e-400` was taken for no workers and no sales, and 99999999999999.99 for a centavo less."""
    app = app_of(name)
    async with let_in(app, issuer) as client:
        for _, method, path in taking_json(app):
            for number in ("1e-400", "99999999999999.99", "1e400", "9" * 5_000, "NaN"):
                answer = await client.request(method, path, content=f'{{\n  "x": {number}}}')
                assert answer.status_code == 422, (path, number, answer.text)
                (fault,) = answer.json()["errors"]
                assert fault["field"] == "body"
                assert fault["problem"].startswith("The number at line 2, column 8 cannot be kept"), path
