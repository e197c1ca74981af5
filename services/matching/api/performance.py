"""Performance after award: an anchor reports a month or takes that back, the firm reads and answers it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.matching import catalogue
from services.matching.api.access import Buyer
from services.matching.api.matches import in_its_area, own, seen_by
from services.matching.api.suppliers import Owner, own_offering
from services.matching.domain.performance import Reply, Retraction
from services.matching.handlers import performance
from services.matching.store.offerings import offerings
from services.matching.views.matches import CandidateView
from services.matching.views.performance import PerformanceView, ReplyBody, ReportBody, RetractionBody
from shared.contracts.performance import Month
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import Caller, Role, allow
from shared.service.http import Replace, Show, Strict, routes

Firm = Annotated[Caller, allow(Role.SUPPLIER)]


def router(commands: Commands, database: Database) -> APIRouter:
    """The routes of performance."""
    api = routes("performance")

    @api.put("/matches/{match_id}/performance/{month}")
    async def report_performance(
        match_id: UUID, month: Month, body: Strict[ReportBody], caller: Buyer, replace: Replace
    ) -> CandidateView:
        """Report how a firm delivered in a month in which the anchor bought. Other figures of it replace those before,
        which stay on record.
        """
        asked = await own(database, match_id, caller)
        first, rules = _first(month), catalogue.rules()
        return await replace.run(
            commands,
            offerings,
            asked.supplier_id,
            lambda state, _: performance.report(
                in_its_area(asked, state), match_id, first, body.figures, caller.subject, now(), rules
            ),
            seen_by(caller, asked),
        )

    @api.post("/matches/{match_id}/performance/{month}/retraction")
    async def retract_performance(
        match_id: UUID, month: Month, body: Strict[RetractionBody], caller: Buyer, replace: Replace
    ) -> CandidateView:
        """Take back what was reported of a month, which stays on record; it can be reported again."""
        asked = await own(database, match_id, caller)
        retraction, first, rules = Retraction(body.reason, caller.subject, now()), _first(month), catalogue.rules()
        return await replace.run(
            commands,
            offerings,
            asked.supplier_id,
            lambda state, _: performance.retract(in_its_area(asked, state), match_id, first, retraction, now(), rules),
            seen_by(caller, asked),
        )

    @api.get("/suppliers/{supplier_id}/performance")
    async def show_performance(supplier_id: UUID, caller: Owner, show: Show) -> PerformanceView:
        """Show how a firm delivers what was awarded to it: what counts, what it states, and every report."""
        caller.require_supplier(supplier_id)
        return show.shown(PerformanceView.of_offering(await own_offering(database, supplier_id)))

    @api.put("/suppliers/{supplier_id}/performance/{match_id}/{month}/answer")
    async def answer_performance(
        supplier_id: UUID, match_id: UUID, month: Month, body: Strict[ReplyBody], caller: Firm, replace: Replace
    ) -> PerformanceView:
        """Accept or contest what an anchor reported of a month. The figures stay; the anchor may report others."""
        caller.require_supplier(supplier_id)
        await own_offering(database, supplier_id)
        reply, first = Reply(body.answer, caller.subject, now(), body.reason), _first(month)
        return await replace.run(
            commands,
            offerings,
            supplier_id,
            lambda state, _: performance.answer(state, match_id, first, reply, now()),
            PerformanceView.of_offering,
        )

    return api


def _first(month: str) -> date:
    """The first day of a month."""
    return date.fromisoformat(f"{month}-01")
