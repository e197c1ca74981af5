"""Every page, in one application."""

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import GZipMiddleware

from services.portal.api import (
    asked,
    assets,
    awards,
    candidates,
    errors,
    filing,
    firms,
    home,
    my_firm,
    operator,
    requirements,
    signing,
)
from services.portal.api.asking import Portal

COMPRESSED_FROM = 500
"""Bytes; less is one packet either way."""


def no_api() -> APIRouter:
    """The portal has no API of its own: programs ask the stages."""
    return APIRouter()


def pages(portal: Portal) -> FastAPI:
    """The application that shows them."""
    modules = (home, signing, assets, operator, firms, my_firm, asked, requirements, candidates, awards)
    routes = [route for module in modules for route in module.router().routes]
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, routes=routes)
    app.state.portal = portal
    app.add_middleware(filing.Filing)
    app.add_middleware(errors.Guarding)
    app.add_middleware(GZipMiddleware, minimum_size=COMPRESSED_FROM)
    errors.add_to(app)
    return app
