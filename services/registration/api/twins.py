"""Firms that are probably one: look at them, keep both, or merge them."""

from typing import Annotated, get_args
from uuid import UUID

from fastapi import APIRouter

from services.registration.domain.likeness import Strength
from services.registration.domain.supplier import Supplier
from services.registration.domain.twins import Twins, TwinsStatus
from services.registration.handlers import RFC_DISPUTED, SAME_PERSON
from services.registration.handlers import twins as handlers
from services.registration.store import disputing, suppliers, suppliers_of
from services.registration.store.twins import page_of_twins, place_of, twins, twins_of
from services.registration.views.twins import MergerBody, TwinsSummary, TwinsView
from shared.messaging.commands import Commands, CommandUnit
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database
from shared.service.callers import Caller, Role, allow
from shared.service.http import Change, Number, Page, Paging, Show, Strict, accepted, routes

BY_OPERATOR = allow(Role.OPERATOR)
Operator = Annotated[Caller, BY_OPERATOR]


def router(commands: Commands, database: Database) -> APIRouter:
    """The routes of twins."""
    api = routes("suppliers")
    _add_reading(api, database)
    _add_deciding(api, commands)
    return api


def _add_reading(api: APIRouter, database: Database) -> None:
    @api.get("/twins", dependencies=[BY_OPERATOR])
    async def list_twins(
        paging: Paging,
        status: TwinsStatus | None = None,
        strength: Strength | None = None,
        supplier_id: UUID | None = None,
    ) -> Page[TwinsSummary]:
        """List firms that are probably one, the most probable first; of a `supplier_id`, those with that firm."""
        statuses = get_args(TwinsStatus) if status is None else (status,)
        strengths = get_args(Strength) if strength is None else (strength,)
        after = paging.position(tuple[Number, UUID])
        async with database.connection() as connection:
            found = await page_of_twins(connection, statuses, strengths, supplier_id, after, paging.fetch)
            firms = await suppliers_of(connection, [firm for pair in found for firm in (pair.older, pair.newer)])
        return Page[TwinsSummary].of_rows(found, paging, lambda pair: TwinsSummary.of_pair(pair, firms), place_of)

    @api.get("/twins/{twins_id}", dependencies=[BY_OPERATOR])
    async def show_twins(twins_id: UUID, show: Show) -> TwinsView:
        """Show two firms that are probably one, each with its whole profile."""
        async with database.connection() as connection:
            pair = accepted(await twins_of(connection, twins_id) or handlers.TWINS_UNKNOWN)
            return show.shown(await _shown(connection, pair))


def _add_deciding(api: APIRouter, commands: Commands) -> None:
    @api.post("/twins/{twins_id}/keeping")
    async def keep_twins(twins_id: UUID, caller: Operator, change: Change) -> TwinsView:
        """Say that they are two firms: they are not held for one again.

        Whoever registered or changed one of the two, or is of one, decides neither this nor a merger.
        """

        async def keep(unit: CommandUnit) -> TwinsView:
            pair, firms = await _decidable(unit, twins_id, caller)
            change.check(TwinsView.of_pair(pair, firms))
            kept = accepted(handlers.keep(pair, caller.subject, now()))
            unit.apply(twins, twins_id, kept, about=pair.older)
            return TwinsView.of_pair(accepted(kept.state or handlers.TWINS_UNKNOWN), firms)

        return change.shown(await commands.run_unit(change.cause, keep))

    @api.post("/twins/{twins_id}/merger")
    async def merge_twins(twins_id: UUID, body: Strict[MergerBody], caller: Operator, change: Change) -> TwinsView:
        """Say that they are one firm: it goes on as the one that remains, and the other one leaves (`merged`).

        The one that leaves keeps its record and its contact until they are erased, as any that leaves. Its people may
        join the one that remains by an invitation; nothing moves there by itself.
        """

        async def merge(unit: CommandUnit) -> TwinsView:
            pair, firms = await _decidable(unit, twins_id, caller)
            change.check(TwinsView.of_pair(pair, firms))
            merged = accepted(handlers.merge(pair, firms, body.remains, caller.subject, now()))
            unit.apply(twins, twins_id, merged.twins, about=body.remains)
            leaving = pair.other(body.remains)
            unit.apply(suppliers, leaving, merged.leaving)
            after = accepted(merged.twins.state or handlers.TWINS_UNKNOWN)
            return TwinsView.of_pair(after, firms | {leaving: _there(merged.leaving.state)})

        return change.shown(await commands.run_unit(change.cause, merge))


async def _decidable(unit: CommandUnit, twins_id: UUID, caller: Caller) -> tuple[Twins, dict[UUID, Supplier]]:
    """The pair and its firms under their locks, where this caller has a say in them. Raises Problem."""
    await unit.load(twins, [twins_id])
    found = unit.state(twins, twins_id)
    pair = accepted(found or handlers.TWINS_UNKNOWN)
    both = [pair.older, pair.newer]
    for firm in both:
        caller.require_outsider(firm)
    await unit.load(suppliers, both)
    firms = {firm: _there(unit.state(suppliers, firm)) for firm in both}
    if not all(firm.took_part.may_approve(caller.subject) for firm in firms.values()):
        accepted(SAME_PERSON)
    if await disputing(unit.connection, [str(firm) for firm in both]):
        accepted(RFC_DISPUTED)
    return pair, firms


async def _shown(connection: Connection, pair: Twins) -> TwinsView:
    return TwinsView.of_pair(pair, await suppliers_of(connection, [pair.older, pair.newer]))


def _there(supplier: Supplier | None) -> Supplier:
    return accepted(supplier or handlers.TWINS_UNKNOWN)
