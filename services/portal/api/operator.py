"""The program as operators watch it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.portal.api.asking import Anybody, Only
from services.portal.domain.scope import Scope
from services.portal.domain.steps import STEPS
from services.portal.store import demand, firms
from shared.service.callers import Role

Operators = Annotated[Scope, Depends(Only(Role.OPERATOR))]


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/operator")
    async def overview(asked: Anybody, _: Operators) -> Response:
        """How far the firms are, and where demand and offer meet."""
        async with asked.portal.database.connection() as connection:
            counts = await firms.funnel(connection)
            offered = await firms.areas(connection)
            wanted = await demand.open_by_area(connection)
        areas = [(area, wanted.get(area, 0), *offered.get(area, (0, 0))) for area in sorted({*wanted, *offered})]
        return asked.page(
            "operator.html",
            funnel=[(step, counts.get(step, 0)) for step in STEPS],
            areas=areas,
            names=await asked.areas(),
        )

    return pages
