"""Meeting days: a buyer or an operator sets them up, gives slots, and records what came of each meeting."""

from collections.abc import Awaitable, Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from starlette.datastructures import FormData

from services.portal.api.acting import UNTRIED, Tried, acted, named
from services.portal.api.asking import Anybody, Asking, Form, Only
from services.portal.api.candidates import DECLINE_REASONS
from services.portal.api.forms import body, typed
from services.portal.domain.scope import OwnAnchor, Scope
from services.portal.stages import Answer, StageProblem
from services.portal.store import demand
from services.portal.views import calendar as file
from services.portal.views.calendar import Entry
from shared.days import ZONE
from shared.runtime.clock import now
from shared.runtime.ids import new_id, text_of
from shared.service.callers import Role

Planner = Annotated[Scope, Depends(Only(Role.ANCHOR, Role.OPERATOR))]
MEETINGS = "/meetings"
NUMBERS = ("slot_minutes", "slots", "tables")
OUTCOMES = ("quotation_asked", "sample_asked", "visit_agreed", "no_interest", "did_not_come")
ENDS = ("firm_cannot", "buyer_cannot", "booked_by_mistake", "other")
Short = Annotated[str, Query(max_length=120)]


def router() -> APIRouter:
    pages = APIRouter(prefix=MEETINGS)
    _add_days(pages)
    _add_meetings(pages)
    return pages


def _add_days(pages: APIRouter) -> None:
    @pages.get("")
    async def list_meeting_days(asked: Anybody, scope: Planner, after: Short = "") -> Response:
        """All of them, and the form of a new one."""
        return await _days(asked, scope, UNTRIED, after)

    @pages.post("")
    async def plan_meeting_day(asked: Anybody, scope: Planner, form: Form) -> Response:
        """Set a day up."""
        key = str(form.get("key", "")) or text_of(new_id())
        act = asked.send("matching", "POST", "/meeting-days", _plan(form), key=key)
        return await acted(
            asked, act, lambda tried: _days(asked, scope, tried), to=MEETINGS, typed=typed(form), tells=False
        )

    @pages.get("/{day_id}")
    async def show_meeting_day(asked: Anybody, scope: Planner, day_id: UUID) -> Response:
        """Its slots, who meets whom in each, and the form that gives one."""
        return await _day(asked, scope, day_id, UNTRIED)

    @pages.post("/{day_id}")
    async def book_meeting(asked: Anybody, scope: Planner, day_id: UUID, form: Form) -> Response:
        """Give a firm a slot."""
        act = asked.send("matching", "POST", f"/meeting-days/{day_id}/meetings", body(form))
        return await _on_day(asked, scope, day_id, act, form)

    @pages.post("/{day_id}/change")
    async def change_meeting_day(asked: Anybody, scope: Planner, day_id: UUID, form: Form) -> Response:
        """Change it as it was seen."""
        act = asked.send("matching", "PUT", f"/meeting-days/{day_id}", _plan(form), version=str(form.get("version")))
        return await _on_day(asked, scope, day_id, act, form, at="day-", tells=False)

    @pages.post("/{day_id}/cancellation")
    async def cancel_meeting_day(asked: Anybody, scope: Planner, day_id: UUID, form: Form) -> Response:
        """It does not take place."""
        path = f"/meeting-days/{day_id}/cancellation"
        act = asked.send("matching", "POST", path, version=str(form.get("version")))
        return await _on_day(asked, scope, day_id, act, form, tells=False)

    @pages.post("/{day_id}/reopening")
    async def reopen_meeting_day(asked: Anybody, scope: Planner, day_id: UUID, form: Form) -> Response:
        """It takes place after all."""
        path = f"/meeting-days/{day_id}/reopening"
        act = asked.send("matching", "POST", path, version=str(form.get("version")))
        return await _on_day(asked, scope, day_id, act, form, tells=False)

    @pages.get("/{day_id}/calendar.ics")
    async def give_calendar(asked: Anybody, scope: Planner, day_id: UUID) -> Response:
        """Its meetings, for a program of calendars."""
        shown = (await _shown(asked, f"/meeting-days/{day_id}")).body
        names = await _names(asked, scope, shown["meetings"])
        await asked.looked(*(UUID(id_) for id_ in names), page="show_meeting_day")
        with_ = {each["id"]: names.get(each["supplier_id"], "") for each in shown["meetings"]}
        return calendar_of(shown["meetings"], with_)


def _add_meetings(pages: APIRouter) -> None:
    @pages.get("/{day_id}/{meeting_id}")
    async def show_meeting(asked: Anybody, scope: Planner, day_id: UUID, meeting_id: UUID) -> Response:
        """What came of it, and the forms that say so or cancel it."""
        return await _meeting(asked, scope, day_id, meeting_id, UNTRIED)

    @pages.post("/{day_id}/{meeting_id}/outcome")
    async def record_outcome(asked: Anybody, scope: Planner, day_id: UUID, meeting_id: UUID, form: Form) -> Response:
        """Record it, or correct it."""
        return await _on_meeting(asked, scope, day_id, meeting_id, form, "outcome")

    @pages.post("/{day_id}/{meeting_id}/cancellation")
    async def cancel_meeting(asked: Anybody, scope: Planner, day_id: UUID, meeting_id: UUID, form: Form) -> Response:
        """It does not take place."""
        return await _on_meeting(asked, scope, day_id, meeting_id, form, "cancellation")


