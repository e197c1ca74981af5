"""Decisions about waivers of a requirement's gates."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.matching.domain.asked import bars
from services.matching.domain.requirement import Requirement
from services.matching.domain.sweeps import REQUIREMENT_CHANGED, REQUIREMENT_WAIVED
from services.matching.domain.waiver import MOST_WAIVERS, Waiver, next_end
from services.matching.handlers.refusal import refused
from shared.days import day_of, start_of
from shared.messaging.decision import Decision, Refused, SweepRequest, Timer, unchanged

WAIVER_EXPIRES = "waiver_expires"
"""Fires the day after the next last day of a waiver: the alignment may change by time alone."""


def waive(state: Requirement | None, waiver: Waiver, now: datetime) -> Decision[Requirement] | Refused:
    """An anchor takes who does not pass a gate, with a plan. Only whom it is about is judged anew."""
    if state is None:
        return refused("requirement_unknown")
    if state.status != "open":
        return refused("requirement_closed")
    if waiver.until < day_of(now):
        return refused("waiver_past")
    if not bars(state.specification, waiver.gate):
        return refused("gate_not_asked", gate=waiver.gate)
    if len(state.waivers) >= MOST_WAIVERS:
        return refused("waivers_too_many", most=MOST_WAIVERS)
    return _changed(replace(state, waivers=(*state.waivers, waiver)), waiver, now)


def revoke(state: Requirement | None, waiver_id: UUID, by: str, now: datetime) -> Decision[Requirement] | Refused:
    """An anchor waives no more. Revoking what is revoked changes nothing."""
    found = next((each for each in state.waivers if each.id == waiver_id), None) if state else None
    if state is None or found is None:
        return refused("waiver_unknown")
    if found.revoked_at is not None:
        return unchanged(state)
    revoked = replace(found, revoked_by=by, revoked_at=now)
    waivers = tuple(revoked if each is found else each for each in state.waivers)
    return _changed(replace(state, waivers=waivers), revoked, now)


def waiver_expired(state: Requirement | None, now: datetime) -> Decision[Requirement]:
    """The last day of a waiver is over: it counts no more."""
    if state is None:
        return unchanged(state)
    sweep = SweepRequest(REQUIREMENT_CHANGED, {"requirement_id": str(state.id)}, merges=True)
    return Decision(state, timers=(_end(state, now),), sweeps=(sweep,) if state.status == "open" else ())


def _changed(after: Requirement, waiver: Waiver, now: datetime) -> Decision[Requirement]:
    args = {"requirement_id": str(after.id)}
    sweep = SweepRequest(REQUIREMENT_CHANGED, args, merges=True)
    if waiver.supplier_id is not None:
        sweep = SweepRequest(REQUIREMENT_WAIVED, args | {"offering_id": str(waiver.supplier_id)}, merges=True)
    return Decision(after, timers=(_end(after, now),), sweeps=(sweep,))


def _end(requirement: Requirement, now: datetime) -> Timer:
    last = next_end(requirement.waivers, day_of(now))
    return Timer(WAIVER_EXPIRES, None if last is None else start_of(last + timedelta(days=1)))
