"""Meeting days: set up, changed, cancelled; slots given to firms and anchors, and what came of each meeting."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter

from services.matching.api.access import Buyer, Reader, acts_for
from services.matching.api.seeing import DaySeen, look
from services.matching.domain.anchor import Anchor
from services.matching.domain.meeting import Meeting, MeetingDay
from services.matching.handlers import meetings as handlers
from services.matching.handlers.refusal import refused
from services.matching.store import meetings as store
from services.matching.store import queries
from services.matching.store.demand import publishing
from services.matching.store.meetings import days, meetings
from services.matching.store.offerings import offerings
from services.matching.views.meetings import (
    BookingBody,
    DaySummaryView,
    DayView,
    MeetingEndBody,
    MeetingView,
    OutcomeBody,
    PlanBody,
)
from shared.messaging.commands import Commands, CommandUnit
from shared.messaging.decision import Decision, Refused
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database
from shared.runtime.ids import new_id
from shared.service.callers import SEES_ALL, Caller, Role, allow
from shared.service.http import Change, Create, Page, Paging, Problem, Replace, Show, Strict, accepted, routes
from shared.service.http.changes import Changing

Participant = Annotated[Caller, allow(Role.SUPPLIER, Role.ANCHOR, Role.OPERATOR)]
Owner = Annotated[Caller, allow(Role.SUPPLIER, *SEES_ALL)]
Anybody = Annotated[Caller, allow(Role.SUPPLIER, Role.ANCHOR, *SEES_ALL)]


def router(commands: Commands, database: Database) -> APIRouter:
    """The routes of meetings."""
    api = routes("meetings")
    _add_reading(api, database)
    _add_planning(api, commands)
    _add_meeting(api, commands, database)
    return api


def _add_reading(api: APIRouter, database: Database) -> None:
    @api.get("/meeting-days")
    async def list_meeting_days(caller: Reader, paging: Paging) -> Page[DaySummaryView]:
        """List the days in the order in which they were set up; an anchor those to which it comes."""
        own = None if caller.roles & SEES_ALL else acts_for(caller, None)
        async with database.connection() as connection:
            found = await store.page_of_days(connection, own, paging.position(UUID), paging.fetch)
        return Page[DaySummaryView].of_rows(found, paging, DaySummaryView.of_day, lambda day: day.id)

    @api.get("/meeting-days/{day_id}")
    async def show_meeting_day(day_id: UUID, caller: Reader, show: Show) -> DayView:
        """Show a day with its slots and meetings; an anchor sees its own."""
        async with database.connection() as connection:
            day = (await store.days_of(connection, [day_id])).get(day_id)
            return show.shown((await look(connection, caller, day)).view)

    @api.get("/suppliers/{supplier_id}/meetings")
    async def list_meetings(supplier_id: UUID, caller: Owner, paging: Paging) -> Page[MeetingView]:
        """List a firm's meetings by their time, cancelled ones too."""
        caller.require_supplier(supplier_id)
        if await queries.find_offering(database, supplier_id) is None:
            raise Problem(404, "offering_unknown")
        async with database.connection() as connection:
            found = await store.meetings_of_firm(connection, supplier_id)
            known = await store.days_of(connection, {each.day_id for each in found})
        return Page[MeetingView].of_all(found, paging, lambda each: MeetingView.of_meeting(each, known[each.day_id]))

    @api.get("/meetings/{meeting_id}")
    async def show_meeting(meeting_id: UUID, caller: Anybody, show: Show) -> MeetingView:
        """Show one meeting to its firm, its anchor, and people of the program."""
        async with database.connection() as connection:
            return show.shown((await _own(connection, meeting_id, caller)).view())


def _add_planning(api: APIRouter, commands: Commands) -> None:
    @api.post("/meeting-days", status_code=201)
    async def plan_meeting_day(body: Strict[PlanBody], caller: Buyer, create: Create) -> DaySummaryView:
        """Set a day up: a buyer for its own anchor, an operator for those that it names."""
        plan, id_ = body.plan(_anchors(caller, body)), new_id()
        return await create.run(
            commands,
            days,
            id_,
            lambda _, anchors: handlers.plan(id_, plan, _joined(anchors), caller.subject, now()),
            DaySummaryView.of_day,
            publishing,
        )

    @api.put("/meeting-days/{day_id}")
    async def change_meeting_day(day_id: UUID, body: Strict[PlanBody], caller: Buyer, replace: Replace) -> DayView:
        """Change a day. While meetings are booked, its times and their anchors stay."""
        plan = body.plan(_anchors(caller, body))

        async def change(unit: CommandUnit, seen: DaySeen) -> None:
            known, booked = await publishing(unit.connection), [each for each in seen.taken if each.status == "booked"]
            unit.apply(days, day_id, accepted(handlers.change(seen.day, plan, _joined(known), booked, now())))

        return await _on_day(commands, day_id, caller, replace, change)

    @api.post("/meeting-days/{day_id}/cancellation")
    async def cancel_meeting_day(day_id: UUID, caller: Buyer, replace: Replace) -> DayView:
        """Cancel a day, and its meetings with it."""

        async def cancel(unit: CommandUnit, seen: DaySeen) -> None:
            unit.apply(days, day_id, accepted(handlers.cancel_day(seen.day)))
            booked = [each.id for each in seen.taken if each.status == "booked"]
            await unit.load(meetings, booked)
            for id_ in booked:
                ended = accepted(handlers.cancel(unit.state(meetings, id_), "day_cancelled", now()))
                unit.apply(meetings, id_, ended, about=seen.day.id)

        return await _on_day(commands, day_id, caller, replace, cancel)

    @api.post("/meeting-days/{day_id}/reopening")
    async def reopen_meeting_day(day_id: UUID, caller: Buyer, replace: Replace) -> DayView:
        """A cancelled day takes place after all; its meetings are booked anew."""

        async def reopen(unit: CommandUnit, seen: DaySeen) -> None:
            unit.apply(days, day_id, accepted(handlers.reopen_day(seen.day)))

        return await _on_day(commands, day_id, caller, replace, reopen)


