import asyncio
from uuid import UUID

import pytest

from services.development.api import router
from shared.attachments.keeping import Attachments
from shared.attachments.settings import AttachmentSettings
from shared.messaging.commands import Commands
from shared.runtime.database import Database
from shared.service.callers import Role
from shared.testing.routes import roles_by_route
from shared.testing.stage import StageUnderTest
from tests.development import given
from tests.development.calls import ANY, get, open_cohort, post, ready, refusal


async def test_the_walk_of_a_cohort(stage: StageUnderTest) -> None:
    best = await ready(stage, 1, 9_000, "T04", "A01")
    second = await ready(stage, 2, 8_000, "T04")
    third = await ready(stage, 3, 7_500, "T04")
    low = await ready(stage, 4, 5_000, "T04")
    cohort = await open_cohort(stage)

    ranking = (await get(stage, f"/cohorts/{cohort}/preview"))["items"]
    assert [(each["supplier_id"], each["selected"]) for each in ranking] == [
        (str(best), True),
        (str(second), True),
        (str(third), False),
        (str(low), False),
    ]
    assert await stage.told() == []

    selection = await post(stage, f"/cohorts/{cohort}/selection")
    assert (selection["candidates"], selection["selected"]) == (4, 2)
    assert selection["reasons"] == {"meets_every_condition": 2, "capacity_full": 1, "no_match_at_threshold": 1}
    assert {key: type_ for type_, key, _ in await stage.told()} == {
        best: "development.supplier-selected",
        second: "development.supplier-selected",
        third: "development.supplier-not-selected",
        low: "development.supplier-not-selected",
    }

    page = await get(stage, f"/cohorts/{cohort}/candidates?limit=3")
    assert [each["line"] for each in page["items"]] == [1, 2, 3]
    rest = await get(stage, f"/cohorts/{cohort}/candidates?limit=3&after={page['next']}")
    assert [each["supplier_id"] for each in rest["items"]] == [str(low)]
    assert rest["next"] is None
    assert rest["items"][0]["reasons"] == ["no_match_at_threshold"]
    assert page["items"][0] | {"decided_at": ""} == ranking[0] | {"decided_at": ""}
    only = await get(stage, f"/cohorts/{cohort}/candidates?selected=true")
    assert len(only["items"]) == 2

    assert await refusal(stage, "POST", f"/cohorts/{cohort}/selection", Role.OPERATOR) == (
        409,
        "cohort_already_selected",
    )
    assert await stage.told() == []


async def test_a_later_cohort_decides_only_those_without_a_place(stage: StageUnderTest) -> None:
    await ready(stage, 1, 9_000, "T04")
    missed = await ready(stage, 2, 8_000, "T04")
    await post(stage, f"/cohorts/{await open_cohort(stage, 1)}/selection")
    later = await post(stage, f"/cohorts/{await open_cohort(stage, 1)}/selection")
    assert (later["candidates"], later["selected"]) == (1, 1)
    assert [key for _, key, _ in await stage.told()].count(missed) == 2


