import json
from uuid import UUID

import pytest

from shared.service.callers import Role
from shared.testing.stage import StageUnderTest, types
from tests.development import given
from tests.development.calls import (
    ANY,
    DELIVERABLE,
    agree,
    assign,
    complete,
    get,
    learn,
    open_cohort,
    post,
    ready,
    refusal,
)


async def test_the_walk_of_a_plan(stage: StageUnderTest) -> None:
    firm = await ready(stage, 1, 9_000, "T04", "A01")
    await post(stage, f"/cohorts/{await open_cohort(stage)}/selection")
    own = {"supplier_id": firm}

    plan = await get(stage, f"/plans/{firm}", Role.SUPPLIER, **own)
    assert plan["status"] == "proposed"
    assert {each["module"] for each in plan["activities"]} == {"M03", "M22"}
    assert (plan["cost_from"]["amount"], plan["cost_to"]["amount"]) == ("70000.00", "175000.00")

    assert (await agree(stage, firm))["status"] == "agreed"

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
    await agree(stage, firm)
    plan = await get(stage, f"/plans/{firm}", Role.SUPPLIER, supplier_id=firm)
    done = await complete(stage, f"/plans/{firm}/activities/{plan['activities'][0]['activity_id']}", firm)
    assert done["status"] == "completed"
    assert all(name not in json.dumps(done) for name in ("mentor-1", "supplier-1"))


async def test_only_the_assigned_mentor_completes_and_only_what_others_gave(stage: StageUnderTest) -> None:
    """Seen: any mentor completed any firm's activity, on words of their own."""
    firm = await ready(stage, 1, 9_000, "T04")
    await post(stage, f"/cohorts/{await open_cohort(stage)}/selection")
    plan = await agree(stage, firm)
    activity = f"/plans/{firm}/activities/{plan['activities'][0]['activity_id']}"
    await assign(stage, firm, None)
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
    agreement = f"/plans/{firm}/agreement"
    assert await refusal(stage, "POST", agreement, Role.OPERATOR) == (403, "role_missing")
    assert await refusal(stage, "POST", agreement, Role.MENTOR) == (409, "mentor_unassigned")
    other = stage.headers(Role.SUPPLIER, supplier_id=given.supplier(2)) | ANY
    assert (await stage.client.get(f"/plans/{firm}", headers=other)).status_code == 403
    assert (await stage.client.post(agreement, headers=other)).status_code == 403


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
    assert (agreed.json()["status"], agreed.json()["agreed_by_firm"]) == ("proposed", True)


async def test_a_plan_holds_once_firm_and_program_agreed_and_its_history_says_so(stage: StageUnderTest) -> None:
    firm = await ready(stage, 1, 9_000, "T04", "A01")
    await post(stage, f"/cohorts/{await open_cohort(stage)}/selection")
    await assign(stage, firm)
    agreement = f"/plans/{firm}/agreement"
    half = await post(stage, agreement, Role.MENTOR)
    assert (half["status"], half["agreed_by_firm"], half["agreed_by_program"]) == ("proposed", False, True)
    await learn(stage, given.gap_rescored("T04", "A01"))
    void = await get(stage, f"/plans/{firm}", Role.SUPPLIER, supplier_id=firm)
    assert (void["agreed_by_program"], len(void["activities"])) == (False, 1)
    for who in ("ana", "luis"):
        again = await post(stage, agreement, Role.SUPPLIER, supplier_id=firm, subject=who)
        assert again["status"] == "proposed", "the firm said so before"
    whole = await post(stage, agreement, Role.MENTOR)
    assert (whole["status"], whole["agreed_by_program"]) == ("agreed", True)
    kept = await get(stage, f"/plans/{firm}/history", Role.SUPPLIER, supplier_id=firm)
    assert [(each["what"], each["role"], each["modules"], each["removed"]) for each in kept["items"]] == [
        ("proposed", "selection", ["M03", "M22"], []),
        ("agreed", "mentor", ["M03", "M22"], []),
        ("proposed", "diagnosis", ["M22"], ["M03"]),
        ("agreed", "supplier", ["M22"], []),
        ("agreed", "mentor", ["M22"], []),
        ("in_force", "mentor", ["M22"], []),
    ]
    assert kept["items"][2]["reason"] == "gap_rescored"
    assert "mentor-1" not in json.dumps(kept)
    other = stage.headers(Role.SUPPLIER, supplier_id=given.supplier(2))
    assert (await stage.client.get(f"/plans/{firm}/history", headers=other)).status_code == 403
