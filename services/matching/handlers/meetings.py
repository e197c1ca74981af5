"""Decisions about meeting days, their meetings, and what came of these."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.matching.domain import meeting as meetings
from services.matching.domain.meeting import DAY, Meeting, MeetingDay, Plan, Said, Taken
from services.matching.domain.reasons import DeclineReason, MeetingEnd, Outcome
from services.matching.domain.rematch import Offering
from services.matching.handlers.refusal import refused
from shared.contracts.matching import MeetingBooked, MeetingCancelled, MeetingHeld
from shared.messaging.decision import Decision, Refused, unchanged


def plan(id_: UUID, asked: Plan, anchors: Collection[UUID], by: str, now: datetime) -> Decision[MeetingDay] | Refused:
    """Set a day up, for anchors that take part."""
    if not {*asked.anchors} <= {*anchors}:
        return refused("anchor_unknown")
    if asked.starts_at <= now:
        return refused("slot_past")
    return Decision(MeetingDay(id=id_, plan=asked, by=by))


def change(
    state: MeetingDay | None, asked: Plan, anchors: Collection[UUID], booked: Collection[Meeting], now: datetime
) -> Decision[MeetingDay] | Refused:
    """Change a day. While meetings are booked its times stay, and the anchors that have some."""
    if state is None:
        return refused("day_unknown")
    if DAY.after(state.status, "change") is None:
        return refused("day_cancelled")
    times = state.plan.starts_at, state.plan.slot_minutes
    shorter = asked.slots < state.plan.slots or asked.tables < state.plan.tables
    gone = {meeting.anchor_id for meeting in booked}.difference(asked.anchors)
    if booked and (times != (asked.starts_at, asked.slot_minutes) or shorter or gone):
        return refused("day_booked", booked=len(booked))
    planned = plan(state.id, asked, anchors, state.by, now)
    if isinstance(planned, Refused) and asked.starts_at != state.plan.starts_at:
        return planned
    return Decision(replace(state, plan=asked))


def cancel_day(state: MeetingDay | None) -> Decision[MeetingDay] | Refused:
    """It does not take place; its meetings are cancelled with it."""
    if state is None:
        return refused("day_unknown")
    status = DAY.after(state.status, "cancel")
    return unchanged(state) if status is None else Decision(replace(state, status=status))


def reopen_day(state: MeetingDay | None) -> Decision[MeetingDay] | Refused:
    """It takes place after all; its meetings are booked anew."""
    if state is None:
        return refused("day_unknown")
    status = DAY.after(state.status, "reopen")
    return unchanged(state) if status is None else Decision(replace(state, status=status))


def book(
    id_: UUID,
    day: MeetingDay | None,
    offering: Offering | None,
    taken: Taken,
    anchor_id: UUID,
    starts_at: datetime,
    now: datetime,
) -> Decision[Meeting] | Refused:
    """Give a firm and an anchor that knows it a slot."""
    if day is None:
        return refused("day_unknown")
    if offering is None or anchor_id not in offering.known_by:
        return refused("not_introduced")
    if (reason := meetings.cannot_meet(day, taken, anchor_id, starts_at, now)) is not None:
        return refused(reason)
    ends_at = day.slot(starts_at) or starts_at
    new = Meeting(
        id=id_,
        day_id=day.id,
        supplier_id=offering.id,
        anchor_id=anchor_id,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    about = {"supplier_id": offering.id, "meeting_id": id_, "anchor_id": anchor_id}
    return Decision(new, (MeetingBooked(**about, starts_at=starts_at, ends_at=ends_at),))


def cancel(state: Meeting | None, reason: MeetingEnd, now: datetime) -> Decision[Meeting] | Refused:
    """It does not take place."""
    if state is None:
        return refused("meeting_unknown")
    after = meetings.cancelled(state, reason)
    if isinstance(after, str):
        return refused(after)
    if after == state:
        return unchanged(state)
    about = {"supplier_id": after.supplier_id, "meeting_id": after.id, "anchor_id": after.anchor_id}
    return Decision(after, (MeetingCancelled(**about, reason=reason, cancelled_at=now),))


def record(
    state: Meeting | None, outcome: Outcome, reason: DeclineReason | None, by: str, now: datetime
) -> Decision[Meeting] | Refused:
    """What came of it, or what came of it after all."""
    if state is None:
        return refused("meeting_unknown")
    after = meetings.recorded(state, Said(outcome, reason, by, now))
    if isinstance(after, str):
        return refused(after)
    if after == state:
        return unchanged(state)
    about = {"supplier_id": after.supplier_id, "meeting_id": after.id, "anchor_id": after.anchor_id}
    held = MeetingHeld(**about, outcome=outcome, reason=reason, recorded_at=now, corrected=len(after.said) > 1)
    return Decision(after, (held,))
