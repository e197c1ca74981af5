"""Suppliers: register, look at, change, release, withdraw."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query

from services.registration import handlers, store
from services.registration.api.rate_limit import RateLimit
from services.registration.domain.rfc import normalise
from services.registration.domain.supplier import Status, Supplier, supplier_id
from services.registration.handlers import Register
from services.registration.settings import RegistrationSettings
from services.registration.store import Intake, intake_of, registry_of, suppliers
from services.registration.views import (
    Receipt,
    ReleaseBody,
    SupplierBody,
    SupplierPage,
    SupplierSummary,
    SupplierView,
    WithdrawalBody,
)
from shared.messaging.commands import About, Commands
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.service.callers import OPEN_TO_ALL, Caller, Role, allow
from shared.service.http import Problem, RequestCause, accepted

BY_OPERATOR = allow(Role.OPERATOR)
Operator = Annotated[Caller, BY_OPERATOR]
OwnOrOperator = Annotated[Caller, allow(Role.SUPPLIER, Role.OPERATOR)]
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", min_length=16, max_length=100)]
"""Any text that its sender will not use twice, as a UUID; long enough that two senders do not choose the same."""


def router(settings: RegistrationSettings, commands: Commands, database: Database) -> APIRouter:
    """The routes of suppliers."""
    api = APIRouter(tags=["suppliers"])
    limit = RateLimit(settings.registrations_per_minute, settings.registrations_burst)
    _add_registering(api, limit, commands)
    _add_reading(api, database)
    _add_changing(api, commands)
    _add_operating(api, commands)
    return api


def _add_registering(api: APIRouter, limit: RateLimit, commands: Commands) -> None:
    @api.post("/suppliers", status_code=201, openapi_extra=OPEN_TO_ALL, dependencies=[Depends(limit)])
    async def register(body: SupplierBody, cause: RequestCause, idempotency_key: IdempotencyKey = None) -> Receipt:
        profile = body.profile()
        id_, fingerprint = new_id(), None
        if idempotency_key is not None:
            id_, fingerprint = supplier_id(idempotency_key), body.fingerprint()
        rfc = normalise(profile.rfc)

        def decide(state: Supplier | None, known: Intake) -> Decision[Supplier] | Refused:
            command = Register(id=id_, folio=known.folios[rfc], profile=profile, fingerprint=fingerprint)
            return handlers.register(state, command, now(), known.registry)

        outcome = await commands.run(suppliers, id_, decide, cause, About(intake_of, (rfc,)))
        return Receipt.of(accepted(outcome))


def _add_reading(api: APIRouter, database: Database) -> None:
    @api.get("/suppliers", dependencies=[BY_OPERATOR])
    async def list_(
        status: Status | None = None,
        after: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> SupplierPage:
        found = await store.page_of_suppliers(database, status, after, limit + 1)
        page = [SupplierSummary.of(supplier) for supplier in found[:limit]]
        return SupplierPage(items=page, next=page[-1].id if len(found) > limit else None)

    @api.get("/suppliers/{id_}")
    async def show(id_: UUID, caller: OwnOrOperator) -> SupplierView:
        caller.require_supplier(id_)
        supplier = await store.find_supplier(database, id_)
        if supplier is None:
            raise Problem(404, "supplier_unknown", "There is no supplier of this id.")
        return SupplierView.of(supplier)


def _add_changing(api: APIRouter, commands: Commands) -> None:
    @api.put("/suppliers/{id_}")
    async def change(id_: UUID, body: SupplierBody, caller: OwnOrOperator, cause: RequestCause) -> SupplierView:
        caller.require_supplier(id_)
        profile = body.profile()
        outcome = await commands.run(
            suppliers,
            id_,
            lambda state, registry: handlers.change(state, profile, now(), registry),
            cause,
            About(registry_of, (normalise(profile.rfc),)),
        )
        return SupplierView.of(accepted(outcome))

    @api.post("/suppliers/{id_}/withdrawal")
    async def withdraw(id_: UUID, body: WithdrawalBody, caller: OwnOrOperator, cause: RequestCause) -> SupplierView:
        caller.require_supplier(id_)
        outcome = await commands.run(
            suppliers, id_, lambda state, _: handlers.withdraw(state, body.reason, now()), cause
        )
        return SupplierView.of(accepted(outcome))


def _add_operating(api: APIRouter, commands: Commands) -> None:
    @api.post("/suppliers/{id_}/release")
    async def release(id_: UUID, body: ReleaseBody, caller: Operator, cause: RequestCause) -> SupplierView:
        outcome = await commands.run(
            suppliers,
            id_,
            lambda state, _: handlers.release(state, body.reasons, caller.subject, now()),
            cause,
        )
        return SupplierView.of(accepted(outcome))

    @api.delete("/suppliers/{id_}/contact", status_code=204, dependencies=[BY_OPERATOR])
    async def erase_contact(id_: UUID, cause: RequestCause) -> None:
        outcome = await commands.run(suppliers, id_, lambda state, _: handlers.erase_contact(state), cause)
        accepted(outcome)
