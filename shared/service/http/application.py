"""An application with the platform's convention: errors, correlation and measurement, its document and its page."""

from fastapi import APIRouter, FastAPI

from shared.i18n import Catalogue
from shared.security.tokens import Issuer
from shared.service.http import docs, errors, openapi
from shared.service.http.head import Head
from shared.service.http.observed import Observed


def application(name: str, issuer: Issuer, router: APIRouter) -> FastAPI:
    """Serves a service's routes."""
    app = FastAPI(
        title=f"Supplier Development Program: {name}",
        version="1",
        docs_url=None,
        redoc_url=None,
        routes=router.routes,
    )
    app.state.issuer = issuer
    install(app, f"services.{name}")
    docs.add_to(app)
    return app


def install(app: FastAPI, *packages: str) -> None:
    """Give an application the platform's errors, correlation, measurement and document. `packages` word its codes."""
    app.state.words = Catalogue(*packages, "shared.service", "shared.files")
    app.add_middleware(Observed)
    app.add_middleware(Head)
    errors.add_to(app)

    def document() -> dict[str, object]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi.describe(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # as FastAPI documents it
