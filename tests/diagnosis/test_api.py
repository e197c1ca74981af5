from typing import Any
from uuid import UUID

import pytest

from shared.days import day_of
from shared.runtime.clock import now
from shared.service.callers import Role
from shared.testing.routes import roles_by_route
from shared.testing.stage import StageUnderTest, types
from tests.diagnosis.builders import ANCHOR, EVIDENCE, OTHER_ANCHOR, SUPPLIER, levels_at, sheet
from tests.diagnosis.calls import ANY, PATH, answered, assign, get, post
from tests.diagnosis.test_handlers import activity, aligned

OTHER = UUID("0195d000-0000-7000-8000-000000000002")


async def complete(stage: StageUnderTest) -> None:
    """A firm at level 4 but A01, at 0, where an activity gave evidence."""
    await stage.consume(aligned((ANCHOR, {"T04": 4}, ("F05",))), activity("A01"))
    await answered(stage, A01=0)


@pytest.fixture
async def completed(stage: StageUnderTest) -> StageUnderTest:
    await complete(stage)
    return stage


async def test_the_walk_from_opening_to_a_closed_gap(completed: StageUnderTest) -> None:
    gaps = (await get(completed, "supplier", f"{PATH}/gaps", SUPPLIER)).json()
    assert [(gap["question"], gap["severity"], gap["evidence"]) for gap in gaps["items"]] == [
        ("A01", "critical", [str(EVIDENCE)])
    ]
    view = await post(completed, "assessor", "rescores", {"question": "A01", "level": 3, "evidence_id": str(EVIDENCE)})
    locked = view.json()["locked"]
    assert (locked["version"], locked["result"]["grade"], locked["result"]["gaps"]) == (2, "A", [])
    assert types(await completed.told()) == [
        "diagnosis.diagnosis-opened",
        "diagnosis.diagnosis-submitted",
        "diagnosis.diagnosis-assessed",
        "diagnosis.diagnosis-completed",
        "diagnosis.gap-rescored",
    ]


async def test_a_gap_names_the_requirements_that_ask_and_to_a_firm_no_anchor(stage: StageUnderTest) -> None:
    asks = (ANCHOR, {"T04": 4}, ()), (OTHER_ANCHOR, {"T04": 3, "T05": 2}, ("T04",)), (ANCHOR, {"T05": 4}, ())
    await stage.consume(aligned(*asks))
    await answered(stage, T04=1, A01=0, T05=3)
    first, second, third = (str(UUID(int=number)) for number in (1, 2, 3))
    wanted = {
        "A01": [],
        "T04": [(first, str(ANCHOR), 4, False), (second, str(OTHER_ANCHOR), 3, True)],
        "T05": [(second, str(OTHER_ANCHOR), 2, False), (third, str(ANCHOR), 4, False)],
    }
    for role, named in (("expert", True), ("mentor", True), ("supplier", False)):
        gaps = (await get(stage, role, f"{PATH}/gaps", SUPPLIER if role == "supplier" else None)).json()["items"]
        told = {gap["question"]: [tuple(each.values()) for each in gap["asked_by"]] for gap in gaps}
        assert told == {
            code: [(id_, anchor if named else None, target, must) for id_, anchor, target, must in asking]
            for code, asking in wanted.items()
        }
        assert {gap["question"]: gap["anchors_asking"] for gap in gaps} == {"A01": 0, "T04": 2, "T05": 2}
    own = await stage.client.get(f"{PATH}/gaps", headers=stage.headers("mentor", supplier_id=SUPPLIER))
    assert str(ANCHOR) not in own.text, "a mentor of another firm's people reads their own as that firm"


async def test_a_diagnosis_shows_the_states_apart_and_nobodys_name(completed: StageUnderTest) -> None:
    response = await get(completed, "expert", PATH)
    view = response.json()
    assert view["self_assessment"]["levels"]["A01"] == view["assessment"]["levels"]["A01"] == 0
    assert "grade" not in view["assessment"]
    assert view["assessment"]["overall"] == 9714
    assert (view["locked"]["result"]["grade"], view["targets"], view["must_have"]) == ("C", {"T04": 4}, ["F05"])
    assert '"by"' not in response.text


async def test_a_command_again_changes_and_tells_nothing(completed: StageUnderTest) -> None:
    await completed.told()
    assert (await post(completed, "expert", "validation", sheet(levels_at(4, A01=0)))).status_code == 200
    assert await completed.told() == []


