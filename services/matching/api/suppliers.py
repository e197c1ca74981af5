"""What a supplier sees of its own offering: alignment with its reasons, and matches."""

from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter

from services.matching import catalogue
from services.matching.domain import candidate
from services.matching.domain.alignment import missing
from services.matching.domain.candidate import Candidate
from services.matching.domain.match import match_id
from services.matching.domain.offering import Profile
from services.matching.domain.reading import may_read, names_anchor, read
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.store import queries
from services.matching.views.matches import AlignedView, AlignmentView, MatchView
from services.matching.views.reading import ReadingView
from shared.contracts.event import AreaCode
from shared.days import day_of
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import SEES_ALL, Caller, Role, allow
from shared.service.http import Page, Paging, Problem, Show, routes

V = TypeVar("V", AlignedView, MatchView)

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
        lacks = () if met else missing(supplier_id, profile, asked, rules, day_of(now()), withdrawn=known.withdrawn)
        view = AlignmentView.of_alignment(supplier_id, met, lacks, rules.version)
        if caller.roles & SEES_ALL:
            return show.shown(view)
        named = {each.id for some in asked.values() for each in some if names_anchor(known, each)}
        told = [each if each.requirement_id in named else _unnamed(each) for each in view.requirements]
        return show.shown(view.model_copy(update={"requirements": told}))

    async def registered(supplier_id: UUID, caller: Caller) -> tuple[Offering, Profile]:
        known = await own(supplier_id, caller)
        if known.profile is None:
            raise _unknown()
        return known, known.profile

    @api.get("/suppliers/{supplier_id}/requirements")
    async def read_requirements(
        supplier_id: UUID, caller: Owner, paging: Paging, area: AreaCode | None = None
    ) -> Page[ReadingView]:
        """List what is asked in a firm's areas now, in the order in which it came, and how the firm stands on each.

        Who asks is named where it chose so, or knows the firm. Other firms are nowhere in it.
        """
        known, profile = await registered(supplier_id, caller)
        areas = [each for each in profile.areas if area in (None, each)]
        found = await queries.asked_in(database, areas, paging.position(UUID), paging.fetch)
        rules, today = catalogue.rules(), day_of(now())
        return Page[ReadingView].of_rows(
            found,
            paging,
            lambda each: ReadingView.of_reading(read(known, each, rules, today), rules.version),
            lambda each: each.id,
        )

    @api.get("/suppliers/{supplier_id}/requirements/{requirement_id}")
    async def read_requirement(supplier_id: UUID, requirement_id: UUID, caller: Owner, show: Show) -> ReadingView:
        """Show one of them."""
        known, _ = await registered(supplier_id, caller)
        asked, rules = await readable(database, known, requirement_id), catalogue.rules()
        return show.shown(ReadingView.of_reading(read(known, asked, rules, day_of(now())), rules.version))

    @api.get("/suppliers/{supplier_id}/matches")
    async def list_matches(supplier_id: UUID, caller: Owner, paging: Paging) -> Page[MatchView]:
        """List a firm's matches, the best first, and behind them those that were answered and do not hold now."""
        known = await own(supplier_id, caller)
        best_first = sorted(known.matches, key=lambda match: (not match.holds, -match.score, match.requirement_id))
        ids = [match.requirement_id for match in best_first]
        ids += [each.requirement_id for each in known.answers if each.requirement_id not in ids]
        asked, rules, today = await queries.find_requirements(database, ids), catalogue.rules(), day_of(now())
        found = [candidate.of(known, match_id(known.id, id_), asked[id_], rules, today) for id_ in ids if id_ in asked]

        def view(candidate: Candidate) -> MatchView:
            shown = MatchView.of_candidate(candidate)
            told = caller.roles & SEES_ALL or names_anchor(known, asked[candidate.answers.requirement_id])
            return shown if told else _unnamed(shown)

        return Page[MatchView].of_all([each for each in found if each], paging, view)

    return api


async def own_offering(database: Database, supplier_id: UUID) -> Offering:
    """The offering of a firm. Raises a problem where nothing is known of it."""
    known = await queries.find_offering(database, supplier_id)
    if known is None:
        raise _unknown()
    return known


async def readable(database: Database, offering: Offering, requirement_id: UUID) -> Requirement:
    """What is asked, if the firm may read it. Raises a problem where it is closed or of another area, as where it is
    not there.
    """
    asked = await queries.find_requirement(database, requirement_id)
    if asked is None or not may_read(offering, asked):
        raise Problem(404, "requirement_unknown")
    return asked


def _unnamed(view: V) -> V:
    """Without who asks."""
    return view.model_copy(update={"anchor_id": None})


def _unknown() -> Problem:
    return Problem(404, "offering_unknown")
