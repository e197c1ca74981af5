"""Decisions on a dispute: two suppliers say that one RFC is theirs."""

from datetime import datetime

from services.registration.domain import supplier as suppliers
from services.registration.domain.supplier import Supplier
from services.registration.handlers import NOT_HELD_FOR, SUPPLIER_UNKNOWN, withdraw
from services.registration.handlers.readers import told
from shared.messaging.decision import Decision, Refused


def settle(state: Supplier | None, operator: str, now: datetime, *, upheld: bool) -> Decision[Supplier] | Refused:
    """An operator decides whose an RFC is: of this supplier, whose contact confirmed it later, or not."""
    if state is None:
        return SUPPLIER_UNKNOWN
    if "rfc_disputed" not in state.holds:
        return NOT_HELD_FOR
    if not upheld:
        return withdraw(state, "rfc_not_theirs", now)
    after = suppliers.confirmed(state, ("rfc_disputed",), operator, now)
    return Decision(after, told(state, after))


def give_way(state: Supplier | None, now: datetime) -> Decision[Supplier] | Refused:
    """The supplier that had the RFC until now leaves: a dispute about it was upheld."""
    return withdraw(state, "rfc_not_theirs", now)
