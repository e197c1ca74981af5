"""Meeting days: who meets whom and when, and what came of it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.matching.domain.meeting import MOST_RECORDED
from shared.runtime.clock import now
from shared.testing.stage import StageUnderTest, types
from tests.matching.given import ANCHOR, SUPPLIER, an_id, completed, registered
from tests.matching.test_api import OTHER, items, joined, matched

BEGINS = (now() + timedelta(days=3)).replace(microsecond=0)
PLAN: dict[str, Any] = {
    "title": "Encuentro de forja",
    "place": "Parque industrial, nave 4",
    "starts_at": BEGINS.isoformat(),
    "slot_minutes": 20,
    "slots": 3,
    "tables": 1,
}


def _slot(number: int) -> str:
    return (BEGINS + number * timedelta(minutes=20)).isoformat()


def _buyer(stage: StageUnderTest, anchor: UUID = ANCHOR) -> dict[str, str]:
    return stage.headers("anchor", anchor_id=anchor)


async def _known(stage: StageUnderTest) -> None:
    """A firm that the anchor knows."""
    await matched(stage)
    await stage.told()


async def _day(stage: StageUnderTest, headers: dict[str, str] | None = None, **changed: Any) -> str:
    answer = await stage.client.post("/meeting-days", json=PLAN | changed, headers=headers or _buyer(stage))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _book(stage: StageUnderTest, day: str, slot: int = 0, **changed: Any) -> tuple[int, dict[str, Any]]:
    body = {"supplier_id": str(SUPPLIER), "starts_at": _slot(slot)} | changed
    answer = await stage.client.post(f"/meeting-days/{day}/meetings", json=body, headers=_buyer(stage))
    return answer.status_code, answer.json()


async def _began(stage: StageUnderTest) -> None:
    await stage.rows("UPDATE meeting SET starts_at = now() - interval '1 hour'")


async def _seen(stage: StageUnderTest, path: str, headers: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    answer = await stage.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json(), headers | {"If-Match": answer.headers["ETag"]}


async def test_a_buyer_sets_a_day_up_and_gives_a_firm_a_slot(stage: StageUnderTest) -> None:
    await _known(stage)
    day = await _day(stage)
    status, meeting = await _book(stage, day)
    assert (status, meeting["status"], meeting["place"]) == (200, "booked", PLAN["place"])
    (told,) = await stage.told()
    assert (told.type, told.data["meeting_id"]) == ("matching.meeting-booked", meeting["id"])
    shown, _ = await _seen(stage, f"/meeting-days/{day}", _buyer(stage))
    assert [slot["free"] for slot in shown["slots"]] == [0, 1, 1]
    assert [each["supplier_id"] for each in shown["meetings"]] == [str(SUPPLIER)]
    own = stage.headers("supplier", supplier_id=SUPPLIER)
    assert await items(stage, f"/suppliers/{SUPPLIER}/meetings", own) == [meeting]
    assert [each["id"] for each in await items(stage, "/meeting-days", _buyer(stage))] == [day]
    assert await items(stage, "/meeting-days", _buyer(stage, OTHER)) == []


async def test_neither_meets_two_at_once_and_a_slot_has_its_tables(stage: StageUnderTest) -> None:
    await _known(stage)
    other = registered().model_copy(update={"supplier_id": an_id("other")})
    diagnosed = completed().model_copy(update={"supplier_id": an_id("other")})
    await stage.consume(other, diagnosed)
    first = await _day(stage, tables=2)
    operator = stage.headers("operator")
    both = await _day(stage, operator, tables=1, anchors=[str(ANCHOR), str(OTHER)], slot_minutes=30)
    assert (await _book(stage, first))[0] == 200
    busy = await _book(stage, first, supplier_id=str(an_id("other")))
    assert (busy[0], busy[1]["title"]) == (409, "anchor_busy")
    twice = await _book(stage, both)
    assert (twice[0], twice[1]["title"]) == (409, "firm_busy"), "on another day"
    assert (await _book(stage, both, 0, supplier_id=str(an_id("other"))))[0] == 200
    for changed, code in (
        ({"starts_at": (BEGINS + timedelta(minutes=7)).isoformat()}, "slot_unknown"),
        ({"supplier_id": str(an_id("nobody"))}, "not_introduced"),
    ):
        assert (await _book(stage, first, 1, **changed))[1]["title"] == code
    full = {"supplier_id": str(SUPPLIER), "anchor_id": str(OTHER), "starts_at": _slot(0)}
    answer = await stage.client.post(f"/meeting-days/{both}/meetings", json=full, headers=operator)
    assert answer.json()["title"] == "not_introduced"


async def test_what_came_of_it_is_recorded_and_corrected(stage: StageUnderTest) -> None:
    await _known(stage)
    _, meeting = await _book(stage, await _day(stage))
    path = f"/meetings/{meeting['id']}"
    _, seen = await _seen(stage, path, _buyer(stage))
    early = await stage.client.post(f"{path}/outcome", json={"outcome": "sample_asked"}, headers=seen)
    assert (early.status_code, early.json()["title"]) == (409, "meeting_too_early")
    await _began(stage)
    _, seen = await _seen(stage, path, _buyer(stage))
    await stage.told()
    first = await stage.client.post(f"{path}/outcome", json={"outcome": "quotation_asked"}, headers=seen)
    assert (first.status_code, first.json()["status"]) == (200, "held")
    stale = await stage.client.post(f"{path}/outcome", json={"outcome": "visit_agreed"}, headers=seen)
    assert stale.status_code == 412, "somebody else recorded it meanwhile"
    _, seen = await _seen(stage, path, _buyer(stage))
    wrong = await stage.client.post(f"{path}/outcome", json={"outcome": "no_interest"}, headers=seen)
    assert wrong.status_code == 422
    mended = {"outcome": "no_interest", "reason": "price"}
    assert (await stage.client.post(f"{path}/outcome", json=mended, headers=seen)).status_code == 200
    again = await stage.client.post(f"{path}/outcome", json=mended, headers=_buyer(stage) | {"If-Match": "*"})
    assert [each["outcome"] for each in again.json()["said"]] == ["quotation_asked", "no_interest"]
    told = await stage.told()
    assert [(each.data["outcome"], each.data["reason"], each.data["corrected"]) for each in told] == [
        ("quotation_asked", None, False),
        ("no_interest", "price", True),
    ]
    assert len(again.json()["said"]) < MOST_RECORDED


async def test_a_meeting_is_cancelled_by_either_side_and_its_slot_is_free_again(stage: StageUnderTest) -> None:
    await _known(stage)
    day = await _day(stage)
    _, meeting = await _book(stage, day)
    path, own = f"/meetings/{meeting['id']}", stage.headers("supplier", supplier_id=SUPPLIER)
    _, seen = await _seen(stage, path, own)
    gone = await stage.client.post(f"{path}/cancellation", json={"reason": "firm_cannot"}, headers=seen)
    assert (gone.status_code, gone.json()["cancelled"]) == (200, "firm_cannot")
    assert types(await stage.told())[-1] == "matching.meeting-cancelled"
    outcome = {"outcome": "did_not_come"}
    refused = await stage.client.post(f"{path}/outcome", json=outcome, headers=_buyer(stage) | {"If-Match": "*"})
    assert refused.json()["title"] == "meeting_cancelled"
    assert (await _book(stage, day))[0] == 200


async def test_a_day_is_changed_cancelled_and_reopened(stage: StageUnderTest) -> None:
    await _known(stage)
    day = await _day(stage)
    path = f"/meeting-days/{day}"
    _, before = await _seen(stage, path, _buyer(stage))
    await _book(stage, day)
    assert (await stage.client.put(path, json=PLAN, headers=before)).status_code == 412, "a slot was given meanwhile"
    _, seen = await _seen(stage, path, _buyer(stage))
    for changed, status in (({"slot_minutes": 30}, 409), ({"tables": 2, "place": "https://llamada.mx/1"}, 200)):
        answer = await stage.client.put(path, json=PLAN | changed, headers=seen)
        assert answer.status_code == status, answer.text
    _, seen = await _seen(stage, path, _buyer(stage))
    await stage.told()
    ended = await stage.client.post(f"{path}/cancellation", headers=seen)
    assert (ended.json()["status"], [each["cancelled"] for each in ended.json()["meetings"]]) == (
        "cancelled",
        ["day_cancelled"],
    )
    assert types(await stage.told()) == ["matching.meeting-cancelled"]
    assert (await _book(stage, day))[1]["title"] == "day_cancelled"
    back = await stage.client.post(f"{path}/reopening", headers=_buyer(stage) | {"If-Match": "*"})
    assert back.json()["status"] == "planned"
    assert (await _book(stage, day))[0] == 200


async def test_a_day_is_its_anchors_and_a_meeting_its_two_sides(stage: StageUnderTest) -> None:
    await _known(stage)
    day = await _day(stage)
    _, meeting = await _book(stage, day)
    other, outsider = _buyer(stage, OTHER), stage.headers("supplier", supplier_id=str(an_id("outsider")))
    any_version = {"If-Match": "*"}
    asked = [
        await stage.client.get(f"/meeting-days/{day}", headers=other),
        await stage.client.put(f"/meeting-days/{day}", json=PLAN, headers=other | any_version),
        await stage.client.post("/meeting-days", json=PLAN | {"anchors": [str(ANCHOR)]}, headers=other),
        await stage.client.get(f"/meetings/{meeting['id']}", headers=other),
        await stage.client.get(f"/meetings/{meeting['id']}", headers=outsider),
        await stage.client.get(f"/suppliers/{SUPPLIER}/meetings", headers=outsider),
        await stage.client.post(
            f"/meetings/{meeting['id']}/cancellation", json={"reason": "other"}, headers=outsider | any_version
        ),
    ]
    assert [answer.status_code for answer in asked] == [403] * len(asked)
    shared = await _day(stage, stage.headers("operator"), anchors=[str(ANCHOR), str(OTHER)])
    seen, _ = await _seen(stage, f"/meeting-days/{shared}", other)
    assert seen["meetings"] == []
    both = await stage.client.put(f"/meeting-days/{shared}", json=PLAN, headers=other | any_version)
    assert both.status_code == 403, "it is not its own alone"


@pytest.mark.parametrize("changed", [{"slots": 0}, {"tables": 101}, {"slot_minutes": 4}, {"title": " "}])
async def test_what_no_day_is_like_is_refused(stage: StageUnderTest, changed: dict[str, Any]) -> None:
    await stage.consume(joined())
    answer = await stage.client.post("/meeting-days", json=PLAN | changed, headers=_buyer(stage))
    assert answer.status_code == 422
    past = PLAN | {"starts_at": datetime.fromisoformat("2020-01-01T10:00:00Z").isoformat()}
    assert (await stage.client.post("/meeting-days", json=past, headers=_buyer(stage))).json()["title"] == "slot_past"
