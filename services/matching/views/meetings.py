"""Meeting days and meetings, as callers send and see them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from services.matching.domain.meeting import (
    MOST_SLOTS,
    MOST_TABLES,
    DayStatus,
    Meeting,
    MeetingDay,
    MeetingStatus,
    Plan,
)
from services.matching.domain.reasons import DeclineReason, MeetingEnd, Outcome
from shared.contracts.event import Moment
from shared.i18n.fields import wrong
from shared.service.http import Body, OneLine, View

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"\S"), OneLine]


class PlanBody(Body):
    """When and where people meet."""

    title: Line
    place: Line
    """An address, or the link of a call."""
    starts_at: Moment
    slot_minutes: Annotated[int, Field(ge=5, le=480)]
    slots: Annotated[int, Field(ge=1, le=MOST_SLOTS)]
    """How many, one after the other."""
    tables: Annotated[int, Field(ge=1, le=MOST_TABLES)]
    """Meetings at one time."""
    anchors: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()
    """Who comes; a buyer's own anchor when left out."""

    def plan(self, anchors: tuple[UUID, ...]) -> Plan:
        return Plan(**self.model_dump() | {"anchors": tuple(sorted(set(anchors)))})


class BookingBody(Body):
    supplier_id: UUID
    anchor_id: UUID | None = None
    """For whom an operator books; a buyer's own anchor when left out."""
    starts_at: Moment
    """Of the slot."""


class MeetingEndBody(Body):
    reason: MeetingEnd


class OutcomeBody(Body):
    outcome: Outcome
    reason: DeclineReason | None = Field(default=None, validate_default=True)
    """Of no interest; it must be given then, and only then."""

    @field_validator("reason")
    @classmethod
    def _reason_of_no_interest(cls, reason: DeclineReason | None, others: ValidationInfo) -> DeclineReason | None:
        if "outcome" in others.data and (reason is None) == (others.data["outcome"] == "no_interest"):
            raise wrong("fields.outcome_reason")
        return reason


class SaidView(View):
    outcome: Outcome
    reason: DeclineReason | None
    at: datetime


class MeetingView(View):
    id: UUID
    day_id: UUID
    title: str
    place: str
    supplier_id: UUID | None
    """Null for an anchor that knows the firm no more."""
    anchor_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: MeetingStatus
    cancelled: MeetingEnd | None
    said: list[SaidView]
    """What came of it, as it was recorded and corrected; the last one holds."""

    @classmethod
    def of_meeting(cls, meeting: Meeting, day: MeetingDay, *, hidden: bool = False) -> Self:
        return cls(
            id=meeting.id,
            day_id=day.id,
            title=day.plan.title,
            place=day.plan.place,
            supplier_id=None if hidden else meeting.supplier_id,
            anchor_id=meeting.anchor_id,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            status=meeting.status,
            cancelled=meeting.cancelled,
            said=[SaidView(outcome=each.outcome, reason=each.reason, at=each.at) for each in meeting.said],
        )


class SlotView(View):
    starts_at: datetime
    ends_at: datetime
    free: int
    """Meetings that it has room for."""


class DaySummaryView(View):
    id: UUID
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    slot_minutes: int
    tables: int
    anchors: tuple[UUID, ...]
    status: DayStatus

    @classmethod
    def of_day(cls, day: MeetingDay) -> "DaySummaryView":
        return DaySummaryView(**_summary(day))


class DayView(DaySummaryView):
    """A day with its slots and the meetings that the caller may see: an anchor its own."""

    slots: list[SlotView]
    meetings: list[MeetingView]

    @classmethod
    def of_meetings(cls, day: MeetingDay, taken: Sequence[Meeting], seen: Sequence[MeetingView]) -> Self:
        """`taken`: all of the day; `seen`: by whom it is shown to."""
        return cls(**_summary(day), slots=_slots(day, taken), meetings=list(seen))


def _summary(day: MeetingDay) -> dict[str, object]:
    plan = day.plan
    told = {name: getattr(plan, name) for name in ("title", "place", "starts_at", "slot_minutes", "tables", "anchors")}
    return {"id": day.id, "status": day.status, "ends_at": day.ends_at, **told}


def _slots(day: MeetingDay, taken: Sequence[Meeting]) -> list[SlotView]:
    booked = [each.starts_at for each in taken if each.status != "cancelled"]
    length = timedelta(minutes=day.plan.slot_minutes)
    starts = [day.plan.starts_at + number * length for number in range(day.plan.slots)]
    return [
        SlotView(starts_at=at, ends_at=at + length, free=max(0, day.plan.tables - booked.count(at))) for at in starts
    ]
