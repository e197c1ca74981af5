"""Suppliers: look at, change, release, withdraw, and whose an RFC is."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.registration import handlers, store
from services.registration.api.attachments import require_known
from services.registration.api.past import supplier_on
from services.registration.domain.rfc import normalise
from services.registration.domain.supplier import Supplier, Teller
from services.registration.store import disputing, registry_of, suppliers
from services.registration.store.searching import page_of_suppliers
from services.registration.views import (
    ReleaseBody,
    SupplierBody,
    SupplierSummary,
    SupplierView,
    WithdrawalBody,
)
from services.registration.views.origins import OriginsView
from services.registration.views.past import SupplierThenView
from services.registration.views.search import Filter, SearchBody
from shared.contracts.event import Day
from shared.days import day_of
from shared.messaging.commands import About, Commands
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import Caller, Role, allow
from shared.service.http import Change, Page, Paging, Problem, Replace, Show, Strict, routes

BY_OPERATOR = allow(Role.OPERATOR)
Operator = Annotated[Caller, BY_OPERATOR]
OwnOrOperator = Annotated[Caller, allow(Role.SUPPLIER, Role.OPERATOR)]


def router(commands: Commands, database: Database) -> APIRouter:
    """The routes of suppliers."""
    api = routes("suppliers")
    _add_reading(api, database)
    _add_changing(api, commands, database)
    _add_operating(api, commands)
    return api


def _add_reading(api: APIRouter, database: Database) -> None:
    @api.get("/suppliers", dependencies=[BY_OPERATOR])
    async def list_suppliers(paging: Paging, wanted: Annotated[Filter, Query()]) -> Page[SupplierSummary]:
        """List the suppliers that fit, in the order in which they came."""
        found = await page_of_suppliers(database, wanted.sought(), paging.position(UUID), paging.fetch)
        return Page[SupplierSummary].of_rows(found, paging, SupplierSummary.of, lambda supplier: supplier.id)

    @api.post("/suppliers/search", dependencies=[BY_OPERATOR])
    async def search_suppliers(body: Strict[SearchBody], paging: Paging) -> Page[SupplierSummary]:
        """Find suppliers by name, folio, RFC or whatever `GET /suppliers` filters by, those that have withdrawn too.

        It comes in the body: of a natural person it is personal data, and addresses end in logs.
        """
        found = await page_of_suppliers(database, body.sought(), paging.position(UUID), paging.fetch)
        return Page[SupplierSummary].of_rows(found, paging, SupplierSummary.of, lambda supplier: supplier.id)

    @api.get("/suppliers/{supplier_id}")
    async def show_supplier(
        supplier_id: UUID, caller: OwnOrOperator, show: Show, as_of: Annotated[Day | None, Query()] = None
    ) -> SupplierView | SupplierThenView:
        """Show a supplier's whole profile, and what was decided on it; or what it was at the end of a day.

        Days are those of Mexico City, the present one as it is so far. What it was has no contact, nor what is not
        kept: who held it, and what a list said.
        """
        caller.require_supplier(supplier_id)
        supplier = await store.find_supplier(database, supplier_id)
        if supplier is None:
            raise Problem(404, "supplier_unknown")
        if as_of is not None:
            return show.shown(await supplier_on(database, supplier, as_of))
        return show.shown(SupplierView.of(supplier))

    @api.get("/suppliers/{supplier_id}/origins")
    async def show_origins(
        supplier_id: UUID, caller: OwnOrOperator, show: Show, on: Annotated[Day | None, Query()] = None
    ) -> OriginsView:
        """Show whether the regional content of a firm's parts is enough, on a day: today where none is given."""
        caller.require_supplier(supplier_id)
        supplier = await store.find_supplier(database, supplier_id)
        if supplier is None:
            raise Problem(404, "supplier_unknown")
        return show.shown(OriginsView.judged(supplier.offering.origins, on or day_of(now())))


def _add_changing(api: APIRouter, commands: Commands, database: Database) -> None:
    @api.put("/suppliers/{supplier_id}")
    async def change_supplier(
        supplier_id: UUID, body: Strict[SupplierBody], caller: OwnOrOperator, replace: Replace
    ) -> SupplierView:
        """Replace a supplier's whole profile.

        The RFC only while it is held; it is then judged anew. Without `contact` the one that is there stays: erasing it
        is an act of its own.
        """
        caller.require_supplier(supplier_id)
        profile = body.profile()
        digests = {each.sha256 for each in body.offering.certificates if each.sha256 is not None}
        await require_known(database, supplier_id, digests)
        own = Role.SUPPLIER in caller.roles and caller.supplier_id == supplier_id
        teller: Teller = "firm" if own else "operator"
        return await replace.run(
            commands,
            suppliers,
            supplier_id,
            lambda state, registry: handlers.change(state, profile, caller.subject, now(), registry, teller),
            SupplierView.of,
            About(registry_of, (normalise(profile.rfc),)),
        )

    @api.post("/suppliers/{supplier_id}/withdrawal")
    async def withdraw_supplier(
        supplier_id: UUID, body: Strict[WithdrawalBody], caller: OwnOrOperator, change: Change
    ) -> SupplierView:
        """Withdraw a supplier: it no longer takes part.

        An operator who registered it or changed its profile cannot, and none can while its RFC is disputed: the dispute
        decides who leaves.
        """
        caller.require_supplier(supplier_id)
        own = Role.SUPPLIER in caller.roles and caller.supplier_id == supplier_id
        if not own:
            caller.require_outsider(supplier_id)

        def decide(state: Supplier | None, disputed: frozenset[UUID]) -> Decision[Supplier] | Refused:
            if own:
                return handlers.withdraw(state, body.reason, now())
            return handlers.put_out(state, body.reason, caller.subject, now(), disputed)

        named = About(disputing, (str(supplier_id),))
        return await change.run(commands, suppliers, supplier_id, decide, SupplierView.of, named)


def _add_operating(api: APIRouter, commands: Commands) -> None:
    @api.post("/suppliers/{supplier_id}/release")
    async def release_supplier(
        supplier_id: UUID, body: Strict[ReleaseBody], caller: Operator, change: Change
    ) -> SupplierView:
        """Confirm reasons for which a supplier is held; without the last one it takes part.

        Whoever registered it or changed its profile cannot.
        """
        caller.require_outsider(supplier_id)
        return await change.run(
            commands,
            suppliers,
            supplier_id,
            lambda state, _: handlers.release(state, body.reasons, caller.subject, now()),
            SupplierView.of,
        )
