"""Two people of one firm at its questionnaire, over HTTP; and every sheet that was given."""

from typing import Any

import httpx

from shared.testing.stage import StageUnderTest, types
from tests.diagnosis.builders import SUPPLIER, levels_at, sheet
from tests.diagnosis.calls import ANY, PATH, answered, assign, get, post
from tests.diagnosis.test_handlers import aligned


async def put(stage: StageUnderTest, who: str, question: str, body: dict[str, Any], seen: str) -> httpx.Response:
    headers = stage.headers("supplier", subject=who, supplier_id=SUPPLIER) | {"If-Match": seen}
    return await stage.client.put(f"{PATH}/draft/{question}", json=body, headers=headers)


async def draft(stage: StageUnderTest) -> httpx.Response:
    return await get(stage, "supplier", f"{PATH}/draft", SUPPLIER)


async def test_two_people_at_one_questionnaire_lose_no_word(stage: StageUnderTest) -> None:
    await stage.consume(aligned())
    shown = (await draft(stage)).json()
    assert (len(shown["missing"]), shown["unsubmitted"]) == (54, [])
    seen = {each["question"]: each["version"] for each in shown["answers"]}
    for who, question, level in (("ana", "T01", 3), ("berta", "T02", 2)):
        assert (await put(stage, who, question, {"level": level, "note": who}, seen[question])).status_code == 200
    stale = await put(stage, "berta", "T01", {"level": 1}, seen["T01"])
    assert (stale.status_code, stale.json()["title"]) == (412, "version_differs")
    now = await get(stage, "supplier", f"{PATH}/draft/T01", SUPPLIER)
    assert (now.json()["level"], now.json()["note"], now.headers["ETag"]) == (3, "ana", stale.json()["version"])
    whole = await draft(stage)
    assert whole.json()["unsubmitted"] == ["T01", "T02"]
    headers = stage.headers("supplier", supplier_id=SUPPLIER) | {"If-Match": whole.headers["ETag"]}
    early = await stage.client.post(f"{PATH}/draft/submission", headers=headers)
    assert (early.status_code, early.json()["title"]) == (422, "question_missing")


async def test_a_draft_is_submitted_as_a_whole_as_it_was_seen(stage: StageUnderTest) -> None:
    await stage.consume(aligned())
    await post(stage, "supplier", "self-assessment", sheet(levels_at(3)), "ana")
    await put(stage, "berta", "T01", {"level": 2}, "*")
    left_out = {"level": None, "why": "not_applicable", "reason": "Sin procesos especiales"}
    whole = await draft(stage)
    assert (await put(stage, "berta", "T12", left_out, "*")).status_code == 200
    headers = stage.headers("supplier", subject="ana", supplier_id=SUPPLIER)
    path = f"{PATH}/draft/submission"
    unseen = await stage.client.post(path, headers=headers | {"If-Match": whole.headers["ETag"]})
    assert unseen.status_code == 412
    submitted = await stage.client.post(path, headers=headers | {"If-Match": unseen.json()["version"]})
    assert (submitted.status_code, submitted.json()["unsubmitted"]) == (200, [])
    first, second = (await get(stage, "operator", f"{PATH}/sheets")).json()["items"]
    assert (first["levels"]["T01"], first["by"], first["authors"]) == (3, "ana", {})
    assert (second["levels"]["T01"], second["levels"]["T12"], second["by"]) == (2, None, "ana")
    assert second["authors"] == {"T01": "berta", "T12": "berta"}
    assert types(await stage.told()) == ["diagnosis.diagnosis-opened", *["diagnosis.diagnosis-submitted"] * 2]


async def test_what_is_not_taken(stage: StageUnderTest) -> None:
    early = await put(stage, "ana", "T01", {"level": 3}, "*")
    assert (early.status_code, early.json()["title"]) == (404, "diagnosis_not_found")
    await stage.consume(aligned())
    for question, body, status, code in (
        ("T99", {"level": 3}, 422, "unknown_question"),
        ("T12", {"level": None}, 422, "reason_missing"),
        ("T12", {"level": None, "why": "x", "reason": "x"}, 422, "invalid_request"),
        ("T01", {"level": 5}, 422, "invalid_request"),
    ):
        answer = await put(stage, "ana", question, body, "*")
        assert (answer.status_code, answer.json()["title"]) == (status, code)
    await answered(stage)
    closed = await put(stage, "ana", "T01", {"level": 3}, "*")
    assert (closed.status_code, closed.json()["title"]) == (409, "already_assessed")


async def test_a_whole_sheet_does_not_pass_over_a_colleagues_answer(stage: StageUnderTest) -> None:
    await stage.consume(aligned())
    seen = await get(stage, "supplier", PATH, SUPPLIER)
    await put(stage, "berta", "T01", {"level": 2}, "*")
    headers = stage.headers("supplier", supplier_id=SUPPLIER) | {"If-Match": seen.headers["ETag"]}
    answer = await stage.client.post(f"{PATH}/self-assessment", json=sheet(levels_at(3)), headers=headers)
    assert answer.status_code == 412


async def test_every_sheet_is_kept_with_who_gave_it(stage: StageUnderTest) -> None:
    """Seen: a second assessor's sheet replaced the first, which was stored nowhere."""
    await stage.consume(aligned())
    await post(stage, "supplier", "self-assessment", sheet(levels_at(3)))
    for assessor, level in (("ana", 3), ("berta", 2)):
        await assign(stage, assessor, "carla")
        assert (await post(stage, "assessor", "assessment", sheet(levels_at(level)), assessor)).status_code == 200
    page = (await get(stage, "expert", f"{PATH}/sheets?limit=2")).json()
    rest = (await get(stage, "expert", f"{PATH}/sheets?after={page['next']}")).json()
    kept = [(one["number"], one["kind"], one["by"], one["levels"]["T01"]) for one in (*page["items"], *rest["items"])]
    assert kept == [
        (1, "self_assessment", "supplier-1", 3),
        (2, "assessment", "ana", 3),
        (3, "assessment", "berta", 2),
    ]


async def test_an_operator_lets_all_answer_once_more(stage: StageUnderTest) -> None:
    await stage.consume(aligned())
    await answered(stage)
    await stage.told()
    headers = stage.headers("operator") | ANY
    opened = await stage.client.post(f"{PATH}/reopening", json={"reason": "Un año después"}, headers=headers)
    assert (opened.json()["status"], opened.json()["locked"]["version"]) == ("open", 1)
    assert [each["reason"] for each in opened.json()["reopenings"]] == ["Un año después"]
    assert types(await stage.told()) == ["diagnosis.diagnosis-opened"]
    early = await post(stage, "assessor", "assessment", sheet(levels_at(4)))
    assert early.json()["title"] == "not_submitted"
    for step, who in (("self-assessment", "supplier"), ("assessment", "assessor"), ("validation", "expert")):
        assert (await post(stage, who, step, sheet(levels_at(4)))).status_code == 200
    assert (await get(stage, "expert", PATH)).json()["locked"]["version"] == 2
