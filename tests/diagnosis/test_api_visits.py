"""The assessor's sheet question by question, what an expert sends back, and what waits for whom."""

from typing import Any

import httpx
import pytest

from shared.testing.stage import StageUnderTest, types
from tests.diagnosis.builders import EVIDENCE, SUPPLIER, levels_at, sheet
from tests.diagnosis.calls import ANY, PATH, answered, assign, get, post
from tests.diagnosis.test_handlers import activity, aligned

WAITING, ASSIGNMENTS = "/diagnoses/waiting", "/diagnoses/assignments"


async def put(
    stage: StageUnderTest, question: str, body: dict[str, Any], seen: str = "*", who: str = "assessor-1"
) -> httpx.Response:
    headers = stage.headers("assessor", subject=who) | {"If-Match": seen}
    return await stage.client.put(f"{PATH}/visit/{question}", json=body, headers=headers)


async def end(stage: StageUnderTest, seen: str = "*") -> httpx.Response:
    headers = stage.headers("assessor") | {"If-Match": seen}
    return await stage.client.post(f"{PATH}/visit/submission", headers=headers)


async def send_back(stage: StageUnderTest, subject: str = "expert-1") -> httpx.Response:
    headers = stage.headers("expert", subject=subject) | ANY
    body = {"reason": "T01 no se vio en planta"}
    return await stage.client.post(f"{PATH}/assessment/return", json=body, headers=headers)


async def waits(stage: StageUnderTest, role: str, subject: str = "") -> list[dict[str, Any]]:
    answer = await stage.client.get(WAITING, headers=stage.headers(role, subject=subject))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def submit(stage: StageUnderTest) -> None:
    await stage.consume(aligned())
    await assign(stage)
    await post(stage, "supplier", "self-assessment", sheet(levels_at(3)))


@pytest.fixture
async def submitted(stage: StageUnderTest) -> StageUnderTest:
    await submit(stage)
    await stage.told()
    return stage


async def test_a_visit_is_kept_question_by_question(submitted: StageUnderTest) -> None:
    shown = (await get(submitted, "assessor", f"{PATH}/visit")).json()
    assert (len(shown["missing"]), shown["unsubmitted"]) == (54, [])
    [seen] = {each["version"] for each in shown["answers"] if each["question"] == "T01"}
    assert (await put(submitted, "T01", {"level": 3, "note": "Visto"}, seen)).status_code == 200
    stale = await put(submitted, "T01", {"level": 2}, seen)
    assert (stale.status_code, stale.json()["title"]) == (412, "version_differs")
    now = await get(submitted, "assessor", f"{PATH}/visit/T01")
    assert (now.json()["level"], now.json()["note"]) == (3, "Visto")
    assert now.headers["ETag"] == stale.json()["version"]
    early = await end(submitted)
    assert (early.status_code, early.json()["title"]) == (422, "question_missing")
    assert await submitted.told() == []


async def test_only_the_assessor_who_is_assigned_notes_what_they_saw(submitted: StageUnderTest) -> None:
    other = await put(submitted, "T01", {"level": 3}, who="assessor-2")
    assert (other.status_code, other.json()["title"]) == (403, "not_assigned")
    await answered(submitted)
    late = await put(submitted, "T01", {"level": 3})
    assert (late.status_code, late.json()["title"]) == (409, "already_completed")


async def test_a_visit_ends_as_a_sheet(submitted: StageUnderTest) -> None:
    for question in levels_at(3):
        await put(submitted, question, {"level": 3})
    whole = await get(submitted, "assessor", f"{PATH}/visit")
    await put(submitted, "T01", {"level": 1})
    assert (await end(submitted, whole.headers["ETag"])).status_code == 412
    silent = await end(submitted)
    assert (silent.status_code, silent.json()["title"]) == (422, "note_missing")
    await put(submitted, "T01", {"level": 1, "note": "Sin registro"})
    ended = await end(submitted)
    assert (ended.status_code, ended.json()["unsubmitted"], ended.json()["status"]) == (200, [], "assessed")
    assert types(await submitted.told()) == ["diagnosis.diagnosis-assessed"]
    [_, given] = (await get(submitted, "expert", f"{PATH}/sheets")).json()["items"]
    assert (given["kind"], given["by"], given["levels"]["T01"], given["notes"]) == (
        "assessment",
        "assessor-1",
        1,
        {"T01": "Sin registro"},
    )


