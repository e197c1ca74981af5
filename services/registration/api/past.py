"""Suppliers as they were: their profiles one after the other, and a supplier on a day."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registration import store
from services.registration.domain.supplier import Supplier
from services.registration.handlers import SUPPLIER_UNKNOWN
from services.registration.store import past
from services.registration.views.past import PastView, SupplierThenView
from shared.contracts.event import Moment
from shared.days import day_of, end_of
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import Caller, Role, allow
from shared.service.http import Page, Paging, Problem, accepted, routes

OwnOrOperator = Annotated[Caller, allow(Role.SUPPLIER, Role.OPERATOR)]
Place = tuple[Moment]
"""Until when a profile was so."""


def router(database: Database) -> APIRouter:
    """The route of profiles."""
    api = routes("suppliers")

    @api.get("/suppliers/{supplier_id}/past")
    async def list_past(supplier_id: UUID, caller: OwnOrOperator, paging: Paging) -> Page[PastView]:
        """List what a supplier's profile was before it is as it is, the latest first. Contacts are in none of them."""
        caller.require_supplier(supplier_id)
        accepted(await store.find_supplier(database, supplier_id) or SUPPLIER_UNKNOWN)
        place = paging.position(Place)
        found = await past.page_of_past(database, supplier_id, place[0] if place else None, paging.fetch)
        return Page[PastView].of_rows(found, paging, PastView.of_past, lambda each: (each.until,))

    return api


async def supplier_on(database: Database, supplier: Supplier, day: date) -> SupplierThenView:
    """A supplier at the end of a day. Raises Problem for a day that is not yet over, nor begun, or before it came."""
    if day > day_of(now()):
        raise Problem(422, "as_of_in_future", at="query.as_of")
    if supplier.received_at >= end_of(day):
        raise Problem(404, "as_of_too_early", day=day_of(supplier.received_at).isoformat())
    then = await past.past_at(database, supplier.id, end_of(day))
    return SupplierThenView.then(supplier, then, day)
