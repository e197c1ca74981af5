"""Meeting days, on which firms and buyers meet one by one as the clusters do it, and what came of each meeting."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

from services.matching.domain.reasons import DeclineReason, MeetingEnd, Outcome, Refusal
from shared.state_machine import StateMachine, Transition

DayStatus = Literal["planned", "cancelled"]
MeetingStatus = Literal["booked", "held", "cancelled"]

DAY = StateMachine[DayStatus](
    "meeting day",
    get_args(DayStatus),
    "planned",
    (
        Transition("change", ("planned",), "planned"),
        Transition("cancel", ("planned",), "cancelled"),
        Transition("reopen", ("cancelled",), "planned"),
    ),
)
MEETING = StateMachine[MeetingStatus](
    "meeting",
    get_args(MeetingStatus),
    "booked",
    (
        Transition("record", ("booked", "held"), "held"),
        Transition("cancel", ("booked",), "cancelled"),
    ),
    {"cancelled": "the firm is given another slot, under another id"},
)

MOST_SLOTS = 100
"""Of one day: a quarter of an hour each is a day and a night."""
MOST_TABLES = 100
MOST_RECORDED = 50
"""Outcomes of one meeting: more corrections are a program in a loop."""


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a meeting, as somebody recorded it."""

    outcome: Outcome
    reason: DeclineReason | None
    """Of no interest."""
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When and where people meet, and which anchors come."""

    title: str
    place: str
    """An address, or the link of a call."""
    starts_at: datetime
    slot_minutes: int
    slots: int
    tables: int
    """Meetings at one time."""
    anchors: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingDay:
    id: UUID
    plan: Plan
    status: DayStatus = DAY.initial
    by: str
    """Who set it up: the subject of the token."""

    def slot(self, starts_at: datetime) -> datetime | None:
        """When the slot that starts at this moment ends; None where none does."""
        length = timedelta(minutes=self.plan.slot_minutes)
        starts = (self.plan.starts_at + number * length for number in range(self.plan.slots))
        return starts_at + length if starts_at in starts else None

    @property
    def ends_at(self) -> datetime:
        return self.plan.starts_at + self.plan.slots * timedelta(minutes=self.plan.slot_minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One firm and one anchor in one slot."""

    id: UUID
    day_id: UUID
    supplier_id: UUID
    anchor_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: MeetingStatus = MEETING.initial
    cancelled: MeetingEnd | None = None
    said: tuple[Said, ...] = ()
    """What came of it, as it was recorded and corrected, oldest first."""

    @property
    def last(self) -> Said | None:
        return self.said[-1] if self.said else None

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        return self.starts_at < ends_at and starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Taken:
    """Meetings that are not cancelled: of the day, and of the firm on any day."""

    day: Sequence[Meeting]
    firm: Sequence[Meeting]


def cannot_meet(day: MeetingDay, taken: Taken, anchor_id: UUID, starts_at: datetime, now: datetime) -> Refusal | None:
    """Why a firm and an anchor cannot have this slot."""
    return next(_obstacles(day, taken, anchor_id, starts_at, now), None)


def _obstacles(day: MeetingDay, taken: Taken, anchor_id: UUID, starts_at: datetime, now: datetime) -> Iterator[Refusal]:
    ends_at = day.slot(starts_at)
    if day.status == "cancelled":
        yield "day_cancelled"
    if anchor_id not in day.plan.anchors:
        yield "anchor_not_there"
    if ends_at is None:
        yield "slot_unknown"
        return
    if starts_at <= now:
        yield "slot_past"
    at_once = [meeting for meeting in taken.day if meeting.overlaps(starts_at, ends_at)]
    if any(meeting.anchor_id == anchor_id for meeting in at_once):
        yield "anchor_busy"
    if any(meeting.overlaps(starts_at, ends_at) for meeting in taken.firm):
        yield "firm_busy"
    if len(at_once) >= day.plan.tables:
        yield "slot_full"


def recorded(meeting: Meeting, said: Said) -> Meeting | Refusal:
    """The meeting with what came of it. The same said again, by whomever, is nothing new."""
    status = MEETING.after(meeting.status, "record")
    if status is None:
        return "meeting_cancelled"
    if said.at < meeting.starts_at:
        return "meeting_too_early"
    last = meeting.last
    if last is not None and (last.outcome, last.reason) == (said.outcome, said.reason):
        return meeting
    if len(meeting.said) >= MOST_RECORDED:
        return "answers_too_many"
    return replace(meeting, status=status, said=(*meeting.said, said))


def cancelled(meeting: Meeting, reason: MeetingEnd) -> Meeting | Refusal:
    """The meeting that does not take place. One that is cancelled already stays as it is."""
    status = MEETING.after(meeting.status, "cancel")
    if status is None:
        return meeting if meeting.status == "cancelled" else "meeting_held"
    return replace(meeting, status=status, cancelled=reason)
