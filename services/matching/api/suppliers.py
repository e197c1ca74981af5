"""What a supplier sees of its own offering: alignment with its reasons, and matches."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.matching.domain import candidate
from services.matching.domain.match import match_id
from services.matching.domain.rematch import Offering
from services.matching.store import queries
from services.matching.views.matches import AlignmentView, MatchView
from shared.runtime.database import Database
from shared.service.callers import SEES_ALL, Caller, Role, allow
from shared.service.http import Page, Paging, Problem, Show, routes

Owner = Annotated[Caller, allow(Role.SUPPLIER, *SEES_ALL)]


def router(database: Database) -> APIRouter:
    """The routes of suppliers."""
    api = routes("suppliers")

    async def own(supplier_id: UUID, caller: Caller) -> Offering:
        caller.require_supplier(supplier_id)
        known = await queries.find_offering(database, supplier_id)
        if known is None:
            raise _unknown()
        return known

    @api.get("/suppliers/{supplier_id}/alignment")
    async def show_alignment(supplier_id: UUID, caller: Owner, show: Show) -> AlignmentView:
        """Show whether anybody asks for what a firm can make, and of each requirement what keeps it from that."""
        known = await own(supplier_id, caller)
        if known.alignment is None:
            raise _unknown()
        return show.shown(AlignmentView.of_alignment(supplier_id, known.alignment))

    @api.get("/suppliers/{supplier_id}/matches")
    async def list_matches(supplier_id: UUID, caller: Owner, paging: Paging) -> Page[MatchView]:
        """List a firm's matches, the best first, and behind them those that were answered and do not hold now."""
        known = await own(supplier_id, caller)
        best_first = sorted(known.matches, key=lambda match: (not match.holds, -match.score, match.requirement_id))
        ids = [match.id for match in best_first]
        ids += [id_ for each in known.answers if (id_ := match_id(known.id, each.requirement_id)) not in ids]
        found = [each for id_ in ids if (each := candidate.of(known, id_)) is not None]
        return Page[MatchView].of_all(found, paging, MatchView.of_candidate)

    return api


def _unknown() -> Problem:
    return Problem(404, "offering_unknown")