async def test_whoever_noted_something_on_a_visit_never_validates(submitted: StageUnderTest) -> None:
    await put(submitted, "T01", {"level": 3})
    body = {"assessor": "assessor-2", "validator": "assessor-1"}
    answer = await submitted.client.put(
        f"{PATH}/assignment", json=body, headers=submitted.headers("operator", subject="operator-2") | ANY
    )
    assert (answer.status_code, answer.json()["title"]) == (403, "same_person")


async def test_an_expert_sends_an_assessment_back(stage: StageUnderTest) -> None:
    await submit(stage)
    early = await send_back(stage)
    assert (early.status_code, early.json()["title"]) == (409, "not_assessed")
    await post(stage, "assessor", "assessment", sheet(levels_at(3)))
    other = await send_back(stage, "expert-2")
    assert (other.status_code, other.json()["title"]) == (403, "not_assigned")
    await stage.told()
    back = await send_back(stage)
    assert (back.status_code, back.json()["status"]) == (200, "submitted")
    assert [each["reason"] for each in back.json()["sent_back"]] == ["T01 no se vio en planta"]
    assert types(await stage.told()) == ["diagnosis.assessment-returned"]
    [mine] = await waits(stage, "assessor")
    assert (mine["task"], mine["sent_back"]) == ("assess", True)
    shown = (await get(stage, "assessor", f"{PATH}/visit")).json()
    assert shown["missing"] == []
    await put(stage, "T01", {"level": 2})
    assert (await end(stage)).json()["status"] == "assessed"
    assert (await post(stage, "expert", "validation", sheet(levels_at(3, T01=2)))).status_code == 200
    late = await send_back(stage)
    assert (late.status_code, late.json()["title"]) == (409, "already_completed")


async def test_each_is_told_what_waits_for_them(submitted: StageUnderTest) -> None:
    [mine] = await waits(submitted, "assessor")
    assert (mine["supplier_id"], mine["task"], mine["sent_back"]) == (str(SUPPLIER), "assess", False)
    for role, subject in (("expert", "expert-1"), ("assessor", "assessor-2")):
        assert await waits(submitted, role, subject) == []
    await post(submitted, "assessor", "assessment", sheet(levels_at(3, A01=0), A01="Sin permiso"))
    assert [each["task"] for each in await waits(submitted, "expert")] == ["validate"]
    assert await waits(submitted, "assessor") == []


async def test_evidence_that_nobody_looked_at_waits_for_its_assessor(submitted: StageUnderTest) -> None:
    await answered(submitted, A01=0, T07=1)
    assert await waits(submitted, "assessor") == []
    for questions in (("A01", "T07"), ("G01",)):
        await submitted.consume(activity(*questions))
    [mine] = await waits(submitted, "assessor")
    assert (mine["task"], mine["questions"]) == ("score", 2)
    asked = {
        "question": "A01",
        "level": 0,
        "evidence_id": str(EVIDENCE),
        "note": "No",
        "returned_because": "not_enough",
    }
    assert (await post(submitted, "assessor", "rescores", asked | {"note": "Falta"})).status_code == 200
    assert [each["questions"] for each in await waits(submitted, "assessor")] == [1]


async def test_an_operator_sees_who_is_assigned_and_where_nobody_is(submitted: StageUnderTest) -> None:
    [one] = (await get(submitted, "operator", ASSIGNMENTS)).json()["items"]
    assert (one["supplier_id"], one["assessor"], one["validator"], one["status"]) == (
        str(SUPPLIER),
        "assessor-1",
        "expert-1",
        "submitted",
    )
    assert (await get(submitted, "operator", f"{ASSIGNMENTS}?missing=true")).json()["items"] == []
    await assign(submitted, validator=None)
    assert len((await get(submitted, "operator", f"{ASSIGNMENTS}?missing=true")).json()["items"]) == 1
    assert (await get(submitted, "assessor", ASSIGNMENTS)).status_code == 403
