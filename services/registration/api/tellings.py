"""Stages that keep more of a profile than when it was told: every profile is told once more."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registration.handlers import tellings as handlers
from services.registration.store.tellings import page_of_tellings, tellings
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.service.callers import Caller, Role, allow
from shared.service.http import Create, Page, Paging, Strict, routes
from shared.service.tellings import TellingBody, TellingView
from shared.telling import Telling

Operator = Annotated[Caller, allow(Role.OPERATOR)]


def router(commands: Commands, database: Database) -> APIRouter:
    """The routes of tellings."""
    api = routes("suppliers")

    @api.post("/tellings", status_code=201)
    async def tell_profiles(body: Strict[TellingBody], caller: Operator, create: Create) -> TellingView:
        """Tell every profile of a firm that takes part once more, as it is, with the reason.

        For a release whose stages keep more of it than the one before: until then they do not know that of the firms
        that they know already, and take it for unknown.
        """
        telling = Telling(new_id(), body.reason, caller.subject, now())
        return await create.run(
            commands, tellings, telling.id, lambda _, __: handlers.tell_all(telling), TellingView.of
        )

    @api.get("/tellings")
    async def list_tellings(_: Operator, paging: Paging) -> Page[TellingView]:
        """List when every profile was told once more, why and by whom."""
        async with database.connection() as connection:
            rows = await page_of_tellings(connection, paging.position(UUID), paging.fetch)
        return Page[TellingView].of_rows(rows, paging, TellingView.of, lambda row: row.id)

    return api
