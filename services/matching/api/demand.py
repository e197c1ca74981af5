"""What can be asked for, by whom, and how far it is met."""

from fastapi import APIRouter

from services.matching.api.access import BY_ANYBODY, BY_STAFF
from services.matching.store import queries
from services.matching.views.demand import AnchorView, AreasView, AreaView, CoverageView
from shared.areas import AREAS, VERSION
from shared.runtime.database import Database
from shared.service.http import Page, Paging, Show, routes


def router(database: Database) -> APIRouter:
    """The routes of areas, anchors and coverage."""
    api = routes("demand")

    @api.get("/areas", dependencies=[BY_ANYBODY])
    async def show_areas(show: Show) -> AreasView:
        """Show the areas in which anchors ask, with what is asked in each."""
        areas = [AreaView.of(area) for area in AREAS]
        return show.shown(AreasView(version=VERSION, areas=areas))

    @api.get("/anchors", dependencies=[BY_ANYBODY])
    async def list_anchors(paging: Paging) -> Page[AnchorView]:
        """List the anchors by their code, as far as they are known here."""
        return Page[AnchorView].of_all(await queries.all_anchors(database), paging, AnchorView.of)

    @api.get("/coverage", dependencies=[BY_STAFF])
    async def list_coverage(paging: Paging) -> Page[CoverageView]:
        """List how far the demand of each area is met."""
        return Page[CoverageView].of_all(await queries.coverage(database), paging, CoverageView.of)

    return api