async def test_of_two_who_select_at_once_one_does(stage: StageUnderTest) -> None:
    for number in (1, 2, 3):
        await ready(stage, number, 8_000, "T04")
    cohort = await open_cohort(stage)
    path, headers = f"/cohorts/{cohort}/selection", stage.headers(Role.OPERATOR) | ANY
    answers = await asyncio.gather(*(stage.client.post(path, headers=headers) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await stage.told()) == 3


async def test_two_cohorts_at_once_never_select_the_same_firm(stage: StageUnderTest) -> None:
    for number in (1, 2, 3):
        await ready(stage, number, 8_000, "T04")
    paths = [f"/cohorts/{await open_cohort(stage, 55)}/selection" for _ in range(2)]
    headers = stage.headers(Role.OPERATOR) | ANY
    answers = await asyncio.gather(*(stage.client.post(path, headers=headers) for path in paths))
    assert sorted(answer.json()["selected"] for answer in answers) == [0, 3]


async def test_overrides(stage: StageUnderTest) -> None:
    await ready(stage, 1, 9_000, "T04")
    low = await ready(stage, 2, 5_000, "T04")
    cohort = await open_cohort(stage, 1)
    path = f"/cohorts/{cohort}/overrides"
    word = {"supplier_id": str(low), "direction": "in", "reason": "Pieza crítica para una tractora"}
    view = await post(stage, path, body=word)
    assert [(each["direction"], each["by"]) for each in view["overrides"]] == [("in", "operator-1")]
    other = word | {"supplier_id": str(given.supplier(1))}
    assert await refusal(stage, "POST", path, Role.OPERATOR, other) == (409, "overrides_exceed_capacity")
    first, _ = (await get(stage, f"/cohorts/{cohort}/preview"))["items"]
    assert (first["supplier_id"], first["reasons"]) == (str(low), ["override_in", "no_match_at_threshold"])
    await post(stage, path, body=word | {"reason": "Lo pidió el comité"})
    headers = stage.headers(Role.OPERATOR, subject="operator-2") | ANY
    taken_back = await stage.client.delete(f"{path}/{low}", headers=headers)
    assert taken_back.json()["overrides"] == []
    ended = (await get(stage, f"/cohorts/{cohort}/past-overrides"))["items"]
    assert [(each["reason"], each["by"], each["ended_by"]) for each in ended] == [
        (word["reason"], "operator-1", "operator-1"),
        ("Lo pidió el comité", "operator-1", "operator-2"),
    ]
    assert all(each["at"] <= each["ended_at"] for each in ended)
    unknown = word | {"supplier_id": str(UUID(int=5))}
    assert await refusal(stage, "POST", path, Role.OPERATOR, unknown) == (404, "candidate_not_found")


async def test_a_cohort_is_mended_until_its_selection(stage: StageUnderTest) -> None:
    """Seen: one that was opened with 5 places for 55 had no way on but its selection."""
    firm = await ready(stage, 1, 9_000, "T04")
    cohort = f"/cohorts/{await open_cohort(stage, capacity=5)}"
    word = {"supplier_id": str(firm), "direction": "in", "reason": "acuerdo"}
    await post(stage, f"{cohort}/overrides", body=word)
    headers = stage.headers(Role.OPERATOR, subject="operator-2") | ANY
    body = {"name": "Generación 2027", "capacity": 55}
    changed = await stage.client.put(cohort, json=body, headers=headers)
    assert (changed.status_code, changed.json()["name"], changed.json()["capacity"]) == (200, "Generación 2027", 55)
    assert [each["direction"] for each in changed.json()["overrides"]] == ["in"]
    assert (await stage.client.post(f"{cohort}/selection", headers=headers)).status_code == 200
    late = await stage.client.put(cohort, json=body, headers=headers)
    assert (late.status_code, late.json()["title"]) == (409, "cohort_already_selected")


async def test_nobody_selects_with_an_override_of_their_own(stage: StageUnderTest) -> None:
    firm = await ready(stage, 1, 9_000, "T04")
    cohort = f"/cohorts/{await open_cohort(stage)}"
    word = {"supplier_id": str(firm), "direction": "in", "reason": "Pieza crítica para una tractora"}
    await post(stage, f"{cohort}/overrides", body=word)
    assert await refusal(stage, "POST", f"{cohort}/selection", Role.OPERATOR) == (403, "same_person")
    assert (await post(stage, f"{cohort}/selection", subject="operator-2"))["selected"] == 1


@pytest.mark.parametrize(
    ("method", "path", "role", "expected"),
    [
        ("GET", f"/cohorts/{UUID(int=1)}", Role.OPERATOR, (404, "cohort_not_found")),
        ("GET", f"/cohorts/{UUID(int=1)}/preview", Role.OPERATOR, (404, "cohort_not_found")),
        ("GET", f"/cohorts/{UUID(int=1)}/candidates", Role.OPERATOR, (404, "cohort_not_found")),
        ("POST", f"/cohorts/{UUID(int=1)}/selection", Role.OPERATOR, (404, "cohort_not_found")),
        ("GET", f"/plans/{UUID(int=1)}", Role.MENTOR, (404, "plan_not_found")),
        ("GET", f"/plans/{UUID(int=1)}/assignment", Role.MENTOR, (404, "plan_not_found")),
        ("POST", f"/cohorts/{UUID(int=1)}/selection", Role.SUPPLIER, (403, "role_missing")),
        ("GET", "/cohorts", Role.MENTOR, (403, "role_missing")),
        ("GET", "/plans", Role.SUPPLIER, (403, "role_missing")),
    ],
)
async def test_refusals(stage: StageUnderTest, method: str, path: str, role: Role, expected: tuple[int, str]) -> None:
    assert await refusal(stage, method, path, role) == expected


async def test_cohorts_have_the_default_capacity_and_the_newest_comes_first(stage: StageUnderTest) -> None:
    first, second = await open_cohort(stage), await open_cohort(stage, 7)
    listed = await get(stage, "/cohorts?limit=1")
    rest = await get(stage, f"/cohorts?limit=1&after={listed['next']}")
    shown = [(each["id"], each["capacity"]) for each in (*listed["items"], *rest["items"])]
    assert shown == [(second, 7), (first, 2)]
    assert rest["next"] is None
    assert (await get(stage, f"/cohorts/{first}"))["status"] == "open"


async def test_anybody_reads_the_modules(stage: StageUnderTest) -> None:
    answer = await stage.client.get("/modules")
    assert answer.status_code == 200
    assert answer.json()["version"] == "modules-22-2026-2"
    assert answer.json()["modules"][0]["cost_from"] == {"amount": "180000.00", "currency": "MXN"}


def test_every_route_names_who_may_call_it() -> None:
    database = Database("postgresql://unused", application="test")
    kept = Attachments("development", AttachmentSettings(), "")
    api = router(kept, Commands(database, "development"), database)
    operator, mentor = frozenset({Role.OPERATOR}), frozenset({Role.MENTOR})
    staff = frozenset({Role.MENTOR, Role.ASSESSOR, Role.EXPERT, Role.OPERATOR})
    assert roles_by_route(api) == {
        "GET /modules": frozenset(),
        "GET /calls": frozenset(),
        "GET /call": frozenset(),
        "POST /plans/{supplier_id}/attachments": mentor | {Role.SUPPLIER},
        "GET /plans/{supplier_id}/attachments": mentor | operator | {Role.SUPPLIER, Role.ASSESSOR},
        "GET /plans/{supplier_id}/attachments/{attachment_id}/link": mentor | operator | {Role.SUPPLIER, Role.ASSESSOR},
        "GET /plans/{supplier_id}/attachments/{attachment_id}/content": mentor
        | operator
        | {Role.SUPPLIER, Role.ASSESSOR},
        "DELETE /plans/{supplier_id}/attachments/{attachment_id}": operator,
        "GET /effect": operator,
        "POST /cohorts": operator,
        "GET /cohorts": operator,
        "GET /cohorts/{cohort_id}": operator,
        "PUT /cohorts/{cohort_id}": operator,
        "POST /cohorts/{cohort_id}/overrides": operator,
        "DELETE /cohorts/{cohort_id}/overrides/{supplier_id}": operator,
        "GET /cohorts/{cohort_id}/past-overrides": operator,
        "POST /cohorts/{cohort_id}/selection": operator,
        "GET /cohorts/{cohort_id}/preview": operator,
        "GET /cohorts/{cohort_id}/candidates": operator,
        "GET /cohorts/{cohort_id}/waiting-list": operator,
        "GET /cohorts/{cohort_id}/next-place": operator,
        "GET /cohorts/{cohort_id}/what-if": operator,
        "GET /cohorts/{cohort_id}/firms/{supplier_id}": operator | {Role.SUPPLIER},
        "POST /cohorts/{cohort_id}/firms/{supplier_id}/appeal": frozenset({Role.SUPPLIER}),
        "DELETE /cohorts/{cohort_id}/firms/{supplier_id}/appeal": frozenset({Role.SUPPLIER}),
        "POST /cohorts/{cohort_id}/firms/{supplier_id}/appeal/decision": operator,
        "GET /cohorts/{cohort_id}/appeals": operator,
        "GET /plans": staff,
        "GET /plans/{supplier_id}/outcomes": operator | {Role.SUPPLIER},
        "GET /plans/waiting": mentor,
        "GET /plans/assignments": operator,
        "GET /plans/{supplier_id}": staff | {Role.SUPPLIER},
        "GET /plans/{supplier_id}/assignment": staff,
        "PUT /plans/{supplier_id}/assignment": operator,
        "POST /plans/{supplier_id}/agreement": frozenset({Role.SUPPLIER, Role.MENTOR}),
        "POST /plans/{supplier_id}/activities/{activity_id}/evidence": mentor | {Role.SUPPLIER},
        "POST /plans/{supplier_id}/activities/{activity_id}/completion": mentor,
        "POST /plans/{supplier_id}/activities/{activity_id}/evidence/{evidence_id}/return": mentor,
        "POST /plans/{supplier_id}/revision/agreement": mentor | {Role.SUPPLIER},
        "GET /plans/{supplier_id}/past": staff | {Role.SUPPLIER},
        "GET /plans/{supplier_id}/history": staff | {Role.SUPPLIER},
        "POST /plans/{supplier_id}/activities/{activity_id}/removal": mentor | {Role.SUPPLIER},
        "DELETE /plans/{supplier_id}/activities/{activity_id}/removal": mentor | {Role.SUPPLIER},
        "POST /plans/{supplier_id}/drop-out/proposal": operator,
        "DELETE /plans/{supplier_id}/drop-out/proposal": operator,
        "POST /plans/{supplier_id}/drop-out": operator | {Role.SUPPLIER},
        "POST /cohorts/{cohort_id}/reinstatements": operator,
        "GET /cohorts/{cohort_id}/calendar": operator,
        "PUT /cohorts/{cohort_id}/calendar": operator,
        "POST /plans/{supplier_id}/activities/{activity_id}/sessions/{number}/attendance": mentor,
        "POST /plans/{supplier_id}/activities/{activity_id}/delay": mentor | {Role.SUPPLIER},
        "POST /cohorts/{cohort_id}/replacements": operator,
    }


async def test_a_misspelt_field_is_refused_and_not_ignored(stage: StageUnderTest) -> None:
    body = {"name": "Generación 2026", "capacitty": 3}
    assert await refusal(stage, "POST", "/cohorts", Role.OPERATOR, body) == (422, "invalid_request")


async def test_a_cohort_that_is_opened_again_under_its_key_is_one(stage: StageUnderTest) -> None:
    headers = stage.headers(Role.OPERATOR) | {"Idempotency-Key": "generacion-2026-0001"}
    body = {"name": "Generación 2026"}
    first, again = [await stage.client.post("/cohorts", json=body, headers=headers) for _ in range(2)]
    assert (again.status_code, again.json(), again.headers["ETag"]) == (201, first.json(), first.headers["ETag"])
    assert [each["id"] for each in (await get(stage, "/cohorts"))["items"]] == [first.json()["id"]]


async def test_of_two_operators_who_saw_the_same_cohort_one_overrides(stage: StageUnderTest) -> None:
    await ready(stage, 1, 9_000, "T04")
    path = f"/cohorts/{await open_cohort(stage)}"
    seen = await stage.client.get(path, headers=stage.headers(Role.OPERATOR))
    headers = stage.headers(Role.OPERATOR) | {"If-Match": seen.headers["ETag"]}
    word = {"supplier_id": str(given.supplier(1)), "direction": "out", "reason": "Cambió de dueño"}
    first, second = [await stage.client.post(f"{path}/overrides", json=word, headers=headers) for _ in range(2)]
    assert first.status_code == 200
    assert (second.status_code, second.headers["ETag"]) == (412, first.headers["ETag"])
    preview = await stage.client.get(f"{path}/preview", headers=stage.headers(Role.OPERATOR))
    other = stage.headers(Role.OPERATOR, subject="operator-2")
    stale = await stage.client.post(f"{path}/selection", headers=headers | other)
    assert (stale.status_code, stale.json()["version"]) == (412, preview.headers["ETag"])
    selected = await stage.client.post(f"{path}/selection", headers=other | {"If-Match": preview.headers["ETag"]})
    shown = await stage.client.get(path, headers=stage.headers(Role.OPERATOR))
    assert (selected.status_code, selected.headers["ETag"]) == (200, shown.headers["ETag"])