async def test_whoever_assessed_never_validates(stage: StageUnderTest) -> None:
    """Seen: ana assesses, berta assesses over it, ana validates her own work."""
    await stage.consume(aligned())
    await post(stage, "supplier", "self-assessment", sheet(levels_at(3)))
    for assessor in ("ana", "berta"):
        await assign(stage, assessor, "carla")
        assert (await post(stage, "assessor", "assessment", sheet(levels_at(3)), assessor)).status_code == 200
    body = {"assessor": "berta", "validator": "ana"}
    refused = await stage.client.put(f"{PATH}/assignment", json=body, headers=stage.headers("operator") | ANY)
    for response in (refused, await post(stage, "expert", "validation", sheet(levels_at(3)), "ana")):
        assert response.status_code == 403
        assert "ana" not in response.json()["detail"].split()
    assert refused.json()["title"] == "same_person"
    assert (await post(stage, "expert", "validation", sheet(levels_at(3)), "carla")).status_code == 200


async def test_only_who_is_assigned_acts(stage: StageUnderTest) -> None:
    await stage.consume(aligned())
    await post(stage, "supplier", "self-assessment", sheet(levels_at(3)))
    response = await post(stage, "assessor", "assessment", sheet(levels_at(3)))
    assert (response.status_code, response.json()["title"]) == (409, "assessor_unassigned")
    await assign(stage)
    for role, step in (("assessor", "assessment"), ("expert", "validation")):
        response = await post(stage, role, step, sheet(levels_at(3)), "another")
        assert (response.status_code, response.json()["title"]) == (403, "not_assigned")
        assert (await post(stage, role, step, sheet(levels_at(3)))).status_code == 200
    response = await post(stage, "assessor", "rescores", {"question": "A01", "level": 3, "note": "seen"}, "another")
    assert response.json()["title"] == "not_assigned"


async def test_each_finds_the_diagnoses_that_are_theirs(completed: StageUnderTest) -> None:
    for subject, number in (("assessor-1", 1), ("expert-1", 1), ("another", 0)):
        headers = completed.headers("assessor", subject=subject)
        page = (await completed.client.get("/diagnoses?mine=true", headers=headers)).json()
        assert len(page["items"]) == number
    shown = (await get(completed, "expert", f"{PATH}/assignment")).json()
    assert (shown["assessor"], shown["validator"]) == ("assessor-1", "expert-1")


@pytest.mark.parametrize(
    ("step", "body", "status", "code"),
    [
        ("self-assessment", {"levels": {"T01": 3}}, 422, "question_missing"),
        ("self-assessment", {"levels": levels_at(3, T12=None)}, 422, "reason_missing"),
        ("self-assessment", {"levels": {**levels_at(3), "T01": True}}, 422, "invalid_request"),
        ("self-assessment", {"levels": {**levels_at(3), "T01": 5}}, 422, "invalid_request"),
        ("self-assessment", {"levels": levels_at(3), "more": 1}, 422, "invalid_request"),
        ("assessment", {"levels": levels_at(3)}, 409, "not_submitted"),
        ("validation", {"levels": levels_at(3)}, 409, "not_assessed"),
        ("rescores", {"question": "A01", "level": 3, "note": "seen"}, 409, "not_completed"),
    ],
)
async def test_what_is_refused(stage: StageUnderTest, step: str, body: dict[str, Any], status: int, code: str) -> None:
    await stage.consume(aligned())
    await assign(stage)
    role = {"self-assessment": "supplier", "validation": "expert"}.get(step, "assessor")
    response = await post(stage, role, step, body)
    assert (response.status_code, response.json()["title"]) == (status, code)
    assert types(await stage.told()) == ["diagnosis.diagnosis-opened"]


async def test_a_supplier_sees_and_answers_only_its_own(stage: StageUnderTest) -> None:
    await stage.consume(aligned())
    for path in (PATH, f"{PATH}/gaps"):
        assert (await get(stage, "supplier", path, SUPPLIER)).status_code == 200
        assert (await get(stage, "supplier", path, OTHER)).status_code == 403
    other = stage.headers("supplier", supplier_id=OTHER) | ANY
    response = await stage.client.post(f"{PATH}/self-assessment", json=sheet(levels_at(3)), headers=other)
    assert (response.status_code, response.json()["title"]) == (403, "not_yours")


