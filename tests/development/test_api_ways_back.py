"""Ways back of a plan and of a place, over HTTP."""

from typing import Any
from uuid import UUID

from shared.contracts.diagnosis import EvidenceReturned
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest, types
from tests.development import given
from tests.development.calls import ANY, DELIVERABLE, agree, complete, get, learn, open_cohort, post, ready, refusal

OTHER = {"kind": "photo", "description": "La tarjeta correcta"}


async def finished(stage: StageUnderTest, *questions: str) -> tuple[UUID, str]:
    """A firm that completed its plan, and the path of its only activity."""
    firm = await ready(stage, 1, 9_000, *questions)
    await post(stage, f"/cohorts/{await open_cohort(stage)}/selection", subject="operator-2")
    plan = await agree(stage, firm)
    path = f"/plans/{firm}/activities/{plan['activities'][0]['activity_id']}"
    assert (await complete(stage, path, firm))["status"] == "completed"
    await stage.told()
    return firm, path


def told(events: Any) -> list[str]:
    return [type_.removeprefix("development.") for type_ in types(events)]


async def test_evidence_is_returned_after_completion_and_mended(stage: StageUnderTest) -> None:
    firm, path = await finished(stage, "T04")
    plan = await get(stage, f"/plans/{firm}", Role.MENTOR)
    evidence = plan["activities"][0]["completion"]["evidence_id"]
    back = f"{path}/evidence/{evidence}/return"
    body = {"reason": "Es de otra planta"}
    headers = stage.headers(Role.MENTOR, subject="mentor-2") | ANY
    assert (await stage.client.post(back, json=body, headers=headers)).json()["title"] == "not_assigned"
    plan = await post(stage, back, Role.MENTOR, body)
    (activity,) = plan["activities"]
    assert (plan["status"], plan["completed_at"], activity["status"]) == ("agreed", None, "planned")
    assert [(each["standing"], each["reason"]) for each in activity["evidence"][0]["verdicts"]] == [
        ("accepted", ""),
        ("returned", "Es de otra planta"),
    ]
    shown = await post(stage, f"{path}/evidence", Role.SUPPLIER, OTHER, supplier_id=firm)
    other = shown["activities"][0]["evidence"][1]["evidence_id"]
    done = await post(stage, f"{path}/completion", Role.MENTOR, {"evidence_id": other})
    assert done["status"] == "completed"
    assert told(await stage.told()) == ["activity-reopened", "activity-completed", "plan-completed"]


async def test_an_assessor_returns_evidence_from_the_stage_that_they_work_in(stage: StageUnderTest) -> None:
    firm, _ = await finished(stage, "T04")
    plan = await get(stage, f"/plans/{firm}", Role.MENTOR)
    event = EvidenceReturned(
        supplier_id=firm,
        diagnosis_id=UUID(int=0xD0),
        instrument="pdp-54-2026-1",
        question="T04",
        evidence_id=plan["activities"][0]["completion"]["evidence_id"],
        reason="not_enough",
        returned_at=given.LATER,
    )
    await learn(stage, event, event.model_copy(update={"evidence_id": UUID(int=7)}))
    plan = await get(stage, f"/plans/{firm}", Role.MENTOR)
    verdict = plan["activities"][0]["evidence"][0]["verdicts"][-1]
    assert (plan["status"], verdict["role"], verdict["reason"]) == ("agreed", "assessor", "not_enough")
    assert told(await stage.told()) == ["activity-reopened"]


async def test_a_gap_that_came_later_is_in_the_plan_once_firm_and_mentor_agree(stage: StageUnderTest) -> None:
    firm, _ = await finished(stage, "T04")
    await learn(stage, given.diagnosis_completed("T04", "A01", version=2))
    path = f"/plans/{firm}/revision/agreement"
    assert await refusal(stage, "POST", path, Role.OPERATOR) == (403, "role_missing")
    half = await post(stage, path, Role.SUPPLIER, supplier_id=firm)
    revision = half["revision"]
    assert (half["status"], revision["agreed_by_firm"], revision["agreed_by_mentor"]) == ("completed", True, False)
    whole = await post(stage, path, Role.MENTOR)
    assert (whole["status"], whole["revision"]) == ("agreed", None)
    assert [each["module"] for each in whole["activities"]] == ["M03", "M22"]
    assert told(await stage.told()) == ["plan-agreed"]
    assert await refusal(stage, "POST", path, Role.MENTOR) == (404, "revision_not_found")


