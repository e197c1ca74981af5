"""What a supplier sees of its own offering: alignment with its reasons, and matches."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.matching import catalogue
from services.matching.domain import candidate
from services.matching.domain.alignment import missing
from services.matching.domain.calendar import day
from services.matching.domain.match import match_id
from services.matching.domain.rematch import Offering
from services.matching.store import queries
from services.matching.views.matches import AlignmentView, MatchView
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import SEES_ALL, Caller, Role, allow
from shared.service.http import Page, Paging, Problem, Show, routes

Owner = Annotated[Caller, allow(Role.SUPPLIER, *SEES_ALL)]


def router(database: Database) -> APIRouter:
    """The routes of suppliers."""
    api = routes("suppliers")

    async def own(supplier_id: UUID, caller: Caller) -> Offering:
        caller.require_supplier(supplier_id)
        return await own_offering(database, supplier_id)

    @api.get("/suppliers/{supplier_id}/alignment")
    async def show_alignment(supplier_id: UUID, caller: Owner, show: Show) -> AlignmentView:
        """Show whether anybody asks for what a firm can make, and of each requirement what keeps it from that."""
        known = await own(supplier_id, caller)
        profile, rules = known.profile, catalogue.rules()
        if profile is None:
            raise _unknown()
        met, asked = await queries.alignment_of(database, known)
        lacks = () if met else missing(supplier_id, profile, asked, rules, day(now()), withdrawn=known.withdrawn)
        return show.shown(AlignmentView.of_alignment(supplier_id, met, lacks, rules.version))

    @api.get("/suppliers/{supplier_id}/matches")
    async def list_matches(supplier_id: UUID, caller: Owner, paging: Paging) -> Page[MatchView]:
        """List a firm's matches, the best first, and behind them those that were answered and do not hold now."""
        known = await own(supplier_id, caller)
        best_first = sorted(known.matches, key=lambda match: (not match.holds, -match.score, match.requirement_id))
        ids = [match.requirement_id for match in best_first]
        ids += [each.requirement_id for each in known.answers if each.requirement_id not in ids]
        asked, rules, today = await queries.find_requirements(database, ids), catalogue.rules(), day(now())
        found = [candidate.of(known, match_id(known.id, id_), asked[id_], rules, today) for id_ in ids if id_ in asked]
        return Page[MatchView].of_all([each for each in found if each], paging, MatchView.of_candidate)

    return api


async def own_offering(database: Database, supplier_id: UUID) -> Offering:
    """The offering of a firm. Raises a problem where nothing is known of it."""
    known = await queries.find_offering(database, supplier_id)
    if known is None:
        raise _unknown()
    return known


def _unknown() -> Problem:
    return Problem(404, "offering_unknown")
