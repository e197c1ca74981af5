from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.matching.api import router
from services.matching.domain.match import match_id
from services.matching.settings import MatchingSettings
from shared.contracts.registration import AnchorJoined, AnchorLeft
from shared.days import day_of
from shared.messaging.commands import Commands
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service.callers import SEES_ALL, Role
from shared.testing.routes import roles_by_route
from shared.testing.stage import StageUnderTest, types
from tests.matching.given import ANCHOR, REGISTERED, SUPPLIER, an_id, completed, registered

OTHER = an_id("other anchor")
LAST_DAY = str(day_of(now()) + timedelta(days=300))
SPECIFICATION: dict[str, Any] = {
    "area": "P01",
    "title": "Soporte",
    "annual_volume": 100_000,
    "plant_state": "11",
    "open_until": LAST_DAY,
}
AWARD = {"annual_value": {"amount": "1500000.00", "currency": "MXN"}, "annual_volume": 90_000}


def joined(id_: UUID = ANCHOR, code: str = "TRACTORA-1") -> AnchorJoined:
    return AnchorJoined(anchor_id=id_, code=code, name=code.title(), states=("11",), joined_at=REGISTERED)


async def published(stage: StageUnderTest, **changes: Any) -> dict[str, Any]:
    body = {"specification": SPECIFICATION | changes}
    response = await stage.client.post("/requirements", json=body, headers=stage.headers("anchor", anchor_id=ANCHOR))
    assert response.status_code == 201, response.text
    view: dict[str, Any] = response.json()
    return view