def calendar_of(meetings: Iterable[Mapping[str, Any]], with_: Mapping[str, str]) -> Response:
    """Meetings as a stage shows them, as a file; with whom, by meeting."""
    entries = [
        Entry(
            each["id"],
            datetime.fromisoformat(each["starts_at"]),
            datetime.fromisoformat(each["ends_at"]),
            ": ".join(filter(None, (each["title"], with_.get(each["id"], "")))),
            each["place"],
            each["status"] == "cancelled",
        )
        for each in meetings
    ]
    headers = {"Content-Disposition": 'attachment; filename="pdp.ics"'}
    return Response(file.calendar(entries, now()), media_type=file.MEDIA, headers=headers)


async def _on_day(
    asked: Asking,
    scope: Scope,
    day_id: UUID,
    act: Awaitable[Answer],
    form: FormData,
    *,
    at: str = "",
    tells: bool = True,
) -> Response:
    return await acted(
        asked,
        act,
        lambda tried: _day(asked, scope, day_id, tried),
        to=f"{MEETINGS}/{day_id}",
        typed=typed(form),
        at=at,
        tells=tells,
    )


async def _on_meeting(
    asked: Asking, scope: Scope, day_id: UUID, meeting_id: UUID, form: FormData, what: str
) -> Response:
    path = f"/meetings/{meeting_id}/{what}"
    return await acted(
        asked,
        asked.send("matching", "POST", path, body(form), version=str(form.get("version"))),
        lambda tried: _meeting(asked, scope, day_id, meeting_id, tried),
        to=f"{MEETINGS}/{day_id}/{meeting_id}",
        typed=typed(form),
        at=f"{what}-",
    )


async def _days(asked: Asking, scope: Scope, tried: Tried, after: str = "") -> Response:
    query = {"after": after} if after else {}
    found = (await asked.ask("matching", "/meeting-days", limit=50, **query)).body
    anchors = await _anchors(asked)
    return asked.page(
        "meetings.html",
        tried.status,
        days=found["items"],
        next=found["next"],
        anchors={} if isinstance(scope, OwnAnchor) else anchors,
        key=text_of(new_id()),
        **tried.shown,
    )


async def _day(asked: Asking, scope: Scope, day_id: UUID, tried: Tried) -> Response:
    present = await _shown(asked, f"/meeting-days/{day_id}")
    day, anchors = present.body, await _anchors(asked)
    names = await _names(asked, scope, day["meetings"])
    async with asked.portal.database.connection() as connection:
        known = await demand.introduced_to(connection, scope, [UUID(id_) for id_ in day["anchors"]])
    firms = await named(asked, scope, known)
    await asked.looked(*(UUID(id_) for id_ in {*firms, *names}), page="show_meeting_day")
    return asked.page(
        "meeting_day.html",
        tried.status,
        day=day,
        present=present,
        names=names,
        firms=sorted((firm.name or firm.folio or "", id_) for id_, firm in firms.items()),
        anchors=anchors,
        alone=isinstance(scope, OwnAnchor) and len(day["anchors"]) == 1,
        operates=not isinstance(scope, OwnAnchor),
        **tried.shown,
    )


async def _meeting(asked: Asking, scope: Scope, day_id: UUID, meeting_id: UUID, tried: Tried) -> Response:
    present = await _shown(asked, f"/meetings/{meeting_id}")
    names = await _names(asked, scope, [present.body])
    await asked.looked(*(UUID(id_) for id_ in names), page="show_meeting")
    return asked.page(
        "meeting.html",
        tried.status,
        each=present.body,
        day_id=day_id,
        present=present,
        names=names,
        anchors=await _anchors(asked),
        outcomes=OUTCOMES,
        reasons=DECLINE_REASONS,
        ends=ENDS,
        **tried.shown,
    )


async def _shown(asked: Asking, path: str) -> Answer:
    try:
        return await asked.ask("matching", path)
    except StageProblem as error:
        if error.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN):
            raise
        raise HTTPException(404) from error


async def _names(asked: Asking, scope: Scope, meetings: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What the firms that the stage shows are called, by their ids."""
    found = await named(asked, scope, [each["supplier_id"] for each in meetings if each["supplier_id"]])
    return {id_: firm.name or firm.folio or "" for id_, firm in found.items()}


async def _anchors(asked: Asking) -> dict[str, str]:
    async with asked.portal.database.connection() as connection:
        found = await demand.all_anchors(connection)
    return {str(id_): anchor.name for id_, anchor in found.items() if not anchor.departed}


def _plan(form: FormData) -> dict[str, Any]:
    """As the stage takes it: the hour of the program's offices with its zone."""
    given = body(form, numbers=NUMBERS, lists=("anchors",))
    wanted = {name: given[name] for name in ("title", "place", *NUMBERS, "anchors") if name in given}
    begins = str(given.get("starts_at", ""))
    try:
        wanted["starts_at"] = datetime.fromisoformat(begins).replace(tzinfo=ZONE).isoformat()
    except ValueError:
        wanted["starts_at"] = begins
    return wanted
