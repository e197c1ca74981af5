"""The catalogue of modules."""

from fastapi import APIRouter

from services.development import catalogue
from services.development.views.modules import ModulesView
from shared.service.callers import OPEN_TO_ALL


def router() -> APIRouter:
    api = APIRouter(tags=["modules"])

    @api.get("/modules", openapi_extra=OPEN_TO_ALL)
    async def modules() -> ModulesView:
        return ModulesView.of_modules(catalogue.modules())

    return api
