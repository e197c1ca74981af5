"""What waits for a mentor, and which firm waits for one."""

from uuid import UUID

from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.development import given
from tests.development.calls import DELIVERABLE, agree, get, learn, open_cohort, post, ready

WAITING, ASSIGNMENTS = "/plans/waiting", "/plans/assignments"


async def _agreed(stage: StageUnderTest) -> tuple[UUID, str]:
    """A firm with an agreed plan and a mentor, and the path of its first activity."""
    firm = await ready(stage, 1, 9_000, "T04", "A01")
    await post(stage, f"/cohorts/{await open_cohort(stage)}/selection")
    plan = await agree(stage, firm)
    return firm, f"/plans/{firm}/activities/{plan['activities'][0]['activity_id']}"


async def test_evidence_waits_for_the_firms_mentor_until_they_looked(stage: StageUnderTest) -> None:
    firm, activity = await _agreed(stage)
    assert (await get(stage, WAITING, Role.MENTOR))["items"] == []
    await post(stage, f"{activity}/evidence", Role.MENTOR, DELIVERABLE)
    assert (await get(stage, WAITING, Role.MENTOR))["items"] == [], "their own is looked at by nobody"
    for number in (1, 2):
        what = DELIVERABLE | {"description": f"PPAP {number}"}
        plan = await post(stage, f"{activity}/evidence", Role.SUPPLIER, what, supplier_id=firm)
    [waits] = (await get(stage, WAITING, Role.MENTOR))["items"]
    assert (waits["supplier_id"], waits["evidence"], waits["revision"]) == (str(firm), 2, False)
    assert (await get(stage, WAITING, Role.MENTOR, subject="mentor-2"))["items"] == []
    pieces = [piece["evidence_id"] for each in plan["activities"] for piece in each["evidence"]]
    await post(stage, f"{activity}/evidence/{pieces[1]}/return", Role.MENTOR, {"reason": "No se lee"})
    assert [each["evidence"] for each in (await get(stage, WAITING, Role.MENTOR))["items"]] == [1]
    await post(stage, f"{activity}/completion", Role.MENTOR, {"evidence_id": pieces[2]})
    assert (await get(stage, WAITING, Role.MENTOR))["items"] == []


async def test_a_change_of_the_plan_waits_until_the_mentor_agrees(stage: StageUnderTest) -> None:
    firm, _ = await _agreed(stage)
    await learn(stage, given.diagnosis_completed("T04", "A01", "T07", version=2))
    [waits] = (await get(stage, WAITING, Role.MENTOR))["items"]
    assert (waits["evidence"], waits["revision"], waits["plan_status"]) == (0, True, "agreed")
    await post(stage, f"/plans/{firm}/revision/agreement", Role.MENTOR)
    assert (await get(stage, WAITING, Role.MENTOR))["items"] == []


async def test_an_operator_sees_whose_firm_it_is_and_which_has_nobody(stage: StageUnderTest) -> None:
    firm, _ = await _agreed(stage)
    [one] = (await get(stage, ASSIGNMENTS))["items"]
    assert (one["supplier_id"], one["mentor"]) == (str(firm), "mentor-1")
    assert (await get(stage, f"{ASSIGNMENTS}?missing=true"))["items"] == []
