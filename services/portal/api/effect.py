"""What the program did for its firms, as it is reported: a page, and by `?as=` a workbook or a PDF."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.portal.api.asking import Anybody
from services.portal.api.cohorts import Operator


def router() -> APIRouter:
    pages = APIRouter(prefix="/effect")

    @pages.get("")
    async def show_effect(asked: Anybody, _: Operator, cohort: Annotated[UUID | None, Query()] = None) -> Response:
        """Before and after, costs, days, who stayed, was awarded, exports; of one cohort as a whole."""
        of = {} if cohort is None else {"cohort_id": str(cohort)}
        told = await asked.ask("development", "/effect", **of)
        return asked.page("effect.html", effect=told.body, cohort=cohort)

    return pages
