"""Files as evidence of activities: given and opened by the firm and its mentor, and opened by operators."""

from uuid import UUID

from fastapi import APIRouter

from services.development.api.planned import is_the_firm, planned
from services.development.handlers.refusal import refused
from shared.attachments.keeping import Attachments
from shared.runtime.database import Database
from shared.service import attaching
from shared.service.attaching import Rights
from shared.service.callers import Caller, Role, allow
from shared.service.http import accepted


def router(attachments: Attachments, database: Database) -> APIRouter:
    async def may_give(caller: Caller, supplier_id: UUID) -> None:
        own = is_the_firm(caller, supplier_id)
        firm = await planned(database, supplier_id)
        if not own and firm.mentor != caller.subject:
            accepted(refused("not_assigned"))
        if firm.withdrawn:
            accepted(refused("supplier_withdrawn"))

    async def may_read(caller: Caller, supplier_id: UUID) -> None:
        own = is_the_firm(caller, supplier_id)
        firm = await planned(database, supplier_id)
        if not own and Role.OPERATOR not in caller.roles and firm.mentor != caller.subject:
            accepted(refused("not_assigned"))

    rights = Rights(
        give=allow(Role.SUPPLIER, Role.MENTOR),
        read=allow(Role.SUPPLIER, Role.MENTOR, Role.OPERATOR),
        erase=allow(Role.OPERATOR),
        may_give=may_give,
        may_read=may_read,
    )
    return attaching.router("/plans", attachments, database, rights)
