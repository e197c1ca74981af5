"""What a service tells those who run it, and nobody beyond their proxy: its figures, its health, and what it can do."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.service.http.problem import Problem

INSIDE = ("/metrics", "/live", "/ready", "/docs", "/openapi.json", "/asyncapi", "/events")

PASSED_ON = frozenset({"x-forwarded-for", "forwarded"})
"""What a proxy or ingress controller writes, and no scraper, probe or port-forward. Whoever invents it sees less."""


class Inside:
    """Answers 404 for these paths where a proxy passed the request on; and for `/`, unless it is a start for people."""

    def __init__(self, app: ASGIApp, *, start: bool) -> None:
        """`start`: `/` leads to one of these paths."""
        self._app = app
        self._start = start

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._covers(scope["path"]) and PASSED_ON & set(Headers(scope=scope)):
            await Problem(404, "route_unknown").response()(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _covers(self, path: str) -> bool:
        if path == "/":
            return self._start
        return any(path == one or path.startswith(f"{one}/") for one in INSIDE)
