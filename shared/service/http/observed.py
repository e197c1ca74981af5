"""Around every request: its cause, its outcome in logs and metrics, and a problem where it failed."""

import re
import time

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.contracts.event import ANYBODY, Cause
from shared.i18n import speak
from shared.runtime import logging, metrics, tracing
from shared.runtime.ids import id_text, new_id, text_of
from shared.runtime.traceparent import well_formed, written
from shared.service.http.errors import unexpected

CORRELATION_HEADER = "X-Correlation-Id"
UUID_TEXT = re.compile(r"[0-9a-fA-F-]{36}$")
"""Of what a path holds, ids go to the log: an RFC, or what a caller made up, may be personal."""

NOT_STORED = (b"cache-control", b"no-store")
"""Of every answer that does not say how long it may be kept: most hold what is personal or confidential."""

log = logging.get(__name__)


PROBES = frozenset({"/live", "/ready", "/metrics"})
"""Asked every few seconds by whoever watches: spans of them would hide the others."""


class Observed:
    """Around every request: its cause, its outcome in logs and metrics, and a problem where it failed."""

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
        scope.setdefault("state", {}).update(cause=cause, stopping=scope["app"].state.stopping)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(correlation_id=cause.correlation_id)
        speak(headers.get("Accept-Language"), scope["app"].state.words)
        started, status = time.monotonic(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                kept = any(name.lower() == NOT_STORED[0] for name, _ in message["headers"])
                message["headers"] = [*message["headers"], correlation, *(() if kept else (NOT_STORED,))]
            await send(message)

        correlation = (CORRELATION_HEADER.lower().encode(), cause.correlation_id.encode())
        try:
            await self._app(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told and counted here, and by nobody else
            problem = unexpected(error)
            if status:
                # What has begun is cut off by the server, as it is not whole; it counts as what it became.
                status = problem.status
            else:
                await problem.response()(scope, receive, answer)
        _note(scope, status, time.monotonic() - started)
        return status


def _route(scope: Scope) -> str | None:
    return getattr(scope.get("route"), "path", None)


def _cause(headers: Headers, traceparent: str | None) -> Cause:
    correlation_id = id_text(headers.get(CORRELATION_HEADER)) or text_of(new_id())
    return Cause(correlation_id, traceparent=traceparent, actor=ANYBODY)


def _note(scope: Scope, status: int, seconds: float) -> None:
    method, route = tracing.known_method(scope["method"]), _route(scope) or "unmatched"
    metrics.HTTP_SECONDS.labels(method, route, str(status)).observe(seconds)
    subject = scope["state"].get("subject")
    if status < 400 and method == "GET" and subject is None:
        return  # Probes, and what everybody may read.
    told = {name: value for name, value in scope.get("path_params", {}).items() if UUID_TEXT.match(str(value))}
    if subject is not None:
        told |= {"subject": subject, "roles": sorted(scope["state"]["roles"])}
    log.info("http", method=method, route=route, status=status, seconds=round(seconds, 4), **told)
