"""Whose an RFC is, where two suppliers say that it is theirs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registration.domain.supplier import Supplier
from services.registration.handlers import DISPUTE_CHANGED, NOT_HELD_FOR, SAME_PERSON, SUPPLIER_UNKNOWN
from services.registration.handlers import disputes as handlers
from services.registration.store import involving, registry_of, supplier_of, suppliers
from services.registration.views import SupplierView
from services.registration.views.claims import DisputeBody
from shared.messaging.commands import Commands, CommandUnit
from shared.runtime.clock import now
from shared.service.callers import Caller, Role, allow
from shared.service.http import Change, Strict, accepted, routes

Operator = Annotated[Caller, allow(Role.OPERATOR)]


def router(commands: Commands) -> APIRouter:
    """The routes of disputes."""
    api = routes("suppliers")

    @api.post("/suppliers/{supplier_id}/dispute")
    async def settle_dispute(
        supplier_id: UUID, body: Strict[DisputeBody], caller: Operator, change: Change
    ) -> SupplierView:
        """Decide whose an RFC is, of a supplier that is held because another one has it.

        Upheld: the other one leaves the program, and this one takes part. Rejected: this one leaves. Whoever registered
        or changed any supplier with this RFC, one that has left too, or is of one, decides neither.
        """
        caller.require_outsider(supplier_id)

        async def settle(unit: CommandUnit) -> Supplier | None:
            claimant = accepted(await supplier_of(unit.connection, supplier_id) or SUPPLIER_UNKNOWN)
            registry = await registry_of(unit.connection, (claimant.rfc,))
            holder = registry.taken.get(claimant.rfc)
            await unit.load(suppliers, [supplier_id] if holder is None else [supplier_id, holder])
            present = _still(unit, claimant)
            change.check(SupplierView.of(present))
            # The claimant's own faults first: whoever has no say here learns nothing of the others.
            decision = accepted(handlers.settle(present, caller.subject, now(), upheld=body.upheld))
            for other in await involving(unit.connection, claimant.rfc, caller.subject, caller.firms):
                caller.require_outsider(other)
                accepted(SAME_PERSON)
            if (await registry_of(unit.connection, (claimant.rfc,))).taken.get(claimant.rfc) != holder:
                # It left, or mended its RFC, before its lock was ours.
                accepted(DISPUTE_CHANGED)
            if body.upheld and holder is not None:
                unit.apply(suppliers, holder, accepted(handlers.give_way(unit.state(suppliers, holder), now())))
            unit.apply(suppliers, supplier_id, decision)
            return decision.state

        return change.shown(SupplierView.of(await commands.run_unit(change.cause, settle)))

    return api


def _still(unit: CommandUnit, seen: Supplier) -> Supplier:
    """The supplier under its lock, which disputes the RFC that was looked up."""
    present = unit.state(suppliers, seen.id)
    return accepted(NOT_HELD_FOR if present is None or present.rfc != seen.rfc else present)
