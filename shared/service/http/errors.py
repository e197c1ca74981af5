"""What goes wrong, as problems. A message may quote data, so only its type is logged, and nothing of it is answered."""

from typing import Any

import asyncpg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match, Route

from shared.i18n import said
from shared.i18n.fields import FIELDS, fault
from shared.messaging.repository import ConcurrentInsertError
from shared.messaging.retry import RETRYABLE
from shared.runtime import logging
from shared.runtime.failures import INFRASTRUCTURE, STORE_BEHIND
from shared.runtime.numbers import INEXACT
from shared.service.http.problem import BODY, NAMED, FieldFault, Problem, in_body
from shared.service.http.showing import NotModified
from shared.service.http.wellformed import Place, broken

NOT_STORABLE = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)

CODES = {400: "body_unreadable", 404: "route_unknown", 405: "method_not_allowed"}
"""What the framework refuses before any route of ours."""

METHOD_NOT_ALLOWED = 405

LONGEST_PATH = 200

log = logging.get(__name__)


def add_to(app: FastAPI) -> None:
    """Every error of an application becomes a problem."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(NotModified, _on_not_modified)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)


def unexpected(error: Exception) -> Problem:
    """A fault of ours, or a store that is away. The message may quote data, so only its type is logged."""
    if isinstance(error, ClientDisconnect):
        # Nobody reads it, and it is no fault of ours: without this it would count as one.
        return Problem(400, "body_unreadable")
    if isinstance(error, NOT_STORABLE):
        # Its caller's fault, and as ordinary as a field that is too long.
        return Problem(422, "text_not_storable")
    log.error("request_failed", error=type(error).__name__, at=logging.frames(error))
    if isinstance(error, STORE_BEHIND):
        return Problem(503, "store_behind")
    if isinstance(error, INFRASTRUCTURE):
        return Problem(503, "store_unavailable")
    if isinstance(error, (*RETRYABLE, ConcurrentInsertError)):
        return Problem(409, "busy")
    return Problem(500, "internal_error")


async def _on_problem(_: Request, error: Exception) -> Response:
    if not isinstance(error, Problem):
        raise error
    return error.response()


async def _on_not_modified(_: Request, error: Exception) -> Response:
    if not isinstance(error, NotModified):
        raise error
    return error.response()


async def _on_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    # Without the input: it may be personal, and the caller has it.
    faults = error.errors()
    found = [_named(each, error.body) for each in faults[:NAMED]]
    field, problem = found[0]
    # Each field is well formed and they do not go together: a rule of ours, which no schema tells.
    disagree = all(each["code"].startswith(FIELDS) for _, each in found)
    if len(faults) < NAMED:
        found += _of_rules(request, error.body, [each["loc"] for each in faults])
    return Problem(
        422,
        "fields_disagree" if disagree else "invalid_request",
        message="field_invalid",
        others=[FieldFault(at, each["code"], each["code"], each["params"]) for at, each in found],
        untold=max(0, len(faults) - NAMED),
        field=field,
        problem=problem,
    ).response()


def _of_rules(request: Request, body: object, places: list[Place]) -> list[tuple[str, dict[str, Any]]]:
    """What the rules of the trade say of the fields that are well formed, beside those that are not."""
    field = getattr(request.scope.get("route"), "body_field", None)
    rules: Any = None if field is None else field.field_info.annotation
    if not hasattr(rules, "broken") or not isinstance(body, dict):
        return []
    wrong = [place[1:] for place in places if place[0] == BODY]
    return [(in_body(at), said(code, **params)) for at, code, params in broken(rules, body, wrong)]


def _named(found: Any, body: object) -> tuple[str, dict[str, Any]]:  # noqa: ANN401 - the framework's
    """The field, and what is wrong with it."""
    match found:
        case {"type": "json_invalid", "loc": (part, int(position)), "ctx": {"error": why}} if isinstance(body, str):
            # The framework tells the place where the text broke as if it were a field.
            line, column = body.count("\n", 0, position) + 1, position - body.rfind("\n", 0, position)
            code = "field.number_at" if why == INEXACT else "field.json_at"
            return part, said(code, line=line, column=column)
    return _shortened(".".join(map(str, found["loc"]))), fault(found)


def _shortened(path: str) -> str:
    """A field's place: the name of an unknown one is the caller's, and may be as long as the body."""
    return path if len(path) <= LONGEST_PATH else path[: LONGEST_PATH - 1] + "…"


async def _on_http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    headers = {"Allow": _allowed(request)} if error.status_code == METHOD_NOT_ALLOWED else error.headers
    code = CODES.get(error.status_code, "http_error")
    return Problem(error.status_code, code, headers=headers).response()


def _allowed(request: Request) -> str:
    """The methods of all routes of this path; Starlette names those of the first."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    fitting = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    methods = {method for route in fitting for method in route.methods or ()}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
