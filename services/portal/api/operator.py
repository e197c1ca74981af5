"""The program as operators watch it."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import StreamingResponse

from services.portal.api.asking import Anybody, Asking, Only
from services.portal.domain.scope import Scope
from services.portal.domain.steps import STEPS
from services.portal.store import demand, firms
from shared.service.callers import Role

Operators = Annotated[Scope, Depends(Only(Role.OPERATOR))]


async def _live(asked: Asking) -> AsyncIterator[str]:
    before = ""
    async for _ in asked.portal.arrivals.looks(asked.request.state.stopping):
        async with asked.portal.database.connection() as connection:
            counts = await firms.counts(connection)
        funnel = asked.part("funnel.html", funnel=[(step, counts.steps[step]) for step in STEPS])
        lines = "".join(f"data: {line}\n" for line in funnel.splitlines())
        # A comment where nothing is new: whoever has gone is noticed by it.
        yield ": alive\n\n" if funnel == before else f"event: funnel\n{lines}\n"
        before = funnel


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/operator/live")
    async def live(asked: Anybody, _: Operators) -> Response:
        """The funnel, again and again: server-sent events (HTML Living Standard, 9.2)."""
        return StreamingResponse(_live(asked), media_type="text/event-stream")

    @pages.get("/operator")
    async def overview(asked: Anybody, _: Operators) -> Response:
        """How far the firms are, and where demand and offer meet."""
        async with asked.portal.database.connection() as connection:
            counts = await firms.counts(connection)
            wanted = await demand.open_by_area(connection)
        areas = [
            (area, wanted.get(area, 0), counts.offering[area], counts.aligned[area])
            for area in sorted({*wanted, *counts.offering})
        ]
        return asked.page(
            "operator.html",
            funnel=[(step, counts.steps[step]) for step in STEPS],
            areas=areas,
            names=await asked.areas(),
        )

    return pages