async def test_an_unknown_diagnosis_is_not_found(stage: StageUnderTest) -> None:
    assert (await get(stage, "expert", PATH)).json()["title"] == "diagnosis_not_found"
    assert (await post(stage, "assessor", "assessment", sheet(levels_at(3)))).status_code == 404


async def test_lists_are_paged(completed: StageUnderTest) -> None:
    page = (await get(completed, "operator", "/diagnoses?status=completed&limit=1")).json()
    assert page["items"][0]["band"] == "C1"
    assert page["next"] is None
    await completed.consume(aligned().model_copy(update={"supplier_id": OTHER}))
    first = (await get(completed, "operator", "/diagnoses?limit=1")).json()
    rest = (await get(completed, "operator", f"/diagnoses?limit=1&after={first['next']}")).json()
    assert [each["supplier_id"] for each in (*first["items"], *rest["items"])] == [str(SUPPLIER), str(OTHER)]
    assert rest["next"] is None


async def test_every_locked_version_is_listed_with_what_made_it(completed: StageUnderTest) -> None:
    (asked,) = aligned((ANCHOR, {"T04": 4}, ("F05",))).requirements
    rescore = {"question": "A01", "level": 3, "evidence_id": str(EVIDENCE)}
    await post(completed, "assessor", "rescores", rescore)
    await completed.consume(aligned((asked.anchor_id, {"A01": 4}, ())))
    notes = {"A01": "seen"}
    await post(completed, "expert", "validation", sheet(levels_at(4, A01=2), **notes))
    page = (await get(completed, "supplier", f"{PATH}/versions", SUPPLIER)).json()
    told = [(each["number"], each["because"], each["levels"]["A01"], len(each["levels"])) for each in page["items"]]
    assert told == [(1, "validated", 0, 54), (2, "rescored", 3, 54), (3, "measured", 3, 54), (4, "validated", 2, 54)]
    assert [len(each["result"]["gaps"]) for each in page["items"]] == [1, 0, 1, 1]
    for after in range(4):
        rest = (await get(completed, "expert", f"{PATH}/versions?limit=3&after={after}")).json()["items"]
        assert rest == page["items"][after : after + 3]
    assert (await get(completed, "supplier", f"{PATH}/versions", OTHER)).status_code == 403
    assert (await get(completed, "expert", f"/diagnoses/{OTHER}/versions")).json()["title"] == "diagnosis_not_found"


async def test_operators_see_what_the_program_lacks(completed: StageUnderTest) -> None:
    lacks = (await get(completed, "operator", "/gaps")).json()
    assert lacks["items"] == [{"question": "A01", "severity": "critical", "suppliers": 1, "levels": 3}]


async def test_the_instrument_is_open_to_all(stage: StageUnderTest) -> None:
    instrument = (await stage.client.get("/instrument")).json()
    assert (instrument["version"], len(instrument["questions"])) == ("pdp-54-2026-1", 54)


async def test_the_questionnaire_of_a_version_is_shown(stage: StageUnderTest) -> None:
    present = (await stage.client.get("/instrument")).json()
    same = await stage.client.get("/instrument", params={"version": present["version"]})
    assert same.json() == present
    unknown = await stage.client.get("/instrument", params={"version": "1999.1"})
    assert (unknown.status_code, unknown.json()["title"]) == (404, "instrument_unknown")


