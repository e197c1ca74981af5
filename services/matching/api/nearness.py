"""Near misses, and what would lift a result most."""

from uuid import UUID

from fastapi import APIRouter

from services.matching import catalogue
from services.matching.api.access import Reader
from services.matching.api.matches import hidden, known
from services.matching.api.suppliers import Owner, own_offering, readable
from services.matching.domain.lifting import lifts, widest
from services.matching.domain.reading import names_anchor
from services.matching.domain.requirement import Requirement
from services.matching.handlers.refusal import refused
from services.matching.store import nearness, queries
from services.matching.store.nearness import Near, Place
from services.matching.views.nearness import (
    GateCountView,
    LiftView,
    NearCountsView,
    NearFirmView,
    NearRequirementView,
    WideLiftView,
)
from shared.days import day_of
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import SEES_ALL, Caller
from shared.service.http import Page, Paging, Show, accepted, routes


def router(database: Database) -> APIRouter:
    """The routes of near misses and lifts."""
    api = routes("nearness")
    _add_for_buyers(api, database)
    _add_for_firms(api, database)
    return api


async def _own(database: Database, requirement_id: UUID, caller: Caller) -> Requirement:
    asked = accepted(await queries.find_requirement(database, requirement_id) or refused("requirement_unknown"))
    caller.require_anchor(asked.anchor_id)
    return asked


def _add_for_buyers(api: APIRouter, database: Database) -> None:
    @api.get("/requirements/{requirement_id}/near-misses")
    async def list_near_firms(requirement_id: UUID, caller: Reader, paging: Paging) -> Page[NearFirmView]:
        """List the firms that miss a requirement by one gate, those that score best as they are first."""
        asked = await _own(database, requirement_id, caller)
        found = await nearness.near_firms(database, asked.id, paging.position(Place), paging.fetch)
        is_hidden = not caller.roles & SEES_ALL
        return Page[NearFirmView].of_rows(
            found,
            paging,
            lambda each: NearFirmView.of_near(each.offering, each.miss, hidden=is_hidden),
            lambda each: each.place,
        )

    @api.get("/requirements/{requirement_id}/near-misses/counts")
    async def count_near_firms(requirement_id: UUID, caller: Reader, show: Show) -> NearCountsView:
        """Count the firms that miss a requirement by each gate alone."""
        asked = await _own(database, requirement_id, caller)
        counts = await nearness.near_counts(database, asked)
        gates = [GateCountView.model_validate({"gate": gate, "firms": firms}) for gate, firms in counts.items()]
        return show.shown(NearCountsView(requirement_id=asked.id, gates=gates, rules=catalogue.rules().version))

    @api.get("/matches/{match_id}/lifts")
    async def list_lifts_of_match(match_id: UUID, caller: Reader, paging: Paging) -> Page[LiftView]:
        """List what single changes of the firm would lift a match, the one that lifts it most first."""
        found = await known(database, match_id)
        caller.require_anchor(found.candidate.answers.anchor_id)
        offering = await own_offering(database, found.supplier_id)
        supplier_id = None if hidden(found.candidate, caller) else found.supplier_id
        rules, today = catalogue.rules(), day_of(now())
        need = found.requirement.need_of(found.supplier_id, today)
        lifted = lifts(offering.profile, need, rules, today, withdrawn=offering.withdrawn) if offering.profile else ()
        return Page[LiftView].of_all(lifted, paging, lambda lift: LiftView.of_lift(supplier_id, lift))


def _add_for_firms(api: APIRouter, database: Database) -> None:
    @api.get("/suppliers/{supplier_id}/near-misses")
    async def list_near_requirements(supplier_id: UUID, caller: Owner, paging: Paging) -> Page[NearRequirementView]:
        """List the requirements that a firm misses by one gate, those that it scores best at first."""
        caller.require_supplier(supplier_id)
        offering = await own_offering(database, supplier_id)
        found = await nearness.near_requirements(database, offering, paging.position(Place), paging.fetch)

        def view(each: Near) -> NearRequirementView:
            told = bool(caller.roles & SEES_ALL) or names_anchor(offering, each.requirement)
            return NearRequirementView.of_near(offering, each.requirement, each.miss, names_anchor=told)

        return Page[NearRequirementView].of_rows(found, paging, view, lambda each: each.place)

    @api.get("/suppliers/{supplier_id}/lifts")
    async def list_lifts(supplier_id: UUID, caller: Owner, paging: Paging) -> Page[WideLiftView]:
        """List what single changes would open most requirements for a firm, or raise most points, the best first.

        Weighed are the requirements that it misses by one gate and those that it meets with the fewest points, a
        hundred of each at most; each change is judged as if it were so.
        """
        caller.require_supplier(supplier_id)
        offering = await own_offering(database, supplier_id)
        asked = await nearness.liftable(database, offering)
        rules, today = catalogue.rules(), day_of(now())
        wide = (
            widest(supplier_id, offering.profile, asked, rules, today, withdrawn=offering.withdrawn)
            if offering.profile
            else ()
        )
        return Page[WideLiftView].of_all(wide, paging, lambda each: WideLiftView.of_wide(supplier_id, each))

    @api.get("/suppliers/{supplier_id}/requirements/{requirement_id}/lifts")
    async def list_lifts_for_requirement(
        supplier_id: UUID, requirement_id: UUID, caller: Owner, paging: Paging
    ) -> Page[LiftView]:
        """List what single changes of a firm would open a requirement for it, or raise its points there."""
        caller.require_supplier(supplier_id)
        offering = await own_offering(database, supplier_id)
        asked, rules = await readable(database, offering, requirement_id), catalogue.rules()
        today = day_of(now())
        need = asked.need_of(supplier_id, today)
        lifted = lifts(offering.profile, need, rules, today, withdrawn=offering.withdrawn) if offering.profile else ()
        return Page[LiftView].of_all(lifted, paging, lambda lift: LiftView.of_lift(supplier_id, lift))
