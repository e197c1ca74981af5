"""An application with the platform's convention: errors, correlation and measurement, its document and its page."""

import asyncio
from importlib.util import find_spec
from typing import Protocol

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.types import ASGIApp

from shared.i18n import Catalogue
from shared.messaging.request_limits import RequestLimits
from shared.security.tokens import Issuer
from shared.service.http import docs, errors, openapi
from shared.service.http.head import Head
from shared.service.http.inside import Inside
from shared.service.http.observed import Observed
from shared.service.http.routes import Handle


class Follower(Protocol):
    def change(self, route: str) -> str | None:
        """The act of a route that changes something."""

    async def followed(self, route: str, request: Request, handle: Handle) -> Response:
        """The answer of a route, once it is on record what it shows."""


def application(
    name: str,
    issuer: Issuer,
    router: APIRouter,
    trail: Follower,
    limits: RequestLimits | None = None,
    members: object | None = None,
    pages: ASGIApp | None = None,
) -> FastAPI:
    """Serves a service's routes. `trail` puts on record what they change and show; `limits` counts requests for all its
    processes; `members` (`callers.Members`) knows for which firm somebody speaks; `pages` has every other address.
    """
    app = FastAPI(
        title=f"Supplier Development Program: {name}",
        version="1",
        docs_url=None,
        redoc_url=None,
        # It would redirect to the host that its caller names, and by http where a proxy speaks https.
        redirect_slashes=False,
        routes=router.routes,
    )
    app.state.issuer, app.state.trail = issuer, trail
    app.state.limits, app.state.members = limits, members
    app.add_middleware(Inside, start=pages is None)
    own = f"services.{name}"
    # A service that is put together without a package of its own has no words of its own either.
    install(app, *([own] if find_spec(own) else []))
    docs.add_to(app)
    if pages is None:
        docs.lead_to(app)
    else:
        app.router.default = pages
    return app


def install(app: FastAPI, *packages: str) -> None:
    """Give an application the platform's errors, correlation, measurement and document. `packages` word its codes."""
    app.state.stopping = asyncio.Event()
    app.state.words = Catalogue(*packages, "shared.service", "shared.files", "shared.attachments")
    app.add_middleware(Observed)
    app.add_middleware(Head)
    errors.add_to(app)

    def document() -> dict[str, object]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi.describe(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # as FastAPI documents it