def _add_meeting(api: APIRouter, commands: Commands, database: Database) -> None:
    @api.post("/meeting-days/{day_id}/meetings")
    async def book_meeting(day_id: UUID, body: Strict[BookingBody], caller: Buyer, change: Change) -> MeetingView:
        """Give a firm that an anchor knows, and that anchor, a slot. Neither meets two at once."""
        anchor_id, id_ = acts_for(caller, body.anchor_id), new_id()
        caller.require_outsider(body.supplier_id)

        async def book(unit: CommandUnit) -> tuple[Meeting, MeetingDay]:
            await unit.load(days, [day_id])
            await unit.load(offerings, [body.supplier_id])
            await unit.load(meetings, [id_])
            day, offering = unit.state(days, day_id), unit.state(offerings, body.supplier_id)
            taken = await store.taken(unit.connection, day_id, body.supplier_id)
            decision = accepted(handlers.book(id_, day, offering, taken, anchor_id, body.starts_at, now()))
            unit.apply(meetings, id_, decision, about=body.supplier_id)
            return accepted(decision.state or refused("meeting_unknown")), accepted(day or refused("day_unknown"))

        return change.shown(MeetingView.of_meeting(*await commands.run_unit(change.cause, book)))

    @api.post("/meetings/{meeting_id}/cancellation")
    async def cancel_meeting(
        meeting_id: UUID, body: Strict[MeetingEndBody], caller: Participant, replace: Replace
    ) -> MeetingView:
        """The firm or the buyer cannot come, or it was booked by mistake."""
        return await decided(
            meeting_id, caller, replace, lambda state: handlers.cancel(state, body.reason, now()), by_firm=True
        )

    @api.post("/meetings/{meeting_id}/outcome")
    async def record_outcome(
        meeting_id: UUID, body: Strict[OutcomeBody], caller: Buyer, replace: Replace
    ) -> MeetingView:
        """Record what came of a meeting, or correct it. What was recorded before stays with it."""
        return await decided(
            meeting_id,
            caller,
            replace,
            lambda state: handlers.record(state, body.outcome, body.reason, caller.subject, now()),
        )

    async def decided(
        meeting_id: UUID,
        caller: Caller,
        replace: Changing,
        decide: Callable[[Meeting | None], Decision[Meeting] | Refused],
        *,
        by_firm: bool = False,
    ) -> MeetingView:
        async with database.connection() as connection:
            seen = await _own(connection, meeting_id, caller)
        if not (by_firm and seen.of_firm):
            acts_for(caller, seen.meeting.anchor_id)
            caller.require_outsider(seen.meeting.supplier_id)
        return await replace.run(commands, meetings, meeting_id, lambda state, _: decide(state), seen.view)


class Seen(NamedTuple):
    """A meeting as somebody sees it."""

    meeting: Meeting
    day: MeetingDay
    hidden: bool
    of_firm: bool
    """Whether they are of its firm."""

    def view(self, meeting: Meeting | None = None) -> MeetingView:
        """As it is, or as it is after a decision."""
        return MeetingView.of_meeting(meeting or self.meeting, self.day, hidden=self.hidden)


async def _on_day(
    commands: Commands,
    day_id: UUID,
    caller: Caller,
    replace: Changing,
    change: Callable[[CommandUnit, DaySeen], Awaitable[None]],
) -> DayView:
    """Decide about a day as the caller saw it: a buyer about one of its anchor alone."""

    async def decide(unit: CommandUnit) -> DayView:
        await unit.load(days, [day_id])
        seen = await look(unit.connection, caller, unit.state(days, day_id))
        if seen.own is not None and seen.day.plan.anchors != (seen.own,):
            raise Problem(403, "not_yours", message="not_yours.anchor")
        replace.check(seen.view)
        await change(unit, seen)
        await unit.flush_part()
        await unit.load(days, [day_id])
        return (await look(unit.connection, caller, unit.state(days, day_id))).view

    return replace.shown(await commands.run_unit(replace.cause, decide))


async def _own(connection: Connection, meeting_id: UUID, caller: Caller) -> Seen:
    """A meeting that the caller may see."""
    found = accepted(await store.find_meeting(connection, meeting_id) or refused("meeting_unknown"))
    of_firm = Role.SUPPLIER in caller.roles and caller.supplier_id == found.supplier_id
    of_anchor = Role.ANCHOR in caller.roles and caller.anchor_id == found.anchor_id
    if not (caller.roles & SEES_ALL or of_firm or of_anchor):
        raise Problem(403, "not_yours", message="not_yours.anchor")
    day = (await store.days_of(connection, [found.day_id]))[found.day_id]
    known = caller.roles & SEES_ALL or of_firm
    hidden = not known and not await store.known_to(connection, found.anchor_id, [found.supplier_id])
    return Seen(found, day, hidden, of_firm)


def _joined(anchors: Mapping[UUID, Anchor]) -> list[UUID]:
    return [id_ for id_, anchor in anchors.items() if anchor.takes_part]


def _anchors(caller: Caller, body: PlanBody) -> tuple[UUID, ...]:
    if Role.OPERATOR in caller.roles:
        if not body.anchors:
            raise Problem(422, "anchor_missing")
        return body.anchors
    own = acts_for(caller, None)
    if {*body.anchors} - {own}:
        raise Problem(403, "not_yours", message="not_yours.anchor")
    return (own,)
