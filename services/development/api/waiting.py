"""The lists that people work off: what waits for a mentor, and which firm waits for one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.development.api.access import Mentor, Operator
from services.development.store import waiting as store
from services.development.views.waiting import MentoredView, WaitingView
from shared.runtime.database import Database
from shared.service.http import Page, Paging, routes

Missing = Annotated[bool, Query(description="Only those that have no mentor yet.")]


def router(database: Database) -> APIRouter:
    api = routes("plans", prefix="/plans")

    @api.get("/waiting")
    async def list_waiting(caller: Mentor, paging: Paging) -> Page[WaitingView]:
        """List the firms that wait for the caller as their mentor: to look at evidence, or to agree to a plan or a
        change of it.
        """
        async with database.connection() as connection:
            rows = await store.waiting(connection, caller.subject, paging.position(UUID), paging.fetch)
        return Page[WaitingView].of_rows(rows, paging, WaitingView.of, lambda row: row.supplier_id)

    @api.get("/assignments")
    async def list_assignments(_: Operator, paging: Paging, *, missing: Missing = False) -> Page[MentoredView]:
        """List who is the mentor of which firm that has a plan."""
        async with database.connection() as connection:
            rows = await store.mentored(connection, paging.position(UUID), paging.fetch, missing=missing)
        return Page[MentoredView].of_rows(rows, paging, MentoredView.of, lambda row: row.supplier_id)

    return api