async def test_an_activity_is_removed_by_both_and_by_one_of_them_taken_back(stage: StageUnderTest) -> None:
    """Seen: a revision could only add."""
    firm = await ready(stage, 1, 9_000, "T04", "A01")
    await post(stage, f"/cohorts/{await open_cohort(stage)}/selection", subject="operator-2")
    plan = await agree(stage, firm)
    kept, dropped = (f"/plans/{firm}/activities/{each['activity_id']}" for each in plan["activities"])
    why = {"reason": "Ya se hizo con otro cliente"}
    assert await refusal(stage, "DELETE", f"{dropped}/removal", Role.MENTOR) == (404, "removal_not_found")
    half = await post(stage, f"{dropped}/removal", Role.MENTOR, why)
    assert [each["role"] for each in half["revision"]["removals"]] == ["mentor"]
    await complete(stage, kept, firm)
    for role, bound in ((Role.MENTOR, None), (Role.SUPPLIER, firm)):
        plan = await post(stage, f"/plans/{firm}/revision/agreement", role, supplier_id=bound)
    (removal,) = plan["removals"]
    assert (plan["status"], removal["activity"]["status"]) == ("completed", "removed")
    assert (sorted([*plan["open"], *plan["closed"]]), removal["removal"]["reason"]) == (["A01", "T04"], why["reason"])
    own = stage.headers(Role.SUPPLIER, supplier_id=firm) | ANY
    back = (await stage.client.delete(f"{dropped}/removal", headers=own)).json()
    assert back["removals"][0]["taken_back"]["role"] == "supplier"
    assert len(back["revision"]["activities"]) == 1
    assert told(await stage.told())[2:] == ["activity-completed", "plan-agreed", "plan-completed"]
    assert "mentor-1" not in str(back)


async def test_a_firm_that_finished_with_gaps_open_contends_for_a_second_cohort(stage: StageUnderTest) -> None:
    """Seen: it entered no later ranking; then it did so while its evidence waited for an assessor."""
    firm, _ = await finished(stage, "T04")
    second = await open_cohort(stage)
    (waiting,) = (await get(stage, f"/cohorts/{second}/preview"))["items"]
    assert (waiting["selected"], waiting["reasons"]) == (False, ["evidence_awaits_verdict"])
    await learn(stage, given.gap_rescored("T04", "T04", level_after=2))
    (judged,) = (await get(stage, f"/cohorts/{second}/preview"))["items"]
    assert (judged["supplier_id"], judged["selected"], judged["outcome"]) == (str(firm), True, "selected")
    await post(stage, f"/cohorts/{second}/selection")
    plan = await get(stage, f"/plans/{firm}", Role.SUPPLIER, supplier_id=firm)
    assert (plan["cohort_id"], plan["status"]) == (second, "proposed")
    (past,) = (await get(stage, f"/plans/{firm}/past", Role.SUPPLIER, supplier_id=firm))["items"]
    assert (past["ended"], past["plan"]["status"]) == ("another_cohort", "completed")
    assert len(past["plan"]["activities"]) == 1
    third = await open_cohort(stage)
    assert (await get(stage, f"/cohorts/{third}/preview"))["items"] == []


async def test_a_firm_that_finished_with_no_gap_open_contends_no_more(stage: StageUnderTest) -> None:
    await finished(stage, "T04")
    await learn(stage, given.gap_rescored("T04"))
    assert (await get(stage, f"/cohorts/{await open_cohort(stage)}/preview"))["items"] == []


async def test_a_completed_plan_keeps_its_place(stage: StageUnderTest) -> None:
    firm, _ = await finished(stage, "T04")
    drop_out = f"/plans/{firm}/drop-out/proposal"
    assert await refusal(stage, "POST", drop_out, Role.OPERATOR, {"reason": "Cerró"}) == (409, "plan_already_completed")
    unknown = f"/plans/{given.supplier(9)}/drop-out/proposal"
    assert await refusal(stage, "POST", unknown, Role.OPERATOR, {"reason": "Cerró"}) == (404, "plan_not_found")
    path = f"/plans/{firm}/activities/{UUID(int=1)}/evidence"
    assert await refusal(stage, "POST", path, Role.MENTOR, DELIVERABLE) == (404, "activity_not_found")