async def items(stage: StageUnderTest, path: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    page = (await stage.client.get(path, headers=headers)).json()
    assert page["next"] is None
    return page["items"]


async def matched(stage: StageUnderTest, *critical: str) -> tuple[str, str]:
    """A requirement of the anchor and the supplier's match with it."""
    await stage.consume(joined(), joined(OTHER, "TRACTORA-2"))
    requirement = await published(stage)
    await stage.consume(registered(), completed(*critical))
    return requirement["id"], str(match_id(SUPPLIER, UUID(requirement["id"])))


def test_every_route_names_who_may_call_it() -> None:
    database = Database("postgresql://nowhere/none", application="matching")
    api = router(MatchingSettings(), Commands(database, "matching"), database)
    staff, buyer = SEES_ALL, frozenset({Role.ANCHOR, Role.OPERATOR})
    assert roles_by_route(api) == {
        "GET /areas": frozenset(Role),
        "GET /anchors": frozenset(Role),
        "GET /coverage": staff,
        "POST /requirements": buyer,
        "PUT /requirements/{requirement_id}": buyer,
        "PUT /requirements/{requirement_id}/reference": buyer,
        "POST /requirements/{requirement_id}/waivers": buyer,
        "POST /requirements/{requirement_id}/waivers/{waiver_id}/revocation": buyer,
        "POST /requirements/{requirement_id}/closure": buyer,
        "POST /requirements/{requirement_id}/reopening": buyer,
        "POST /requirements/imports": buyer,
        "GET /requirements/imports/template": buyer,
        "GET /requirements/imports/{import_id}": buyer,
        "GET /requirements/imports/{import_id}/refused": buyer,
        "GET /requirements": staff | {Role.ANCHOR},
        "GET /requirements/{requirement_id}": staff | {Role.ANCHOR},
        "GET /requirements/{requirement_id}/versions": staff | {Role.ANCHOR},
        "GET /matches/{match_id}": staff | {Role.ANCHOR},
        "GET /requirements/{requirement_id}/matches": staff | {Role.ANCHOR},
        "GET /requirements/{requirement_id}/near-misses": staff | {Role.ANCHOR},
        "GET /requirements/{requirement_id}/near-misses/counts": staff | {Role.ANCHOR},
        "GET /matches/{match_id}/judged": staff,
        "GET /matches/{match_id}/lifts": staff | {Role.ANCHOR},
        "GET /suppliers/{supplier_id}/near-misses": staff | {Role.SUPPLIER},
        "GET /suppliers/{supplier_id}/lifts": staff | {Role.SUPPLIER},
        "GET /suppliers/{supplier_id}/requirements/{requirement_id}/lifts": staff | {Role.SUPPLIER},
        "GET /suppliers/{supplier_id}/alignment": staff | {Role.SUPPLIER},
        "GET /suppliers/{supplier_id}/matches": staff | {Role.SUPPLIER},
        "PUT /matches/{match_id}/performance/{month}": buyer,
        "POST /matches/{match_id}/performance/{month}/retraction": buyer,
        "GET /suppliers/{supplier_id}/performance": staff | {Role.SUPPLIER},
        "PUT /suppliers/{supplier_id}/performance/{match_id}/{month}/answer": frozenset({Role.SUPPLIER}),
        "GET /meeting-days": staff | {Role.ANCHOR},
        "GET /meeting-days/{day_id}": staff | {Role.ANCHOR},
        "POST /meeting-days": buyer,
        "PUT /meeting-days/{day_id}": buyer,
        "POST /meeting-days/{day_id}/cancellation": buyer,
        "POST /meeting-days/{day_id}/reopening": buyer,
        "POST /meeting-days/{day_id}/meetings": buyer,
        "GET /meetings/{meeting_id}": staff | {Role.ANCHOR, Role.SUPPLIER},
        "POST /meetings/{meeting_id}/cancellation": buyer | {Role.SUPPLIER},
        "POST /meetings/{meeting_id}/outcome": buyer,
        "GET /suppliers/{supplier_id}/meetings": staff | {Role.SUPPLIER},
        "GET /suppliers/{supplier_id}/requirements": staff | {Role.SUPPLIER},
        "GET /suppliers/{supplier_id}/requirements/{requirement_id}": staff | {Role.SUPPLIER},
        "POST /matches/{match_id}/answer": buyer,
        "POST /matches/{match_id}/award": buyer,
        "PUT /matches/{match_id}/award": buyer,
        "POST /matches/{match_id}/award/end": buyer,
        "POST /tellings": frozenset({Role.OPERATOR}),
        "GET /tellings": frozenset({Role.OPERATOR}),
    }


async def test_areas_and_anchors(stage: StageUnderTest) -> None:
    await stage.consume(joined())
    areas = (await stage.client.get("/areas", headers=stage.headers("supplier", supplier_id=SUPPLIER))).json()
    assert (len(areas["areas"]), areas["version"]) == (35, "areas-2026-1")
    (anchor,) = await items(stage, "/anchors", stage.headers("supplier", supplier_id=SUPPLIER))
    assert (anchor["code"], anchor["takes_part"]) == ("TRACTORA-1", True)


async def test_a_buyer_publishes_changes_and_closes_its_own(stage: StageUnderTest) -> None:
    await stage.consume(joined(), joined(OTHER, "TRACTORA-2"))
    view = await published(stage, materials=["acero"])
    assert (view["anchor_id"], view["status"]) == (str(ANCHOR), "open")
    path = f"/requirements/{view['id']}"
    changed = SPECIFICATION | {"annual_volume": 5}
    assert (
        await stage.client.put(path, json=changed, headers=stage.headers("anchor", anchor_id=OTHER) | {"If-Match": "*"})
    ).status_code == 403
    buyer = stage.headers("anchor", anchor_id=ANCHOR)
    seen = (await stage.client.get(path, headers=buyer)).headers["ETag"]
    response = await stage.client.put(path, json=changed, headers=buyer | {"If-Match": seen})
    assert response.json()["specification"]["annual_volume"] == 5
    close = {"reason": "filled"}
    assert (
        await stage.client.post(
            f"{path}/closure", json=close, headers=stage.headers("anchor", anchor_id=OTHER) | {"If-Match": "*"}
        )
    ).status_code == 403
    unseen = await stage.client.post(f"{path}/closure", json=close, headers=buyer)
    assert (unseen.status_code, unseen.json()["title"]) == (428, "if_match_missing")
    operator = stage.headers("operator") | {"If-Match": "*"}
    response = await stage.client.post(f"{path}/closure", json=close, headers=operator)
    assert (response.json()["status"], response.json()["closed_reason"]) == ("closed", "filled")
    response = await stage.client.post(f"{path}/closure", json={"reason": "cancelled"}, headers=operator)
    assert (response.status_code, response.json()["title"]) == (409, "requirement_closed")
    response = await stage.client.put(path, json=changed, headers=buyer | {"If-Match": seen})
    assert (response.status_code, response.json()["title"]) == (412, "version_differs")
    response = await stage.client.put(path, json=changed, headers=buyer | {"If-Match": "*"})
    assert (response.status_code, response.json()["title"]) == (409, "requirement_closed")
    assert types(await stage.told()) == [
        "matching.requirement-published",
        "matching.requirement-changed",
        "matching.requirement-closed",
    ]


async def test_every_version_of_a_requirement_is_listed_with_who_said_so(stage: StageUnderTest) -> None:
    await stage.consume(joined(), joined(OTHER, "TRACTORA-2"))
    path = f"/requirements/{(await published(stage))['id']}"
    ana = stage.headers("anchor", subject="ana", anchor_id=ANCHOR) | {"If-Match": "*"}
    await stage.client.put(path, json=SPECIFICATION | {"annual_volume": 5}, headers=ana)
    for act, body in (("closure", {"reason": "filled"}), ("reopening", {})):
        view = (await stage.client.post(f"{path}/{act}", json=body, headers=ana)).json()
    assert view["version"] == 4
    (closure,) = view["closures"]
    assert (closure["reason"], closure["by"], closure["reopened_by"]) == ("filled", "ana", "ana")
    found = await items(stage, f"{path}/versions", stage.headers("assessor"))
    asked = [each["specification"] and each["specification"]["annual_volume"] for each in found]
    told = [(each["number"], each["what"], each["reason"], each["actor"]["subject"]) for each in found]
    assert asked == [100_000, 5, None, 5]
    assert told == [
        (1, "published", None, "anchor-1"),
        (2, "changed", None, "ana"),
        (3, "closed", "filled", "ana"),
        (4, "reopened", None, "ana"),
    ]
    first = (await stage.client.get(f"{path}/versions?limit=3", headers=ana)).json()
    (last,) = await items(stage, f"{path}/versions?after={first['next']}", ana)
    assert ([*first["items"], last], last["number"]) == (found, 4)
    other = stage.headers("anchor", anchor_id=OTHER)
    assert (await stage.client.get(f"{path}/versions", headers=other)).status_code == 403
    unknown = await stage.client.get(f"/requirements/{OTHER}/versions", headers=ana)
    assert (unknown.status_code, unknown.json()["title"]) == (404, "requirement_unknown")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"area": "P99"}, "body.specification.area"),
        ({"precio": 3}, "body.specification.precio"),
        ({"envelope_mm": [1, 2, 0]}, "body.specification.envelope_mm.2"),
        ({"annual_volume": 3_000_000_000}, "body.specification.annual_volume"),
        ({"special_processes": ["CQI9"]}, "body.specification.special_processes.0"),
        ({"title": "  "}, "body.specification.title"),
    ],
)
async def test_a_wrong_field_is_named(stage: StageUnderTest, changes: dict[str, Any], field: str) -> None:
    body = {"specification": SPECIFICATION | changes}
    response = await stage.client.post("/requirements", json=body, headers=stage.headers("anchor", anchor_id=ANCHOR))
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field


