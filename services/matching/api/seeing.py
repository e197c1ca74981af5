"""How a caller sees a meeting day."""

from dataclasses import dataclass
from uuid import UUID

from services.matching.api.access import acts_for
from services.matching.domain.meeting import Meeting, MeetingDay
from services.matching.handlers.refusal import refused
from services.matching.store import meetings as store
from services.matching.views.meetings import DayView, MeetingView
from shared.runtime.database import Connection
from shared.service.callers import SEES_ALL, Caller
from shared.service.http import Problem, accepted


@dataclass(frozen=True, slots=True)
class DaySeen:
    """A day, and who looks at it."""

    day: MeetingDay
    taken: tuple[Meeting, ...]
    """All of its meetings, cancelled ones too."""
    own: UUID | None
    """The anchor whose buyer looks; None: whoever sees all."""
    known: frozenset[UUID]
    """The firms that this anchor knows."""

    @property
    def view(self) -> DayView:
        mine = [each for each in self.taken if self.own in (None, each.anchor_id)]
        seen = [
            MeetingView.of_meeting(each, self.day, hidden=self.own is not None and each.supplier_id not in self.known)
            for each in mine
        ]
        return DayView.of_meetings(self.day, self.taken, seen)


async def look(connection: Connection, caller: Caller, day: MeetingDay | None) -> DaySeen:
    """The day for a caller. Raises a problem where there is none, or it is another anchor's."""
    known_day = accepted(day or refused("day_unknown"))
    own = None if caller.roles & SEES_ALL else acts_for(caller, None)
    if own is not None and own not in known_day.plan.anchors:
        raise Problem(403, "not_yours", message="not_yours.anchor")
    taken = tuple(await store.meetings_of_day(connection, known_day.id))
    firms = {each.supplier_id for each in taken if each.anchor_id == own}
    known = await store.known_to(connection, own, firms) if own is not None else frozenset[UUID]()
    return DaySeen(known_day, taken, own, known)
