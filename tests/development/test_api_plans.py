import json
from uuid import UUID

import pytest

from shared.service.callers import Role
from shared.testing.stage import StageUnderTest, types
from tests.development import given
from tests.development.calls import ANY, DELIVERABLE, assign, complete, get, learn, open_cohort, post, ready, refusal


async def test_the_walk_of_a_plan(stage: StageUnderTest) -> None:
    firm = await ready(stage, 1, 9_000, "T04", "A01")
    await post(stage, f"/cohorts/{await open_cohort(stage)}/selection")
    own = {"supplier_id": firm}

    plan = await get(stage, f"/plans/{firm}", Role.SUPPLIER, **own)
    assert plan["status"] == "proposed"
    assert {each["module"] for each in plan["activities"]} == {"M03", "M22"}
    assert (plan["cost_from"]["amount"], plan["cost_to"]["amount"]) == ("70000.00", "175000.00")

    agreed = await post(stage, f"/plans/{firm}/agreement", Role.SUPPLIER, **own)
    assert agreed["status"] == "agreed"

    await assign(stage, firm)
    first, second = (f"/plans/{firm}/activities/{each['activity_id']}" for each in plan["activities"])
    await complete(stage, first, firm)
    await complete(stage, first, firm)
    await learn(stage, given.gap_rescored("T04", "A01"))
    done = await complete(stage, second, firm)
    assert {each["role"] for activity in done["activities"] for each in activity["evidence"]} == {"supplier"}
    assert (done["status"], done["closed"], done["open"]) == ("completed", ["T04"], ["A01"])
    assert [type_.removeprefix("development.") for type_ in types(await stage.told())] == [
        "supplier-selected",
        "plan-agreed",
        "activity-completed",
        "activity-completed",
        "plan-completed",
    ]

    await learn(stage, given.gap_rescored("A01", version=3))
    assert (await get(stage, f"/plans/{firm}", Role.MENTOR))["open"] == []
    listed = await get(stage, "/plans?status=completed", Role.MENTOR)
    assert [each["supplier_id"] for each in listed["items"]] == [str(firm)]
    assert (await get(stage, "/plans?status=agreed", Role.MENTOR))["items"] == []


async def test_a_plan_shows_nobodys_name(stage: StageUnderTest) -> None:
    firm = await ready(stage, 1, 9_000, "T04")
    await post(stage, f"/cohorts/{await open_cohort(stage)}/selection")
    await post(stage, f"/plans/{firm}/agreement", Role.SUPPLIER, supplier_id=firm)
    await assign(stage, firm)
    plan = await get(stage, f"/plans/{firm}", Role.SUPPLIER, supplier_id=firm)
    done = await complete(stage, f"/plans/{firm}/activities/{plan['activities'][0]['activity_id']}", firm)
    assert done["status"] == "completed"
    assert all(name not in json.dumps(done) for name in ("mentor-1", "supplier-1"))


async def test_only_the_assigned_mentor_completes_and_only_what_others_gave(stage: StageUnderTest) -> None:
    """Seen: any mentor completed any firm's activity, on words of their own."""
    firm = await ready(stage, 1, 9_000, "T04")
    await post(stage, f"/cohorts/{await open_cohort(stage)}/selection")
    plan = await post(stage, f"/plans/{firm}/agreement", Role.SUPPLIER, supplier_id=firm)
    activity = f"/plans/{firm}/activities/{plan['activities'][0]['activity_id']}"
    assert await refusal(stage, "POST", f"{activity}/evidence", Role.MENTOR, DELIVERABLE) == (409, "mentor_unassigned")
    await assign(stage, firm, "mentor-2")
    assert await refusal(stage, "POST", f"{activity}/evidence", Role.MENTOR, DELIVERABLE) == (403, "not_assigned")
    await assign(stage, firm)
    own = await post(stage, f"{activity}/evidence", Role.MENTOR, DELIVERABLE)
    (given_,) = own["activities"][0]["evidence"]
    accepted = {"evidence_id": given_["evidence_id"]}
    assert await refusal(stage, "POST", f"{activity}/completion", Role.MENTOR, accepted) == (403, "same_person")
    unknown = {"evidence_id": str(UUID(int=1))}
    assert await refusal(stage, "POST", f"{activity}/completion", Role.MENTOR, unknown) == (409, "evidence_unknown")
    assert (await get(stage, "/plans?mine=true", Role.MENTOR))["items"][0]["supplier_id"] == str(firm)
    assert (await get(stage, "/plans?mine=true", Role.MENTOR, subject="mentor-2"))["items"] == []
    assert (await get(stage, f"/plans/{firm}/assignment"))["mentor"] == "mentor-1"
    body = {"mentor": "operator-1"}
    assert await refusal(stage, "PUT", f"/plans/{firm}/assignment", Role.OPERATOR, body) == (403, "assigned_themselves")


async def test_a_firm_sees_and_agrees_only_its_own_plan(stage: StageUnderTest) -> None:
    firm = await ready(stage, 1, 9_000, "T04")
    await post(stage, f"/cohorts/{await open_cohort(stage)}/selection")
    for role in (Role.MENTOR, Role.OPERATOR):
        assert await refusal(stage, "POST", f"/plans/{firm}/agreement", role) == (403, "role_missing")
    other = stage.headers(Role.SUPPLIER, supplier_id=given.supplier(2)) | ANY
    assert (await stage.client.get(f"/plans/{firm}", headers=other)).status_code == 403
    assert (await stage.client.post(f"/plans/{firm}/agreement", headers=other)).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "document"},
        {"kind": "hearsay", "description": "PPAP simulado"},
        {"kind": "document", "description": "  "},
        {"kind": "document", "description": "PPAP simulado", "sha256": "no"},
    ],
)
async def test_evidence_has_a_kind_and_words(stage: StageUnderTest, body: dict[str, str]) -> None:
    path = f"/plans/{UUID(int=1)}/activities/{UUID(int=2)}/evidence"
    assert await refusal(stage, "POST", path, Role.MENTOR, body) == (422, "invalid_request")


async def test_a_plan_that_was_proposed_anew_is_not_agreed_unread(stage: StageUnderTest) -> None:
    firm = await ready(stage, 1, 9_000, "T04", "A01")
    await post(stage, f"/cohorts/{await open_cohort(stage)}/selection")
    own = stage.headers(Role.SUPPLIER, supplier_id=firm)
    read = await stage.client.get(f"/plans/{firm}", headers=own)
    await learn(stage, given.gap_rescored("T04", "A01"))
    agreement = f"/plans/{firm}/agreement"
    assert (await stage.client.post(agreement, headers=own)).status_code == 428
    stale = await stage.client.post(agreement, headers=own | {"If-Match": read.headers["ETag"]})
    assert stale.status_code == 412
    agreed = await stage.client.post(agreement, headers=own | {"If-Match": stale.headers["ETag"]})
    assert agreed.json()["status"] == "agreed"
