"""Buyers and operators plan meetings and record what came of them; a firm sees its own."""

import json
from typing import Any

import httpx
import pytest

from shared.contracts.matching import MatchFound
from shared.contracts.registration import AnchorJoined, SupplierRegistered
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import ANCHOR, SUPPLIER, example

DAY, MEETING = "00000000-0000-0000-0000-00000000000e", "00000000-0000-0000-0000-00000000000f"
AT, UNTIL = "2026-12-03T16:00:00Z", "2026-12-03T16:20:00Z"
SHOWN: dict[str, Any] = {
    "id": MEETING,
    "day_id": DAY,
    "title": "Encuentro de forja",
    "place": "Nave 4",
    "supplier_id": str(SUPPLIER),
    "anchor_id": str(ANCHOR),
    "starts_at": AT,
    "ends_at": UNTIL,
    "status": "booked",
    "cancelled": None,
    "said": [],
}
PLANNED: dict[str, Any] = {
    "id": DAY,
    "title": "Encuentro de forja",
    "place": "Nave 4",
    "starts_at": AT,
    "ends_at": UNTIL,
    "slot_minutes": 20,
    "tables": 1,
    "anchors": [str(ANCHOR)],
    "status": "planned",
    "slots": [{"starts_at": AT, "ends_at": UNTIL, "free": 0}],
    "meetings": [SHOWN],
}
FORM = {"title": "Otro", "place": "Nave 5", "starts_at": "2026-12-03T10:00", "slot_minutes": "20", "slots": "9"}


@pytest.fixture
async def there(portal: Visitors) -> Visitors:
    await portal.stage.consume(
        example(AnchorJoined), example(SupplierRegistered), example(MatchFound, blocked_by=(), standing="found")
    )
    portal.others.answer("matching", "/meeting-days", {"items": [PLANNED], "next": None})
    portal.others.answer("matching", f"/meeting-days/{DAY}", PLANNED, ETag='"v1"')
    portal.others.answer("matching", f"/meetings/{MEETING}", SHOWN, ETag='"m1"')
    portal.others.answer("matching", f"/suppliers/{SUPPLIER}/meetings", {"items": [SHOWN], "next": None})
    return portal


async def _buyer(there: Visitors) -> Browser:
    return await there.signed_in("anchor", anchor_id=ANCHOR, language="en")


async def test_a_buyer_sees_who_meets_whom_and_plans_a_day(there: Visitors) -> None:
    buyer = await _buyer(there)
    page = (await buyer.get(f"/meetings/{DAY}")).text
    name = example(SupplierRegistered).model_dump()["legal_name"]
    for shown in (name, "Armadora del Norte", "Booked", "3 Dec 2026, 10:00"):
        assert shown in page, shown
    answer = await buyer.post("/meetings", FORM | {"tables": "2", "key": "k" * 20})
    assert (answer.status_code, answer.headers["location"]) == (303, "/meetings")
    sent = there.others.asked[-1]
    assert sent.headers["Idempotency-Key"] == "k" * 20
    wanted = json.loads(sent.content)
    assert (wanted["starts_at"], wanted["slots"], wanted["tables"]) == ("2026-12-03T10:00:00-06:00", 9, 2)
    assert "anchors" not in wanted


async def test_what_the_stage_refuses_is_said_at_the_form(there: Visitors) -> None:
    buyer, said = await _buyer(there), {"title": "slot_full", "detail": "No table is left.", "errors": []}
    there.others.refused["POST", "matching.test", f"/meeting-days/{DAY}/meetings"] = httpx.Response(409, json=said)
    answer = await buyer.post(f"/meetings/{DAY}", {"supplier_id": str(SUPPLIER), "starts_at": AT})
    assert (answer.status_code, "No table is left." in answer.text) == (409, True)
    answer = await buyer.post(f"/meetings/{DAY}/change", FORM | {"tables": "1", "version": '"v1"'})
    assert (answer.status_code, there.others.asked[-1].headers["If-Match"]) == (303, '"v1"')


@pytest.mark.parametrize(
    ("what", "given"), [("outcome", {"outcome": "visit_agreed"}), ("cancellation", {"reason": "other"})]
)
async def test_what_came_of_a_meeting_is_recorded_as_it_was_seen(
    there: Visitors, what: str, given: dict[str, str]
) -> None:
    buyer = await _buyer(there)
    assert 'value="&#34;m1&#34;"' in (await buyer.get(f"/meetings/{DAY}/{MEETING}")).text
    path = f"/meetings/{MEETING}/{what}"
    there.others.answer("matching", path, SHOWN)
    answer = await buyer.post(f"/meetings/{DAY}/{MEETING}/{what}", given | {"version": '"m1"'})
    sent = there.others.asked[-1]
    assert (answer.status_code, sent.url.path, json.loads(sent.content)) == (303, path, given)
    assert sent.headers["If-Match"] == '"m1"'
    stale = httpx.Response(412, json={"title": "version_differs", "detail": "x"}, headers={"ETag": '"m2"'})
    there.others.refused["POST", "matching.test", path] = stale
    answer = await buyer.post(f"/meetings/{DAY}/{MEETING}/{what}", given | {"version": '"m1"'})
    assert answer.status_code == 412


async def test_a_firm_sees_its_meetings_and_says_that_it_cannot_come(there: Visitors) -> None:
    firm = await there.signed_in("supplier", supplier_id=SUPPLIER, language="en")
    page = (await firm.get("/my-firm/meetings")).text
    assert "Armadora del Norte" in page
    path = f"/meetings/{MEETING}/cancellation"
    there.others.answer("matching", path, SHOWN)
    answer = await firm.post(f"/my-firm/meetings/{MEETING}/cancellation")
    assert (answer.status_code, json.loads(there.others.asked[-1].content)) == (303, {"reason": "firm_cannot"})


@pytest.mark.parametrize("address", [f"/meetings/{DAY}/calendar.ics", "/my-firm/meetings/calendar.ics"])
async def test_each_side_has_a_calendar_file(there: Visitors, address: str) -> None:
    browser = await there.signed_in("anchor", "supplier", supplier_id=SUPPLIER, anchor_id=ANCHOR)
    answer = await browser.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert "DTSTART:20261203T160000Z" in answer.text
    nobody = await there.anybody().get(address)
    assert nobody.status_code == 303


async def test_a_firm_s_calendar_has_all_pages_of_its_meetings(there: Visitors) -> None:
    there.others.cursors = ("1", "2")
    browser = await there.signed_in("supplier", supplier_id=SUPPLIER)
    assert (await browser.get("/my-firm/meetings/calendar.ics")).text.count("BEGIN:VEVENT") == 3
