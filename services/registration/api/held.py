"""What is held of a firm that it did not say itself: for its own people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registration.store import find_supplier, held
from services.registration.views.held import HeldView, MergerView, OwnProspectView
from shared.runtime.database import Database
from shared.service.callers import Caller, Role, allow
from shared.service.http import Problem, Show, routes

OwnOrOperator = Annotated[Caller, allow(Role.SUPPLIER, Role.OPERATOR)]


def router(database: Database) -> APIRouter:
    """The route of it."""
    api = routes("suppliers")

    @api.get("/suppliers/{supplier_id}/held")
    async def show_held(supplier_id: UUID, caller: OwnOrOperator, show: Show) -> HeldView:
        """Show what is held of a firm that it did not say: plants of public registers, and mergers.

        Nothing tells what another firm has, and operators are not named: that is not the firm's to know. Operators see
        likeness at `/twins`.
        """
        caller.require_supplier(supplier_id)
        if await find_supplier(database, supplier_id) is None:
            raise Problem(404, "supplier_unknown")
        async with database.connection() as connection:
            plants = await held.prospects_of(connection, supplier_id)
            mergers = await held.mergers_of(connection, supplier_id)
            personal = await held.personal_of(connection, supplier_id)
        return show.shown(
            HeldView(
                personal=tuple(personal),
                prospects=tuple(map(OwnProspectView.of_prospect, plants)),
                mergers=tuple(map(MergerView.of, mergers)),
            )
        )

    return api
