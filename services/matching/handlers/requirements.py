"""Decisions about anchors and what they ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from services.matching.domain import anchor as anchors
from services.matching.domain.anchor import Anchor
from services.matching.domain.asked import fault
from services.matching.domain.reasons import CloseReason, Refusal
from services.matching.domain.requirement import REQUIREMENT, Closure, Requirement, Specification
from services.matching.domain.sweeps import ANCHOR_LEFT, ASKS, LEFT, REQUIREMENT_CHANGED
from services.matching.handlers import published
from services.matching.handlers.refusal import refused
from shared.contracts.registration import AnchorJoined, AnchorLeft
from shared.days import day_of, start_of
from shared.messaging.decision import Decision, Refused, SweepRequest, Timer, unchanged

REQUIREMENT_EXPIRES = "requirement_expires"
"""Fires the day after the requirement's last day."""

MOST_NAMED = 10
"""Columns of a refusal."""


def anchor_joined(state: Anchor | None, event: AnchorJoined, _: datetime) -> Decision[Anchor]:
    known = state or Anchor(event.anchor_id)
    return Decision(replace(known, code=event.code, name=event.name, states=event.states, joined_at=event.joined_at))


def anchor_left(state: Anchor | None, event: AnchorLeft, _: datetime) -> Decision[Anchor]:
    """An anchor left: its open requirements close."""
    known = state or Anchor(event.anchor_id)
    after = anchors.left(known, event.left_at)
    if after == known or after.takes_part:
        return Decision(after)
    return Decision(after, sweeps=(SweepRequest(ANCHOR_LEFT, {"anchor_id": str(event.anchor_id)}),))


def publish(
    id_: UUID,
    anchor: Anchor | None,
    asked: Specification,
    now: datetime,
    *,
    reference: str | None = None,
    holder: UUID | None = None,
) -> Decision[Requirement] | Refused:
    """An anchor asks for something. `holder`: its requirement that has the reference."""
    if (reason := _not_allowed(anchor, asked, now)) or anchor is None:
        wrong = refused(reason or "anchor_unknown")
        return replace(wrong, at=wrong.at and f"specification.{wrong.at}")
    if found := fault(asked, day_of(now)):
        wrong = refused(found.code, **found.params)
        return replace(wrong, at=f"specification.{wrong.at}")
    if holder not in (None, id_):
        return refused("reference_taken")
    requirement = Requirement(id_, anchor.id, asked, reference=reference)
    return Decision(requirement, (published.published(requirement),), (_expiry(asked),), (_rematch(id_),))


def change(
    state: Requirement | None, asked: Specification, now: datetime, *, awarded: int = 0, by_hand: bool = True
) -> Decision[Requirement] | Refused:
    """What is asked for changed; no less than what is `awarded` of it, in pieces per year."""
    if state is None:
        return refused("requirement_unknown")
    if REQUIREMENT.after(state.status, "change") is None:
        return refused("requirement_closed")
    if asked.open_until < day_of(now):
        return refused("open_until_past")
    if asked == state.specification:
        return unchanged(state)
    before = state.specification
    if found := fault(asked, day_of(now), before):
        return refused(found.code, **found.params)
    if asked.annual_volume < min(awarded, before.annual_volume):
        return refused("volume_awarded", asked=asked.annual_volume, awarded=awarded)
    after = state.asking(asked, by_hand=by_hand)
    # A new title or last day, and what a firm only reads, move no alignment; nor does who may read who asks.
    moves = {name: getattr(asked, name) for name in ("title", "open_until", "production_start", "ramp", "named")}
    same = replace(before, **moves) == asked
    asks = () if (before.targets, before.must_have) == (asked.targets, asked.must_have) else (ASKS,)
    left = () if before.area == asked.area else (LEFT + before.area,)
    sweeps = () if same else (_rematch(state.id, *asks, *left),)
    return Decision(after, (published.changed(after),), (_expiry(asked),), sweeps)


def refer(
    state: Requirement | None, reference: str | None, *, holder: UUID | None = None
) -> Decision[Requirement] | Refused:
    """An anchor names a requirement as it does itself; `holder`: its requirement that has the reference. Nobody else is
    told.
    """
    if state is None:
        return refused("requirement_unknown")
    if holder not in (None, state.id):
        return refused("reference_taken")
    return Decision(replace(state, reference=reference))


