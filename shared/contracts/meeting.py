"""Meetings of firms with anchors: a part of `matching`'s published language."""

from typing import ClassVar
from uuid import UUID

from shared.contracts.event import Moment, ReasonCode, SupplierEvent


class MeetingEvent(SupplierEvent):
    """Something about one meeting of a firm with an anchor."""

    TOPIC: ClassVar[str] = "matching.match.v1"

    meeting_id: UUID
    """The meeting."""
    anchor_id: UUID
    """Whose buyers the firm meets."""


class MeetingBooked(MeetingEvent):
    """A firm and an anchor meet."""

    TYPE: ClassVar[str] = "matching.meeting-booked"
    ABOUT: ClassVar[tuple[str, ...]] = ("meeting", "meeting_id")

    starts_at: Moment
    """When it begins."""
    ends_at: Moment
    """When it ends."""


class MeetingCancelled(MeetingEvent):
    """They do not."""

    TYPE: ClassVar[str] = "matching.meeting-cancelled"
    ABOUT: ClassVar[tuple[str, ...]] = ("meeting", "meeting_id")

    reason: ReasonCode
    """Why not."""
    cancelled_at: Moment
    """Since when."""


class MeetingHeld(MeetingEvent):
    """What came of a meeting. Told again, as it is then, when it is corrected."""

    TYPE: ClassVar[str] = "matching.meeting-held"
    ABOUT: ClassVar[tuple[str, ...]] = ("meeting", "meeting_id")

    outcome: ReasonCode
    """A quotation or a sample was asked for, a visit agreed, no interest, or somebody did not come."""
    reason: ReasonCode | None = None
    """Why there is no interest."""
    recorded_at: Moment
    """When it was recorded."""
    corrected: bool = False
    """Whether something else was recorded before."""
