"""The lists that people work off: what waits for them, and what waits for a person."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.diagnosis.api.access import Assigned, Operator
from services.diagnosis.store import waiting as store
from services.diagnosis.views.waiting import AssignedView, WaitingView
from shared.runtime.database import Database
from shared.service.http import Page, Paging, routes

Missing = Annotated[bool, Query(description="Only those where somebody is to be assigned still.")]


def router(database: Database) -> APIRouter:
    api = routes("diagnosis")

    @api.get("/diagnoses/waiting")
    async def list_waiting(caller: Assigned, paging: Paging) -> Page[WaitingView]:
        """List the firms that wait for the caller: to be assessed, to be validated, or to be scored again."""
        async with database.connection() as connection:
            rows = await store.waiting(connection, caller.subject, paging.position(UUID), paging.fetch)
        return Page[WaitingView].of_rows(rows, paging, WaitingView.of, lambda row: row.supplier_id)

    @api.get("/diagnoses/assignments")
    async def list_assignments(_: Operator, paging: Paging, *, missing: Missing = False) -> Page[AssignedView]:
        """List who is assigned to which diagnosis."""
        async with database.connection() as connection:
            rows = await store.assigned(connection, paging.position(UUID), paging.fetch, missing=missing)
        return Page[AssignedView].of_rows(rows, paging, AssignedView.of, lambda row: row.supplier_id)

    return api
