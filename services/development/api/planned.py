"""What several routes of a plan begin and end with."""

from uuid import UUID

from services.development import catalogue, store
from services.development.domain.candidate import Candidate
from services.development.handlers.plans import Author
from services.development.handlers.refusal import refused
from services.development.views.plans import PlanView
from shared.runtime.database import Database
from shared.service.callers import Caller, Role
from shared.service.http import accepted


def author(caller: Caller, supplier_id: UUID) -> Author:
    return Author(caller.subject, "supplier" if is_the_firm(caller, supplier_id) else "mentor")


def is_the_firm(caller: Caller, supplier_id: UUID) -> bool:
    """Its own people are that, whatever else they are; refused is whoever acts neither for it nor from outside."""
    if Role.SUPPLIER in caller.roles and caller.supplier_id == supplier_id:
        return True
    caller.require_supplier(supplier_id)
    caller.require_outsider(supplier_id)
    return False


async def planned(database: Database, supplier_id: UUID) -> Candidate:
    """The firm, if it has a plan."""
    async with database.connection() as connection:
        firm = await store.candidate(connection, supplier_id)
    return accepted(firm if firm is not None and firm.plan is not None else refused("plan_not_found"))


def view(firm: Candidate) -> PlanView:
    return PlanView.of_firm(firm, catalogue.modules())
