"""What a service tells those who run it, and nobody beyond their proxy: its figures, its health, and what it can do."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.service.http.problem import Problem

INSIDE = ("/metrics", "/live", "/ready", "/docs", "/openapi.json", "/asyncapi", "/events")

PASSED_ON = frozenset({"x-forwarded-for", "forwarded"})
"""What a proxy or ingress controller writes, and no scraper, probe or port-forward. Whoever invents it sees less."""


class Inside:
    """Answers 404 for these paths, and for `/`, which leads to one, where a proxy passed the request on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_inside(scope["path"]) and PASSED_ON & set(Headers(scope=scope)):
            await Problem(404, "route_unknown").response()(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_inside(path: str) -> bool:
    return path == "/" or any(path == one or path.startswith(f"{one}/") for one in INSIDE)
