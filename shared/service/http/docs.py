"""The page that shows an API and lets people try it. Its assets come from here: it works without internet."""

from importlib.resources import files
from typing import Annotated, Any

from fastapi import FastAPI
from fastapi import Path as PathParameter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from shared.service.http.problem import Problem

PAGE = "/docs"
ASSETS = "/docs/assets/"
NAMES = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png")
KEPT_S = 86_400

OPEN: dict[str, Any] = {"include_in_schema": False, "openapi_extra": {"security": []}}

_FOLDER = files("fastapi_offline") / "static"


def lead_to(app: FastAPI) -> None:
    """Lead to the page from `/`."""

    @app.get("/", **OPEN)
    async def root() -> Response:
        return RedirectResponse(PAGE)


def add_to(app: FastAPI) -> None:
    """Serve the page."""

    @app.get(PAGE, **OPEN)
    async def page() -> HTMLResponse:
        script, style, icon = (f"{ASSETS}{name}" for name in NAMES)
        return get_swagger_ui_html(
            openapi_url=app.openapi_url or "",
            title=app.title,
            swagger_js_url=script,
            swagger_css_url=style,
            swagger_favicon_url=icon,
        )

    @app.get(f"{ASSETS}{{name}}", **OPEN)
    async def asset(name: Annotated[str, PathParameter(max_length=100)]) -> FileResponse:
        if name not in NAMES:
            raise Problem(404, "route_unknown")
        return FileResponse(str(_FOLDER / name), headers={"Cache-Control": f"max-age={KEPT_S}"})
