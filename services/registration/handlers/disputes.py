"""Decisions on a dispute: two suppliers say that one RFC is theirs."""

from datetime import datetime

from services.registration.domain import supplier as suppliers
from services.registration.domain.supplier import Registry, Supplier
from services.registration.handlers import NOT_HELD_FOR, RFC_TAKEN, SAME_PERSON, SUPPLIER_UNKNOWN, told, withdraw
from shared.messaging.decision import Decision, Refused


def settle(
    state: Supplier | None, operator: str, now: datetime, registry: Registry, *, upheld: bool
) -> Decision[Supplier] | Refused:
    """An operator decides whose an RFC is: of this supplier, whose contact confirmed it later, or not."""
    if state is None:
        return SUPPLIER_UNKNOWN
    if not state.took_part.may_approve(operator):
        return SAME_PERSON
    if "rfc_disputed" not in state.holds:
        return NOT_HELD_FOR
    if not upheld:
        return Decision(suppliers.withdrawn(state, "rfc_not_theirs", now))
    if state.rfc in registry.taken:
        return RFC_TAKEN
    after = suppliers.confirmed(state, ("rfc_disputed",), operator, now)
    return Decision(after, told(state, after))


def give_way(state: Supplier | None, operator: str, now: datetime) -> Decision[Supplier] | Refused:
    """The supplier that had the RFC until now leaves: a dispute about it was upheld."""
    if state is not None and not state.took_part.may_approve(operator):
        return SAME_PERSON
    return withdraw(state, "rfc_not_theirs", now)