def import_requirement(
    state: Requirement | None,
    id_: UUID,
    anchor: Anchor | None,
    asked: Specification,
    now: datetime,
    *,
    awarded: int = 0,
    based_on: int | None = None,
    reference: str | None = None,
    lacking: Sequence[str] = (),
) -> Decision[Requirement] | Refused:
    """One row of a spreadsheet: published when it is new, changed when it is known. What has no reference yet gets that
    of the row.

    It changes the version that it says it is `based_on`. Where it says none, nothing that was changed by hand since a
    file last said it: whoever wrote the file had not seen that. Nor does it take away what its file has no column for:
    those are `lacking`.
    """
    if state is None:
        if based_on is not None:
            return refused("requirement_unknown")
        return publish(id_, anchor, asked, now, reference=reference)
    named = replace(state, reference=state.reference or reference)
    decision = change(named, asked, now, awarded=awarded, by_hand=False)
    if isinstance(decision, Refused) or not decision.events:
        return decision
    if based_on not in (None, state.version):
        return refused("version_other", given=based_on, present=state.version)
    if based_on is None and state.by_hand:
        return refused("changed_by_hand", present=state.version)
    if lacking:
        return refused("columns_lacking", columns=", ".join(lacking[:MOST_NAMED]), count=len(lacking))
    return decision


def close(state: Requirement | None, reason: CloseReason, by: str, now: datetime) -> Decision[Requirement] | Refused:
    """An anchor no longer asks. Closing what is closed for the same reason changes nothing."""
    if state is None:
        return refused("requirement_unknown")
    if state.status == "closed" and state.closed_reason != reason:
        return refused("requirement_closed")
    return _closed(state, "close", Closure(reason, by, now))


def reopen(
    state: Requirement | None, anchors: Mapping[UUID, Anchor], open_until: date | None, by: str, now: datetime
) -> Decision[Requirement] | Refused:
    """An anchor asks again, until the same day unless another is given: its candidates are matched again, and what was
    answered about them counts again. Reopening what is open changes nothing.
    """
    if state is None:
        return refused("requirement_unknown")
    status = REQUIREMENT.after(state.status, "reopen")
    if status is None:
        return unchanged(state)
    asked = replace(state.specification, open_until=open_until or state.specification.open_until)
    if reason := _not_allowed(anchors.get(state.anchor_id), asked, now):
        return refused(reason)
    by_hand = state.by_hand or asked != state.specification
    after = state.asking(asked, by_hand=by_hand).reopened(status, by, now)
    return Decision(after, (published.reopened(after),), (_expiry(asked),), (_rematch(after.id),))


def requirement_expired(state: Requirement | None, now: datetime) -> Decision[Requirement]:
    """The last day may be over; it may also have been moved since."""
    if state is None or state.status == "closed":
        return unchanged(state)
    if state.specification.open_until >= day_of(now):
        return Decision(state, timers=(_expiry(state.specification),))
    return _closed(state, "expire", Closure("expired", at=now))


def anchor_gone(
    state: Requirement | None, _: Mapping[str, str], now: datetime, anchors: Mapping[UUID, Anchor]
) -> Decision[Requirement]:
    """The anchor of this requirement left; it may also have come back since."""
    anchor = None if state is None else anchors.get(state.anchor_id)
    if state is None or (anchor is not None and anchor.takes_part):
        return unchanged(state)
    return _closed(state, "lose its anchor", Closure("anchor_left", at=now))


def _not_allowed(anchor: Anchor | None, asked: Specification, now: datetime) -> Refusal | None:
    if anchor is None or anchor.joined_at is None:
        return "anchor_unknown"
    if not anchor.takes_part:
        return "anchor_left"
    return "open_until_past" if asked.open_until < day_of(now) else None


def _closed(state: Requirement, act: str, closure: Closure) -> Decision[Requirement]:
    status = REQUIREMENT.after(state.status, act)
    if status is None:
        return unchanged(state)
    after = state.closed(status, closure)
    cancelled = Timer(REQUIREMENT_EXPIRES, None)
    return Decision(after, (published.closed(after),), (cancelled,), (_rematch(state.id),))


def _expiry(asked: Specification) -> Timer:
    return Timer(REQUIREMENT_EXPIRES, start_of(asked.open_until + timedelta(days=1)))


def _rematch(id_: UUID, *also: str) -> SweepRequest:
    args = {"requirement_id": str(id_)}
    return SweepRequest(REQUIREMENT_CHANGED, args, merges=True, also=dict.fromkeys(also, "yes"))
