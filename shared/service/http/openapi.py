"""OpenAPI that is true: what FastAPI writes, with who may call and every problem that a route can give."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from shared.service.http.problem import MEDIA_TYPE, SCHEMA
from shared.service.http.routes import content_type_of, dependants

BEARER = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A token of the program's issuer."}
WITH_BODY = (400, 411, 413, 415, 429)
STORE_AWAY = 503

INFO = """\
Sentences are Spanish, or English by `Accept-Language: en`; codes are the same in both. Every error is a problem
(RFC 9457).

`Idempotency-Key` makes a POST that is sent again be done once. `ETag`, `If-Match` and `If-None-Match` are versions.
A list has `limit` and `after`; its `next` is the following page's `after`. The guide for integrators is `docs/http.md`.
"""


def describe(app: FastAPI) -> dict[str, Any]:
    """The document of an application."""
    document = get_openapi(title=app.title, version=app.version, description=INFO, routes=app.routes)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    problem = dict(SCHEMA)
    schemas |= problem.pop("$defs") | {"Problem": problem}
    for schema in schemas.values():
        _close(schema)
    components["securitySchemes"] = {"bearer": BEARER}
    for route in app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in route.methods or ():
                _complete(document["paths"][route.path_format][method.lower()], route, method)
    return document


def _close(schema: Any) -> None:  # noqa: ANN401 - JSON
    """Keys of another pattern are refused, which pydantic does and does not say."""
    for inner in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(inner, dict | list):
            _close(inner)
    if isinstance(schema, dict) and "patternProperties" in schema:
        schema.setdefault("additionalProperties", False)


def _complete(operation: dict[str, Any], route: APIRoute, method: str) -> None:
    _word(operation, route)
    operation.setdefault("security", [{"bearer": []}])
    for status in sorted(problems_of(route, method) - {status for status, own in route.responses.items() if own}):
        operation["responses"][str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    marked = [each.call for each in dependants(route.dependant)]
    answers = operation["responses"]
    tag = {"ETag": {"description": "The version of what is shown.", "schema": {"type": "string"}}}
    if any(getattr(call, "tagged", False) for call in marked):
        answers[str(route.status_code or 200)]["headers"] = tag
    if any(getattr(call, "answers_304", False) for call in marked):
        answers["304"] = {"description": HTTPStatus.NOT_MODIFIED.phrase, "headers": tag}
    required = {getattr(call, "requires", None) for call in marked}
    for parameter in operation.get("parameters", ()):
        parameter["required"] = parameter["required"] or parameter["name"] in required


def _word(operation: dict[str, Any], route: APIRoute) -> None:
    """The first line of the route's docstring is what it is called, the rest tells more; then who may call it."""
    operation["operationId"] = route.name
    summary, _, more = route.description.partition("\n")
    if summary:
        operation["summary"] = summary.strip().removesuffix(".")
    roles = {role for each in dependants(route.dependant) for role in getattr(each.call, "roles", ())}
    who = f"For: {', '.join(sorted(roles))}." if roles else ""
    operation["description"] = "\n\n".join(part for part in (more.strip(), who) if part)
    if not operation["description"]:
        del operation["description"]


def problems_of(route: APIRoute, method: str) -> set[int]:
    """Every status with which a route may refuse."""
    return {*_problems(route, method)} - {route.status_code}


def _problems(route: APIRoute, method: str) -> Iterator[int]:
    yield 422
    if content_type_of(route):
        yield from WITH_BODY
    if route.dependant.path_params:
        yield 404
    yield from map(int, route.responses)
    if method != "GET":
        yield 409
    for each in dependants(route.dependant):
        yield from getattr(each.call, "problems", ())
    yield STORE_AWAY
