"""What can be asked for, by whom, and how far it is met."""

from fastapi import APIRouter

from services.matching import catalogue
from services.matching.api.access import BY_ANYBODY, BY_STAFF
from services.matching.store import queries
from services.matching.views.demand import AnchorView, AreasView, AreaView, CoverageView
from shared.runtime.database import Database


def router(database: Database) -> APIRouter:
    """The routes of areas, anchors and coverage."""
    api = APIRouter(tags=["demand"])

    @api.get("/areas", dependencies=[BY_ANYBODY])
    async def areas() -> AreasView:
        return AreasView(version=catalogue.AREAS_VERSION, areas=[AreaView.of(area) for area in catalogue.areas()])

    @api.get("/anchors", dependencies=[BY_ANYBODY])
    async def anchors() -> list[AnchorView]:
        return [AnchorView.of(anchor) for anchor in await queries.all_anchors(database)]

    @api.get("/coverage", dependencies=[BY_STAFF])
    async def coverage() -> list[CoverageView]:
        return [CoverageView.of(area) for area in await queries.coverage(database)]

    return api
