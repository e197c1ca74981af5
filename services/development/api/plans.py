"""Plans of the selected firms."""

from uuid import UUID

from fastapi import APIRouter

from services.development import catalogue, store
from services.development.api.access import Firm, Giving, Mentor, Operator, SeesPlan, Staff
from services.development.domain.candidate import Candidate
from services.development.domain.plan import PlanStatus
from services.development.handlers import plans as handlers
from services.development.handlers.plans import Author
from services.development.handlers.refusal import refused
from services.development.store import candidates
from services.development.views.assignment import AssignmentBody, AssignmentView
from services.development.views.plans import CompletionBody, EvidenceBody, PlanView
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import Caller, Role
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
        return Page[PlanView].of_rows(rows, paging, _view, lambda firm: firm.id)

    @api.get("/{supplier_id}")
    async def show_plan(supplier_id: UUID, caller: SeesPlan, show: Show) -> PlanView:
        """Show a firm's plan: its activities, what they close and what they cost."""
        caller.require_supplier(supplier_id)
        return show.shown(_view(await _planned(database, supplier_id)))

    @api.post("/{supplier_id}/agreement")
    async def agree_plan(supplier_id: UUID, caller: Firm, replace: Replace) -> PlanView:
        """Agree on the proposed plan, as the firm.

        Nobody agrees on a firm's behalf. `If-Match` names the plan that was read: one that was proposed anew since is
        not agreed unread.
        """
        caller.require_supplier(supplier_id)
        await _planned(database, supplier_id)
        return await replace.run(
            commands, candidates, supplier_id, lambda firm, _: handlers.agree_plan(firm, now()), _view
        )

    _add_assignment(api, commands, database)
    _add_activities(api, commands, database)
    return api


def _add_assignment(api: APIRouter, commands: Commands, database: Database) -> None:
    @api.get("/{supplier_id}/assignment")
    async def show_assignment(supplier_id: UUID, _: Staff, show: Show) -> AssignmentView:
        """Show who is a firm's mentor."""
        return show.shown(AssignmentView.of_firm(await _planned(database, supplier_id)))

    @api.put("/{supplier_id}/assignment")
    async def assign_mentor(
        supplier_id: UUID, body: Strict[AssignmentBody], caller: Operator, replace: Replace
    ) -> AssignmentView:
        """Assign a firm's mentor, by the subject of their token.

        Only they complete its activities. Nobody assigns themselves.
        """
        caller.require_outsider(supplier_id)
        await _planned(database, supplier_id)
        return await replace.run(
            commands,
            candidates,
            supplier_id,
            lambda firm, _: handlers.assign_mentor(firm, body.mentor, caller.subject),
            AssignmentView.of_firm,
        )


def _add_activities(api: APIRouter, commands: Commands, database: Database) -> None:
    @api.post("/{supplier_id}/activities/{activity_id}/evidence")
    async def give_evidence(
        supplier_id: UUID, activity_id: UUID, body: Strict[EvidenceBody], caller: Giving, replace: Replace
    ) -> PlanView:
        """Give evidence of an activity's deliverable, as the firm or as its mentor.

        Whoever gives it is its author, and somebody else accepts it: of the firm's evidence, its mentor.
        """
        author = _author(caller, supplier_id)
        await _planned(database, supplier_id)
        return await replace.run(
            commands,
            candidates,
            supplier_id,
            lambda firm, _: handlers.give_evidence(firm, activity_id, body.evidence(), author, now()),
            _view,
        )

    @api.post("/{supplier_id}/activities/{activity_id}/completion")
    async def complete_activity(
        supplier_id: UUID, activity_id: UUID, body: Strict[CompletionBody], caller: Mentor, replace: Replace
    ) -> PlanView:
        """Accept an activity's evidence, as the firm's mentor: the activity is completed.

        The gap stays open until an assessor scores its question again.
        """
        caller.require_outsider(supplier_id)
        await _planned(database, supplier_id)
        return await replace.run(
            commands,
            candidates,
            supplier_id,
            lambda firm, _: handlers.complete_activity(firm, activity_id, body.evidence_id, caller.subject, now()),
            _view,
        )


def _author(caller: Caller, supplier_id: UUID) -> Author:
    """The firm's own people are that, whatever else they are."""
    if Role.SUPPLIER in caller.roles and caller.supplier_id == supplier_id:
        return Author(caller.subject, "supplier")
    caller.require_supplier(supplier_id)
    caller.require_outsider(supplier_id)
    return Author(caller.subject, "mentor")


async def _planned(database: Database, supplier_id: UUID) -> Candidate:
    """The firm, if it has a plan, which it then keeps."""
    async with database.connection() as connection:
        firm = await store.candidate(connection, supplier_id)
    return accepted(firm if firm is not None and firm.plan is not None else refused("plan_not_found"))


def _view(firm: Candidate) -> PlanView:
    return PlanView.of_firm(firm, catalogue.modules())