async def test_who_may_publish_for_whom(stage: StageUnderTest) -> None:
    await stage.consume(joined())
    body: dict[str, Any] = {"specification": SPECIFICATION}

    async def code(headers: dict[str, str], **more: Any) -> tuple[int, str | None]:
        response = await stage.client.post("/requirements", json=body | more, headers=headers)
        return response.status_code, response.json().get("title")

    assert await code(stage.headers("operator")) == (422, "anchor_missing")
    assert await code(stage.headers("operator"), anchor_id=str(ANCHOR)) == (201, None)
    assert await code(stage.headers("anchor", anchor_id=ANCHOR), anchor_id=str(OTHER)) == (403, "not_yours")
    assert await code(stage.headers("anchor")) == (403, "not_yours")
    assert await code(stage.headers("anchor", anchor_id=OTHER)) == (409, "anchor_unknown")
    assert await code(stage.headers("supplier", supplier_id=SUPPLIER)) == (403, "role_missing")
    assert await code({}) == (401, "token_missing")
    await stage.consume(AnchorLeft(anchor_id=ANCHOR, reason="left_program", left_at=now()))
    assert await code(stage.headers("anchor", anchor_id=ANCHOR)) == (409, "anchor_left")


async def test_a_request_that_is_sent_again_publishes_once(stage: StageUnderTest) -> None:
    await stage.consume(joined())
    headers = stage.headers("anchor", anchor_id=ANCHOR) | {"Idempotency-Key": "order-2026-17-of-anchor-1"}
    body = {"specification": SPECIFICATION}
    ids = {(await stage.client.post("/requirements", json=body, headers=headers)).json()["id"] for _ in range(2)}
    assert len(ids) == 1
    assert types(await stage.told()) == ["matching.requirement-published"]
    body = {"specification": SPECIFICATION | {"title": "Otro"}}
    response = await stage.client.post("/requirements", json=body, headers=headers)
    assert (response.status_code, response.json()["title"]) == (409, "idempotency_key_reused")


