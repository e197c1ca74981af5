"""A firm's meetings with buyers: when, where, with whom, and what came of them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.portal.api.acting import UNTRIED, Tried, acted
from services.portal.api.asking import Anybody, Asking, Form
from services.portal.api.meetings import calendar_of
from services.portal.api.my_firm import STAYING, Own
from services.portal.domain.firm import Firm
from services.portal.store import demand

MEETINGS = "/my-firm/meetings"
PAGE, MOST = 50, 200
Short = Annotated[str, Query(max_length=120)]


def router() -> APIRouter:
    pages = APIRouter(prefix=MEETINGS, dependencies=[STAYING])

    @pages.get("")
    async def list_my_meetings(asked: Anybody, firm: Own, after: Short = "") -> Response:
        """All of them, by their time."""
        return await _page(asked, firm, UNTRIED, after)

    @pages.get("/calendar.ics")
    async def give_my_calendar(asked: Anybody, firm: Own) -> Response:
        """The same for a program of calendars."""
        found, anchors = await _all(asked, firm), await _anchors(asked)
        return calendar_of(found, {each["id"]: anchors.get(each["anchor_id"], "") for each in found})

    @pages.post("/{meeting_id}/cancellation")
    async def cancel_my_meeting(asked: Anybody, firm: Own, meeting_id: UUID, _: Form) -> Response:
        """It cannot come, whatever the meeting says by now."""
        path = f"/meetings/{meeting_id}/cancellation"
        act = asked.send("matching", "POST", path, {"reason": "firm_cannot"}, version="*")
        return await acted(asked, act, lambda tried: _page(asked, firm, tried), to=MEETINGS)

    return pages


async def _page(asked: Asking, firm: Firm, tried: Tried, after: str = "") -> Response:
    place = {"after": after} if after else {}
    found = (await asked.ask("matching", f"/suppliers/{firm.id}/meetings", limit=PAGE, **place)).body
    shown = {"meetings": found["items"], "next": found["next"], "anchors": await _anchors(asked)}
    return asked.page("my_meetings.html", tried.status, **shown, **tried.shown)


async def _all(asked: Asking, firm: Firm) -> list[dict[str, Any]]:
    """Of all pages: a calendar goes on nowhere."""
    found: list[dict[str, Any]] = []
    place: dict[str, str] | None = {}
    while place is not None:
        body = (await asked.ask("matching", f"/suppliers/{firm.id}/meetings", limit=MOST, **place)).body
        found += body["items"]
        place = {"after": body["next"]} if body["next"] else None
    return found


async def _anchors(asked: Asking) -> dict[str, str]:
    async with asked.portal.database.connection() as connection:
        return {str(id_): anchor.name for id_, anchor in (await demand.all_anchors(connection)).items()}
