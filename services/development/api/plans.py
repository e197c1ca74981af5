"""Plans of the selected firms."""

from uuid import UUID

from fastapi import APIRouter

from services.development import catalogue, store
from services.development.api.access import Giving, Operator, SeesPlan, Staff
from services.development.api.planned import author, planned, view
from services.development.domain.plan import PlanStatus
from services.development.handlers import plans as handlers
from services.development.handlers.refusal import refused
from services.development.store import candidates
from services.development.views.assignment import AssignmentBody, AssignmentView
from services.development.views.history import ChangeView, changes_of
from services.development.views.plans import PastPlanView, PlanView
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Page, Paging, Replace, Show, Strict, accepted, routes


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("plans", prefix="/plans")

    @api.get("")
    async def list_plans(
        caller: Staff, paging: Paging, status: PlanStatus | None = None, *, mine: bool = False
    ) -> Page[PlanView]:
        """List the firms' plans; with `mine`, those of the firms whose mentor the caller is."""
        mentor = caller.subject if mine else None
        async with database.connection() as connection:
            rows = await store.with_plans(connection, status, mentor, paging.position(UUID), paging.fetch)
        return Page[PlanView].of_rows(rows, paging, view, lambda firm: firm.id)

    @api.get("/{supplier_id}")
    async def show_plan(supplier_id: UUID, caller: SeesPlan, show: Show) -> PlanView:
        """Show a firm's plan: its activities, what they close and what they cost."""
        caller.require_supplier(supplier_id)
        return show.shown(view(await planned(database, supplier_id)))

    @api.get("/{supplier_id}/past")
    async def list_past_plans(supplier_id: UUID, caller: SeesPlan, paging: Paging) -> Page[PastPlanView]:
        """List a firm's plans of cohorts before, as they were when they ended."""
        caller.require_supplier(supplier_id)
        async with database.connection() as connection:
            firm = accepted(await store.candidate(connection, supplier_id) or refused("candidate_not_found"))
        modules = catalogue.modules()
        return Page[PastPlanView].of_all(
            firm.past_plans, paging, lambda past: PastPlanView.of_past(firm, past, modules)
        )

    @api.get("/{supplier_id}/history")
    async def list_changes(supplier_id: UUID, caller: SeesPlan, paging: Paging) -> Page[ChangeView]:
        """List what became of a firm's plans, the oldest first: what changed, when, by whom of the two, and why."""
        caller.require_supplier(supplier_id)
        async with database.connection() as connection:
            firm = accepted(await store.candidate(connection, supplier_id) or refused("candidate_not_found"))
        return Page[ChangeView].of_all(changes_of(firm), paging, lambda change: change)

    @api.post("/{supplier_id}/revision/agreement")
    async def agree_revision(supplier_id: UUID, caller: Giving, replace: Replace) -> PlanView:
        """Agree on what is added to a plan for gaps that came later, as the firm or as its mentor.

        With both, which are two people, the plan has the activities. `If-Match` names the proposal that was read.
        """
        agreeing = author(caller, supplier_id)
        await planned(database, supplier_id)
        return await replace.run(
            commands, candidates, supplier_id, lambda firm, _: handlers.agree_revision(firm, agreeing, now()), view
        )

    @api.post("/{supplier_id}/agreement")
    async def agree_plan(supplier_id: UUID, caller: Giving, replace: Replace) -> PlanView:
        """Agree on the proposed plan, as the firm, or as its mentor for the program.

        It holds with both, who are two people; nobody agrees on a firm's behalf. `If-Match` names the plan that was
        read: one that was proposed anew since is not agreed unread.
        """
        agreeing = author(caller, supplier_id)
        await planned(database, supplier_id)
        return await replace.run(
            commands, candidates, supplier_id, lambda firm, _: handlers.agree_plan(firm, agreeing, now()), view
        )

    _add_assignment(api, commands, database)
    return api


def _add_assignment(api: APIRouter, commands: Commands, database: Database) -> None:
    @api.get("/{supplier_id}/assignment")
    async def show_assignment(supplier_id: UUID, _: Staff, show: Show) -> AssignmentView:
        """Show who is a firm's mentor."""
        return show.shown(AssignmentView.of_firm(await planned(database, supplier_id)))

    @api.put("/{supplier_id}/assignment")
    async def assign_mentor(
        supplier_id: UUID, body: Strict[AssignmentBody], caller: Operator, replace: Replace
    ) -> AssignmentView:
        """Assign a firm's mentor, by the subject of their token.

        Only they complete its activities. Nobody assigns themselves.
        """
        caller.require_outsider(supplier_id)
        await planned(database, supplier_id)
        return await replace.run(
            commands,
            candidates,
            supplier_id,
            lambda firm, _: handlers.assign_mentor(firm, body.mentor, caller.subject, now()),
            AssignmentView.of_firm,
        )
