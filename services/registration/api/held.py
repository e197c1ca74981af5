"""What is held of a firm that it did not say itself: for its own people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registration.store import held
from services.registration.views.held import DisputeView, HeldView, OwnProspectView, OwnTwinsView
from shared.runtime.database import Database
from shared.service.callers import Caller, Role, allow
from shared.service.http import Show, routes

OwnOrOperator = Annotated[Caller, allow(Role.SUPPLIER, Role.OPERATOR)]


def router(database: Database) -> APIRouter:
    """The route of it."""
    api = routes("suppliers")

    @api.get("/suppliers/{supplier_id}/held")
    async def show_held(supplier_id: UUID, caller: OwnOrOperator, show: Show) -> HeldView:
        """Show what is held of a firm that it did not say: plants of public registers, likeness, a disputed RFC.

        The other firm is named nowhere, nor are operators: that is not the firm's to know.
        """
        caller.require_supplier(supplier_id)
        async with database.connection() as connection:
            plants = await held.prospects_of(connection, supplier_id)
            pairs = await held.twins_with(connection, supplier_id)
            personal = await held.personal_of(connection, supplier_id)
            sides = await held.sides_of(connection, supplier_id)
        return show.shown(
            HeldView(
                personal=tuple(personal),
                prospects=tuple(map(OwnProspectView.of_prospect, plants)),
                twins=tuple(OwnTwinsView.of_pair(pair, supplier_id) for pair in pairs),
                disputes=tuple(DisputeView(side=side) for side in sides),
            )
        )

    return api