def test_every_route_names_its_roles(stage: StageUnderTest) -> None:
    see_all = frozenset({Role.ASSESSOR, Role.EXPERT, Role.OPERATOR})
    see_one = see_all | {Role.MENTOR, Role.SUPPLIER}
    assert roles_by_route(stage.router) == {
        "GET /instrument": frozenset(),
        "GET /instruments": frozenset(),
        "GET /diagnoses/{supplier_id}/comparison": see_one,
        "POST /diagnoses/{supplier_id}/attachments": frozenset({Role.SUPPLIER, Role.ASSESSOR}),
        "GET /diagnoses/{supplier_id}/attachments": see_all | {Role.SUPPLIER},
        "GET /diagnoses/{supplier_id}/attachments/{attachment_id}/link": see_all | {Role.SUPPLIER},
        "GET /diagnoses/{supplier_id}/attachments/{attachment_id}/content": see_all | {Role.SUPPLIER},
        "DELETE /diagnoses/{supplier_id}/attachments/{attachment_id}": frozenset({Role.OPERATOR}),
        "GET /diagnoses": see_all,
        "GET /gaps": see_all,
        "GET /diagnoses/{supplier_id}": see_one,
        "GET /diagnoses/{supplier_id}/gaps": see_one,
        "GET /diagnoses/{supplier_id}/assignment": see_all,
        "PUT /diagnoses/{supplier_id}/assignment": frozenset({Role.OPERATOR}),
        "POST /diagnoses/{supplier_id}/self-assessment": frozenset({Role.SUPPLIER}),
        "POST /diagnoses/{supplier_id}/assessment": frozenset({Role.ASSESSOR}),
        "POST /diagnoses/{supplier_id}/validation": frozenset({Role.EXPERT}),
        "POST /diagnoses/{supplier_id}/rescores": frozenset({Role.ASSESSOR}),
        "GET /diagnoses/{supplier_id}/sheets": see_all,
        "GET /diagnoses/{supplier_id}/versions": see_one,
        "GET /diagnoses/waiting": frozenset({Role.ASSESSOR, Role.EXPERT}),
        "GET /diagnoses/assignments": frozenset({Role.OPERATOR}),
        "GET /diagnoses/{supplier_id}/visit": frozenset({Role.ASSESSOR}),
        "GET /diagnoses/{supplier_id}/visit/{question}": frozenset({Role.ASSESSOR}),
        "PUT /diagnoses/{supplier_id}/visit/{question}": frozenset({Role.ASSESSOR}),
        "POST /diagnoses/{supplier_id}/visit/submission": frozenset({Role.ASSESSOR}),
        "POST /diagnoses/{supplier_id}/assessment/return": frozenset({Role.EXPERT}),
        "GET /diagnoses/{supplier_id}/draft": frozenset({Role.SUPPLIER}),
        "GET /diagnoses/{supplier_id}/draft/{question}": frozenset({Role.SUPPLIER}),
        "PUT /diagnoses/{supplier_id}/draft/{question}": frozenset({Role.SUPPLIER}),
        "POST /diagnoses/{supplier_id}/draft/submission": frozenset({Role.SUPPLIER}),
        "POST /diagnoses/{supplier_id}/reopening": frozenset({Role.OPERATOR}),
        "GET /diagnoses/{supplier_id}/benchmark": see_one,
        "POST /benchmarks": frozenset({Role.OPERATOR}),
        "GET /benchmarks": frozenset({Role.OPERATOR}),
        "GET /agreement": frozenset({Role.OPERATOR}),
        "GET /diagnoses/{supplier_id}/calibration": see_all,
        "PUT /diagnoses/{supplier_id}/calibration": frozenset({Role.OPERATOR}),
        "POST /diagnoses/{supplier_id}/calibration/reconciliation": frozenset({Role.ASSESSOR}),
        "POST /diagnoses/{supplier_id}/calibration/waiver": frozenset({Role.OPERATOR}),
        "POST /measurements": frozenset({Role.OPERATOR}),
        "GET /measurements": frozenset({Role.OPERATOR}),
    }


async def test_of_two_assessors_who_saw_the_same_diagnosis_one_answers(completed: StageUnderTest) -> None:
    seen = await get(completed, "assessor", PATH)
    headers = completed.headers("assessor") | {"If-Match": seen.headers["ETag"]}
    body = {"question": "A01", "level": 3, "note": "Visto en planta", "seen_on": day_of(now()).isoformat()}
    body["record"] = "Acta de la comisión, 12 de mayo"
    first, second = [await completed.client.post(f"{PATH}/rescores", json=body, headers=headers) for _ in range(2)]
    assert first.status_code == 200
    assert (second.status_code, second.json()["version"]) == (412, first.headers["ETag"])
    assert (await get(completed, "assessor", PATH)).headers["ETag"] == first.headers["ETag"]
    unseen = await completed.client.post(f"{PATH}/rescores", json=body, headers=completed.headers("assessor"))
    assert (unseen.status_code, unseen.json()["title"]) == (428, "if_match_missing")


async def test_a_refusal_names_its_questions_in_spanish_too(stage: StageUnderTest) -> None:
    await stage.consume(aligned())
    headers = stage.headers("supplier", supplier_id=SUPPLIER) | ANY | {"Accept-Language": "es-MX"}
    levels = levels_at(3)
    del levels["T04"]
    answer = await stage.client.post(f"{PATH}/self-assessment", json=sheet(levels), headers=headers)
    assert answer.json()["detail"] == "Conteste todas las preguntas. Faltan: T04."
