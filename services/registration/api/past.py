"""Profiles as they were: one after the other, and on a day."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registration import store
from services.registration.store import past
from services.registration.views.past import PastView
from shared.contracts.event import Day, Moment
from shared.runtime.database import Database
from shared.service.callers import Caller, Role, allow
from shared.service.http import Page, Paging, Problem, Show, routes

OwnOrOperator = Annotated[Caller, allow(Role.SUPPLIER, Role.OPERATOR)]
Place = tuple[Moment]
"""Until when a profile was so."""


def router(database: Database) -> APIRouter:
    """The routes of what was."""
    api = routes("suppliers")

    @api.get("/suppliers/{supplier_id}/past")
    async def list_past(supplier_id: UUID, caller: OwnOrOperator, paging: Paging) -> Page[PastView]:
        """List what a supplier's profile was before it is as it is, the latest first. Contacts are in none of them."""
        caller.require_supplier(supplier_id)
        place = paging.position(Place)
        found = await past.page_of_past(database, supplier_id, place[0] if place else None, paging.fetch)
        return Page[PastView].of_rows(found, paging, PastView.of_past, lambda each: (each.until,))

    @api.get("/suppliers/{supplier_id}/past/{day}")
    async def show_past(supplier_id: UUID, day: Day, caller: OwnOrOperator, show: Show) -> PastView:
        """Show what a supplier's profile was at the end of a day (UTC), without its contact."""
        caller.require_supplier(supplier_id)
        supplier = await store.find_supplier(database, supplier_id)
        end = _end_of(day)
        if supplier is None or supplier.received_at >= end:
            raise Problem(404, "supplier_unknown")
        then = await past.past_at(database, supplier_id, end)
        return show.shown(PastView.of_present(supplier) if then is None else PastView.of_past(then))

    return api


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)
