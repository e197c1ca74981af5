"""Files as evidence of activities: given by the firm and its mentor; opened by them, by the assessor who scores it and
by operators.
"""

from uuid import UUID

from fastapi import APIRouter

from services.development.api.planned import is_the_firm, planned
from services.development.handlers.refusal import refused
from shared.attachments.keeping import Attachments
from shared.four_eyes import mark_of
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
        theirs = firm.mentor == caller.subject or firm.assessor == mark_of(supplier_id, caller.subject)
        if not (own or theirs or Role.OPERATOR in caller.roles):
            accepted(refused("not_assigned"))

    rights = Rights(
        give=allow(Role.SUPPLIER, Role.MENTOR),
        read=allow(Role.SUPPLIER, Role.MENTOR, Role.ASSESSOR, Role.OPERATOR),
        erase=allow(Role.OPERATOR),
        may_give=may_give,
        may_read=may_read,
    )
    return attaching.router("/plans", attachments, database, rights)
