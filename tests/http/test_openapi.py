"""What every API says of itself: nothing without a bound, a word for each operation, and every list a page."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared.service.housekeeping import ANSWERS_KEPT
from shared.service.http.changes import SHORTEST_KEY
from tests.http.services import SERVICES, openapi_of

HTTP_GUIDE = Path(__file__).parents[2] / "docs" / "http.md"

OPERATIONS = ("get", "put", "post", "delete", "patch")
BOUNDED_FORMATS = {"uuid", "date", "date-time", "binary"}

Walked = Iterator[tuple[str, dict[str, Any]]]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in OPERATIONS:
            if method in item:
                yield f"{method.upper()} {path}", item[method]


def walked(schema: dict[str, Any], document: dict[str, Any], at: str) -> Walked:
    """A schema and all within it, references followed."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        yield from walked(document["components"]["schemas"][name], document, f"{at}:{name}")
        return
    yield at, schema
    for name, inner in schema.get("properties", {}).items():
        yield from walked(inner, document, f"{at}.{name}")
    for inner in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from walked(inner, document, at)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from walked(schema[key], document, f"{at}[]")
    for inner in (*schema.get("prefixItems", ()), *schema.get("patternProperties", {}).values()):
        yield from walked(inner, document, f"{at}[]")


def unbounded(schema: dict[str, Any]) -> str | None:
    """What a value may exceed."""
    if "enum" in schema or "const" in schema:
        return None
    match schema.get("type"):
        case "integer" | "number":
            least = {"minimum", "exclusiveMinimum"} & schema.keys()
            most = {"maximum", "exclusiveMaximum"} & schema.keys()
            return None if least and most else "has no least or no most"
        case "string":
            short = "maxLength" in schema or schema.get("format") in BOUNDED_FORMATS
            return None if short or _ends(schema.get("pattern")) else "has no greatest length"
        case "array":
            return None if "maxItems" in schema else "has no greatest number of items"
        case "object" if "patternProperties" in schema or isinstance(schema.get("additionalProperties"), dict):
            return None if "maxProperties" in schema else "has no greatest number of entries"
        case "object":
            return None if schema.get("additionalProperties") is False else "takes unknown fields"
    return None


def _ends(pattern: str | None) -> bool:
    """Whether only texts of some length match."""
    bare = re.sub(r"\\.|\[[^]]*]", "x", pattern or "")
    return bare[:1] == "^" and bare[-1:] == "$" and not re.search(r"[*+]|,\}", bare)


def asked(document: dict[str, Any], operation: dict[str, Any]) -> Walked:
    """Every schema of what a caller sends."""
    for parameter in operation.get("parameters", ()):
        yield from walked(parameter["schema"], document, parameter["name"])
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from walked(content["schema"], document, "body")


@pytest.mark.parametrize("name", SERVICES)
def test_it_is_openapi_by_the_specification_s_own_schema(name: str) -> None:
    document = openapi_of(name)
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    without = document | {"info": {}}
    assert [*OpenAPIV31SpecValidator(without).iter_errors()] != []


@pytest.mark.parametrize("name", SERVICES)
def test_all_that_is_asked_has_bounds(name: str) -> None:
    document = openapi_of(name)
    found = {
        f"{where} {at}: {fault}"
        for where, operation in operations(document)
        for at, schema in asked(document, operation)
        if (fault := unbounded(schema)) is not None
    }
    assert found == set()


@pytest.mark.parametrize("name", SERVICES)
def test_every_operation_has_its_name_and_its_words(name: str) -> None:
    document = openapi_of(name)
    found = dict(operations(document))
    names = [operation["operationId"] for operation in found.values()]
    assert len(set(names)) == len(names)
    assert [each for each in names if not re.fullmatch(r"[a-z]+(_[a-z]+)+", each)] == []
    generated = {where: one["operationId"].replace("_", " ").title() for where, one in found.items()}
    assert [where for where, one in found.items() if one.get("summary", "") in {"", generated[where]}] == []
    assert all(one["tags"] for one in found.values())


@pytest.mark.parametrize("name", SERVICES)
def test_what_an_integrator_must_know_is_in_it(name: str) -> None:
    document = openapi_of(name)
    assert all(word in document["info"]["description"] for word in ("docs/http.md", "Accept-Language"))
    for where, operation in operations(document):
        parameters = {each["name"].lower(): each for each in operation.get("parameters", ())}
        if key := parameters.get("idempotency-key"):
            assert key["schema"]["minLength"] == SHORTEST_KEY, where
    assert f"{SHORTEST_KEY} to 100" in HTTP_GUIDE.read_text("utf-8")
    assert (ANSWERS_KEPT.days, HTTP_GUIDE.read_text("utf-8").count("for seven days")) == (7, 1)


@pytest.mark.parametrize("name", SERVICES)
def test_every_list_is_a_page(name: str) -> None:
    document = openapi_of(name)
    bare, unpaged = [], []
    for where, operation in operations(document):
        for status, answer in operation["responses"].items():
            schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
            shown = next(iter(walked(schema, document, where)), ("", {}))[1]
            if status.startswith("2") and shown.get("type") == "array":
                bare.append(where)
            if "items" in shown.get("properties", {}):
                parameters = {parameter["name"] for parameter in operation.get("parameters", ())}
                paged = {"limit", "after"} <= parameters and set(shown["properties"]) == {"items", "next"}
                unpaged += [] if paged else [where]
    assert (bare, unpaged) == ([], [])


@pytest.mark.parametrize("name", SERVICES)
def test_every_error_is_the_one_problem_and_every_guarded_route_says_so(name: str) -> None:
    document = openapi_of(name)
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for where, operation in operations(document):
        answers = operation["responses"]
        assert ("401" in answers) == (operation["security"] != []), where
        for status, answer in answers.items():
            if status >= "4" and where != "GET /ready":
                ((media, content),) = answer["content"].items()
                assert media == "application/problem+json"
                assert content["schema"]["$ref"] == "#/components/schemas/Problem"
        if where.startswith("PUT"):
            assert {"412", "428"} <= answers.keys(), where
            assert any(each["name"].lower() == "if-match" and each["required"] for each in operation["parameters"])


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({"type": "integer", "minimum": 0}, "has no least or no most"),
        ({"type": "string", "pattern": "^[a-z]+$"}, "has no greatest length"),
        ({"type": "string", "pattern": "^[a-z]{1,9}$"}, None),
        ({"type": "array", "items": {}}, "has no greatest number of items"),
        ({"type": "object", "properties": {}}, "takes unknown fields"),
    ],
)
def test_what_has_no_bound_is_seen(schema: dict[str, Any], fault: str | None) -> None:
    assert unbounded(schema) == fault
