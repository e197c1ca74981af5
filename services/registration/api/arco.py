"""The one door for access, rectification, cancellation and objection: in person, or written down by an operator."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter

from services.registration import store
from services.registration.domain.arco import ArcoRequest, Status
from services.registration.handlers import SUPPLIER_UNKNOWN
from services.registration.handlers import arco as handlers
from services.registration.handlers.arco import ARCO_UNKNOWN
from services.registration.store.arco import all_arco, arco_of, arco_requests, arco_row, open_arco, urgency
from services.registration.store.held import personal_of
from services.registration.views.arco import ArcoAnswerBody, ArcoBody, ArcoExtensionBody, ArcoView
from shared.contracts.times import Day
from shared.days import day_of
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.service.callers import Caller, Role, allow
from shared.service.http import Create, Page, Paging, Replace, Show, Strict, accepted, routes

OwnOrOperator = Annotated[Caller, allow(Role.SUPPLIER, Role.OPERATOR)]
Operator = Annotated[Caller, allow(Role.OPERATOR)]


def router(commands: Commands, database: Database) -> APIRouter:
    """The routes of ARCO requests."""
    api = routes("arco")

    @api.post("/suppliers/{supplier_id}/arco-requests", status_code=201)
    async def ask_arco(supplier_id: UUID, body: Strict[ArcoBody], caller: OwnOrOperator, create: Create) -> ArcoView:
        """Ask for access, rectification, cancellation or objection; an operator writes down what somebody asked for.

        Also once the firm has left. The answer comes within twenty working days.
        """
        caller.require_supplier(supplier_id)
        accepted(await store.find_supplier(database, supplier_id) or SUPPLIER_UNKNOWN)
        today, id_ = day_of(now()), new_id()
        mine = caller.supplier_id == supplier_id
        asked = ArcoRequest(
            id_, supplier_id, body.arco_right, body.wanted, today, handlers.deadline(today), caller.subject, mine
        )
        async with database.connection() as connection:
            waiting = await open_arco(connection, supplier_id)
        return await create.run(commands, arco_requests, id_, lambda _, __: handlers.make(asked, waiting), ArcoView.of)

    @api.get("/suppliers/{supplier_id}/arco-requests")
    async def list_arco(supplier_id: UUID, caller: OwnOrOperator, paging: Paging) -> Page[ArcoView]:
        """List a firm's requests in the order in which they came, with what became of them."""
        caller.require_supplier(supplier_id)
        accepted(await store.find_supplier(database, supplier_id) or SUPPLIER_UNKNOWN)
        async with database.connection() as connection:
            rows = await arco_of(connection, supplier_id, paging.position(UUID), paging.fetch)
        return Page[ArcoView].of_rows(rows, paging, ArcoView.of, lambda row: row.id)

    @api.get("/arco-requests")
    async def list_all_arco(
        _: Operator, paging: Paging, status: Status | Literal["all"] = "received"
    ) -> Page[ArcoView]:
        """List the requests of all firms that wait for their answer, or of another status, or `all`.

        The most urgent first, by the last day for what is next; then those with which nothing is left to be done.
        """
        async with database.connection() as connection:
            rows = await all_arco(connection, status, paging.position(tuple[Day, UUID]), paging.fetch)
        return Page[ArcoView].of_rows(rows, paging, ArcoView.of, lambda row: (urgency(row), row.id))

    @api.get("/arco-requests/{request_id}")
    async def show_arco(request_id: UUID, caller: OwnOrOperator, show: Show) -> ArcoView:
        """Show one request."""
        return show.shown(ArcoView.of(await _known(database, request_id, caller)))

    @api.post("/arco-requests/{request_id}/answer")
    async def answer_arco(
        request_id: UUID, body: Strict[ArcoAnswerBody], caller: Operator, replace: Replace
    ) -> ArcoView:
        """Answer a request: what was done, or on what ground not. Of another firm than the operator's own.

        Less than all is not answered by whoever wrote the request down, and nothing by whoever asked; nor that nothing
        is held while something is, unless none of it is what was asked for (409), which is kept with the answer.
        """
        request = await _known(database, request_id, caller)
        caller.require_outsider(request.supplier_id)
        by, today = caller.subject, day_of(now())
        async with database.connection() as connection:
            held = await personal_of(connection, request.supplier_id)
        return await replace.run(
            commands,
            arco_requests,
            request_id,
            lambda state, _: handlers.answer(
                state, body.outcome, body.ground, body.answer, by, today, held, none_of_it=body.none_of_it
            ),
            ArcoView.of,
        )

    @api.post("/arco-requests/{request_id}/completion")
    async def complete_arco(request_id: UUID, caller: Operator, replace: Replace) -> ArcoView:
        """Say that what was granted is done: until then the request stands among those with a term that runs."""
        caller.require_outsider((await _known(database, request_id, caller)).supplier_id)
        by, today = caller.subject, day_of(now())
        return await replace.run(
            commands, arco_requests, request_id, lambda state, _: handlers.carry_out(state, by, today), ArcoView.of
        )

    @api.post("/arco-requests/{request_id}/extension")
    async def extend_arco(
        request_id: UUID, body: Strict[ArcoExtensionBody], caller: Operator, replace: Replace
    ) -> ArcoView:
        """Extend the term that runs, to answer or to carry out: once, by as many days, and before it is over.

        The law allows it where the case calls for it; whoever asked reads the reason.
        """
        caller.require_outsider((await _known(database, request_id, caller)).supplier_id)
        by, today = caller.subject, day_of(now())
        return await replace.run(
            commands,
            arco_requests,
            request_id,
            lambda state, _: handlers.extend(state, body.reason, by, today),
            ArcoView.of,
        )

    return api


async def _known(database: Database, request_id: UUID, caller: Caller) -> ArcoRequest:
    async with database.connection() as connection:
        found = accepted(await arco_row(connection, request_id) or ARCO_UNKNOWN)
    caller.require_supplier(found.supplier_id)
    return found
