"""The catalogue of modules."""

from fastapi import APIRouter

from services.development import catalogue
from services.development.views.modules import ModulesView
from shared.service.callers import OPEN_TO_ALL
from shared.service.http import Show, routes


def router() -> APIRouter:
    api = routes("modules")

    @api.get("/modules", openapi_extra=OPEN_TO_ALL)
    async def show_modules(show: Show) -> ModulesView:
        """Show the catalogue of development modules, with its version."""
        return show.shown(ModulesView.of_modules(catalogue.modules()))

    return api
