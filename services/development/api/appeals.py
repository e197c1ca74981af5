"""Appeals: a firm says why it should have a place, and the program answers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.development.api.access import Firm, Operator
from services.development.api.cohorts import keep_override, known, there
from services.development.api.waiting_list import waiting_list
from services.development.domain.appeal import Answer, Appeal, AppealStatus, appeal_id
from services.development.domain.cohort import Cohort
from services.development.domain.outcome import Outcome, outcome_id
from services.development.handlers import appeals as handlers
from services.development.store import appeals, candidates, cohorts, outcomes
from services.development.store import rounds as reads
from services.development.views.outcomes import AppealBody, CaseView, DecisionBody, OutcomeView
from shared.contracts.event import Moment
from shared.messaging.commands import Commands, CommandUnit
from shared.messaging.decision import Decision
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.http import Page, Paging, Replace, Strict, accepted, routes

Status = Annotated[AppealStatus | None, Query(description="Only those that stand so.")]


def router(commands: Commands, database: Database) -> APIRouter:
    api = routes("appeals", prefix="/cohorts/{cohort_id}")
    _add_of_the_firm(api, commands)
    _add_of_the_program(api, commands, database)
    return api


def _add_of_the_firm(api: APIRouter, commands: Commands) -> None:
    @api.post("/firms/{supplier_id}/appeal")
    async def appeal_outcome(
        cohort_id: UUID, supplier_id: UUID, body: Strict[AppealBody], caller: Firm, replace: Replace
    ) -> OutcomeView:
        """Appeal against having no place, with the reason, until the day that the outcome names.

        `If-Match` is of the outcome as it was read.
        """
        caller.require_supplier(supplier_id)

        async def make(unit: CommandUnit) -> OutcomeView:
            cohort, said, before = await _load(unit, cohort_id, supplier_id)
            _check(replace, cohort, said, before)
            decision = accepted(handlers.make_appeal(cohort, said, before, body.reason, caller.subject, now()))
            unit.apply(appeals, appeal_id(cohort_id, supplier_id), decision, about=supplier_id)
            return _view(cohort, said, decision.state)

        return replace.shown(await commands.run_unit(replace.cause, make))

    @api.delete("/firms/{supplier_id}/appeal")
    async def withdraw_appeal(cohort_id: UUID, supplier_id: UUID, caller: Firm, replace: Replace) -> OutcomeView:
        """Take an appeal back, while nobody answered it. Until the last day it can be made anew."""
        caller.require_supplier(supplier_id)

        async def withdraw(unit: CommandUnit) -> OutcomeView:
            cohort, said, before = await _load(unit, cohort_id, supplier_id)
            _check(replace, cohort, said, before)
            decision = accepted(handlers.withdraw_appeal(before))
            unit.apply(appeals, appeal_id(cohort_id, supplier_id), decision, about=supplier_id)
            return _view(cohort, said, decision.state)

        return replace.shown(await commands.run_unit(replace.cause, withdraw))


def _add_of_the_program(api: APIRouter, commands: Commands, database: Database) -> None:
    @api.get("/appeals")
    async def list_appeals(cohort_id: UUID, _: Operator, paging: Paging, *, status: Status = None) -> Page[CaseView]:
        """List the appeals of a cohort, in the order in which they were made."""
        await known(database, cohort_id)
        async with database.connection() as connection:
            after = paging.position(tuple[Moment, UUID])
            rows = await reads.page_of_appeals(connection, cohort_id, status, after, paging.fetch)
        return Page[CaseView].of_rows(rows, paging, CaseView.of, lambda each: (each.made_at, each.id))

    @api.post("/firms/{supplier_id}/appeal/decision")
    async def decide_appeal(
        cohort_id: UUID, supplier_id: UUID, body: Strict[DecisionBody], caller: Operator, replace: Replace
    ) -> OutcomeView:
        """Answer a firm's appeal, for it to read.

        One that is upheld is an override with its history: the firm is the next to have a place
        (`/cohorts/{cohort_id}/replacements`), and the cohort has one more where it is full.
        None is upheld of a firm that has a place, or whose plan takes more than is left of the budget. Whoever made the
        selection, or kept the firm out of it, does not decide.
        """
        caller.require_outsider(supplier_id)

        async def decide(unit: CommandUnit) -> OutcomeView:
            cohort, said, before = await _load(unit, cohort_id, supplier_id)
            _check(replace, cohort, said, before)
            await unit.load(candidates, [supplier_id])
            held = await waiting_list(unit.connection, there(cohort))
            decided, put_in, told = accepted(
                handlers.decide_appeal(
                    cohort,
                    unit.state(candidates, supplier_id),
                    said,
                    before,
                    Answer(body.verdict, body.answer, caller.subject, now()),
                    held.list,
                    held.basis,
                )
            )
            if body.verdict == "upheld":
                await keep_override(unit, there(cohort), supplier_id, caller.subject)
            unit.apply(appeals, appeal_id(cohort_id, supplier_id), decided, about=supplier_id)
            unit.apply(cohorts, cohort_id, put_in, about=supplier_id)
            unit.apply(outcomes, told.id, Decision(told), about=supplier_id)
            return _view(put_in.state, told, decided.state)

        return replace.shown(await commands.run_unit(replace.cause, decide))


async def _load(
    unit: CommandUnit, cohort_id: UUID, supplier_id: UUID
) -> tuple[Cohort | None, Outcome | None, Appeal | None]:
    """The cohort's lock first, as a selection takes it."""
    recorded, made = outcome_id(cohort_id, supplier_id), appeal_id(cohort_id, supplier_id)
    await unit.load(cohorts, [cohort_id])
    await unit.load(outcomes, [recorded])
    await unit.load(appeals, [made])
    return unit.state(cohorts, cohort_id), unit.state(outcomes, recorded), unit.state(appeals, made)


def _check(replace: Replace, cohort: Cohort | None, said: Outcome | None, appeal: Appeal | None) -> None:
    if cohort is not None and said is not None:
        replace.check(OutcomeView.of_outcome(cohort, said, appeal, now()))


def _view(cohort: Cohort | None, said: Outcome | None, appeal: Appeal | None) -> OutcomeView:
    if said is None:
        raise ValueError("an appeal is against an outcome")
    return OutcomeView.of_outcome(there(cohort), said, appeal, now())
