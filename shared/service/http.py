"""What every HTTP API has: bodies, problem details, the request's cause, and the outcome of a command."""

import re
import time
from typing import Annotated, Any, Self, TypeVar

import asyncpg
import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.contracts.event import Cause
from shared.messaging.decision import Refused
from shared.messaging.repository import ConcurrentInsertError
from shared.messaging.retry import INFRASTRUCTURE, RETRYABLE
from shared.runtime import logging, metrics, tracing
from shared.runtime.ids import new_id, text_of
from shared.runtime.traceparent import well_formed, written

S = TypeVar("S")

STATUS = {"invalid": 422, "not_found": 404, "conflict": 409, "forbidden": 403}
CORRELATION_HEADER = "X-Correlation-Id"
CORRELATION = re.compile(r"[A-Za-z0-9._-]{8,100}$")
"""What is taken from a caller: it ends in logs and in every event that follows."""

MAX_BODY_BYTES = 1_048_576
MAX_FILE_BYTES = 32 * 1_048_576
"""The tax authority's whole list is some 5 MB; a route may allow less."""

NOT_STORABLE = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)

log = logging.get(__name__)


class Problem(Exception):  # noqa: N818 - the term of RFC 9457
    """An error as its caller sees it."""

    def __init__(self, status: int, code: str, detail: str, **more: object) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.more = more

    def response(self) -> JSONResponse:
        body = {
            "type": f"urn:pdp:problem:{self.code}",
            "title": self.code,
            "status": self.status,
            "detail": self.detail,
        }
        headers = {"WWW-Authenticate": "Bearer"} if self.status == 401 else None
        return JSONResponse(
            body | self.more, status_code=self.status, media_type="application/problem+json", headers=headers
        )


class Body(BaseModel):
    """What a caller sends or gets. An unknown field is refused: most are a misspelt one."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    @classmethod
    def of(cls, state: object) -> Self:
        """The view of a value or a row that has fields of the same names."""
        return cls.model_validate(state)


def accepted(outcome: S | Refused) -> S:
    """The state that a command gave, or the problem of its refusal."""
    if isinstance(outcome, Refused):
        raise Problem(STATUS[outcome.kind], outcome.code, outcome.detail)
    return outcome


async def request_cause(request: Request) -> Cause:
    """Where the events of this request come from."""
    cause: Cause = request.state.cause
    return cause


RequestCause = Annotated[Cause, Depends(request_cause)]


def together(*routers: APIRouter) -> APIRouter:
    """One router with the routes of these. FastAPI's `include_router` would walk through each of them, and through
    those within, at every request.
    """
    return APIRouter(routes=[route for router in routers for route in router.routes])


def install(app: FastAPI) -> None:
    """Give an application the platform's errors, correlation and measurement."""
    app.add_middleware(_Observed)
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)


PROBES = frozenset({"/live", "/ready", "/metrics"})
"""Asked every few seconds by whoever watches: spans of them would hide the others."""


class _Observed:
    """Around every request: its cause, its size, its outcome in logs and metrics, and a problem where it failed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        # Checked here: it goes into every event that follows, and one that is too long would be poison to all readers.
        given = well_formed(headers.get("traceparent"))
        if not tracing.on() or scope["path"] in PROBES:
            await self._serve(scope, receive, send, _cause(headers, given))
            return
        with tracing.request(scope["method"], scope["scheme"], given) as span:
            cause = _cause(headers, written(span.get_span_context()))
            status = await self._serve(scope, receive, send, cause)
            tracing.answered(span, scope["method"], _route(scope), status)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, cause: Cause) -> int:
        headers = Headers(scope=scope)
        scope.setdefault("state", {})["cause"] = cause
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(correlation_id=cause.correlation_id)
        started, status = time.monotonic(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (CORRELATION_HEADER.lower().encode(), cause_bytes)]
            await send(message)

        cause_bytes = cause.correlation_id.encode()
        try:
            problem = _oversized(headers)
            await (self._app if problem is None else problem.response())(scope, receive, answer)
        except Exception as error:
            if status:
                raise
            await _unexpected(error)(scope, receive, answer)
        _note(scope, status, time.monotonic() - started)
        return status


def _route(scope: Scope) -> str | None:
    return getattr(scope.get("route"), "path", None)


def _cause(headers: Headers, traceparent: str | None) -> Cause:
    given = headers.get(CORRELATION_HEADER, "")
    correlation_id = given if CORRELATION.match(given) else text_of(new_id())
    return Cause(correlation_id, traceparent=traceparent)


def _note(scope: Scope, status: int, seconds: float) -> None:
    method, route = scope["method"], _route(scope) or "unmatched"
    metrics.HTTP_SECONDS.labels(method, route, str(status)).observe(seconds)
    if status >= 400 or method != "GET":
        log.info("http", method=method, route=route, status=status, seconds=round(seconds, 4))


def _oversized(headers: Headers) -> Problem | None:
    """A body is read before any guard runs, also on open routes: its size is checked before it is read."""
    length = headers.get("Content-Length", "")
    if "Transfer-Encoding" in headers or (length and not length.isdecimal()):
        return Problem(411, "length_required", "Send the body with a Content-Length.")
    is_file = headers.get("Content-Type", "").startswith("multipart/form-data")
    limit = MAX_FILE_BYTES if is_file else MAX_BODY_BYTES
    if length and int(length) > limit:
        return Problem(413, "too_large", f"The body may have at most {limit:,} bytes.")
    return None


def _unexpected(error: Exception) -> Response:
    """A fault of ours, or a store that is away. The message may quote data, so only its type is logged."""
    log.error("request_failed", error=type(error).__name__, at=logging.frames(error))
    if isinstance(error, INFRASTRUCTURE):
        detail = "The service cannot reach its store right now; try again in a few seconds."
        return Problem(503, "store_unavailable", detail).response()
    if isinstance(error, (*RETRYABLE, ConcurrentInsertError)):
        return Problem(409, "busy", "Somebody else changed the same data at this moment; send it again.").response()
    if isinstance(error, NOT_STORABLE):
        detail = "A text holds a NUL character, which cannot be stored; send it without."
        return Problem(422, "text_not_storable", detail).response()
    detail = "The service failed on this request; report it with its correlation id."
    return Problem(500, "internal_error", detail).response()


async def _on_problem(_: Request, error: Exception) -> Response:
    if not isinstance(error, Problem):
        raise error
    return error.response()


async def _on_invalid(_: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    # Without the input: it may be personal, and the caller has it.
    found = [{"field": ".".join(map(str, e["loc"])), "problem": e["msg"]} for e in error.errors()]
    first: dict[str, Any] = found[0]
    return Problem(
        422, "invalid_request", f"The field {first['field']} is not valid: {first['problem']}.", errors=found
    ).response()


async def _on_http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return Problem(error.status_code, "http_error", str(error.detail)).response()