async def test_an_anchor_lists_only_its_own(stage: StageUnderTest) -> None:
    await stage.consume(joined(), joined(OTHER, "TRACTORA-2"))
    mine = await published(stage)
    other = {"specification": SPECIFICATION | {"area": "P02"}}
    await stage.client.post("/requirements", json=other, headers=stage.headers("anchor", anchor_id=OTHER))

    async def listed(headers: dict[str, str], **query: Any) -> list[str]:
        response = await stage.client.get("/requirements", params=query, headers=headers)
        assert response.status_code == 200, response.text
        return [item["specification"]["area"] for item in response.json()["items"]]

    assert await listed(stage.headers("anchor", anchor_id=ANCHOR)) == ["P01"]
    assert sorted(await listed(stage.headers("operator"))) == ["P01", "P02"]
    assert await listed(stage.headers("mentor"), area="P02", status="open") == ["P02"]
    assert await listed(stage.headers("operator"), status="closed") == []
    query = {"anchor_id": str(ANCHOR)}
    response = await stage.client.get("/requirements", params=query, headers=stage.headers("anchor", anchor_id=OTHER))
    assert response.status_code == 403
    page = (await stage.client.get("/requirements", params={"limit": 1}, headers=stage.headers("operator"))).json()
    rest = await listed(stage.headers("operator"), after=page["next"])
    assert len(rest) == 1
    assert mine["id"]


async def test_a_supplier_sees_its_alignment_and_matches(stage: StageUnderTest) -> None:
    path = f"/suppliers/{SUPPLIER}"
    await stage.consume(registered())
    view = (await stage.client.get(f"{path}/alignment", headers=stage.headers("supplier", supplier_id=SUPPLIER))).json()
    assert (view["aligned"], view["missing"][0]["reason"], view["rules"]) == (False, "nobody_asks", "match-2026-5")
    await matched(stage)
    await stage.sweep()
    view = (await stage.client.get(f"{path}/alignment", headers=stage.headers("operator"))).json()
    assert (view["aligned"], view["missing"], len(view["requirements"])) == (True, [], 1)
    (match,) = await items(stage, f"{path}/matches", stage.headers("supplier", supplier_id=SUPPLIER))
    assert match["score"] == 10_000
    for part in ("alignment", "matches"):
        response = await stage.client.get(
            f"{path}/{part}", headers=stage.headers("supplier", supplier_id=an_id("other"))
        )
        assert response.status_code == 403
        response = await stage.client.get(f"/suppliers/{an_id('other')}/{part}", headers=stage.headers("operator"))
        assert (response.status_code, response.json()["title"]) == (404, "offering_unknown")


async def test_coverage_is_for_the_staff(stage: StageUnderTest) -> None:
    await matched(stage)
    (area,) = await items(stage, "/coverage", stage.headers("operator"))
    assert area == {"area": "P01", "open_requirements": 1, "aligned_suppliers": 1, "matches": 1}
    assert (await stage.client.get("/coverage", headers=stage.headers("anchor", anchor_id=ANCHOR))).status_code == 403
