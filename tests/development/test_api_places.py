"""Places that firms leave, have again, or that the next in rank takes, over HTTP."""

from typing import Any
from uuid import UUID

import httpx

from shared.contracts.diagnosis import EvidenceReturned
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest, types
from tests.development import given
from tests.development.calls import ANY, agree, complete, get, learn, open_cohort, post, ready, refusal
from tests.development.test_handlers_facts import referral_sent

BYE = {"reason": "Cambió de giro"}


async def cohort_of(stage: StageUnderTest, firms: int, capacity: int = 1) -> tuple[str, list[UUID]]:
    """A cohort that was selected, and its candidates by rank."""
    ranked = [await ready(stage, number, 9_500 - number, "T04", "A01") for number in range(1, firms + 1)]
    cohort = await open_cohort(stage, capacity)
    await post(stage, f"/cohorts/{cohort}/selection")
    await stage.told()
    return f"/cohorts/{cohort}", ranked


async def says(stage: StageUnderTest, path: str, body: object = None, by: str = "operator-2") -> httpx.Response:
    return await stage.client.post(path, json=body, headers=stage.headers(Role.OPERATOR, subject=by) | ANY)


async def dropped_out(stage: StageUnderTest, firm: UUID) -> Any:
    """By two operators, the first of them `operator-1`."""
    await post(stage, f"/plans/{firm}/drop-out/proposal", body=BYE)
    return await post(stage, f"/plans/{firm}/drop-out", body=BYE, subject="operator-2")


async def listed(stage: StageUnderTest, cohort: str, query: str = "") -> dict[str, tuple[str, list[str]]]:
    lines = (await get(stage, f"{cohort}/candidates{query}"))["items"]
    return {line["supplier_id"]: (line["outcome"], line["reasons"]) for line in lines}


def told(events: Any) -> list[str]:
    return [type_.removeprefix("development.") for type_ in types(events)]


async def test_two_operators_say_that_a_firm_drops_out_and_the_firm_alone(stage: StageUnderTest) -> None:
    """Seen: one operator took a firm's place away."""
    cohort, (first, second) = await cohort_of(stage, 2, capacity=2)
    path = f"/plans/{first}/drop-out"
    assert await refusal(stage, "POST", path, Role.OPERATOR, BYE) == (409, "drop_out_not_proposed")
    plan = await post(stage, f"{path}/proposal", body=BYE)
    assert [(each["reason"], each["taken_back_at"]) for each in plan["leavings"]] == [("Cambió de giro", None)]
    assert await refusal(stage, "POST", f"{path}/proposal", Role.OPERATOR, BYE) == (409, "drop_out_already_proposed")
    assert await refusal(stage, "POST", path, Role.OPERATOR, BYE) == (403, "same_person")
    assert told(await stage.told()) == []
    past = await post(stage, path, body=BYE, subject="operator-2")
    assert (past["ended"], past["plan"]["status"]) == ("dropped_out", "proposed")
    assert await refusal(stage, "GET", f"/plans/{first}", Role.OPERATOR) == (404, "plan_not_found")
    foreign = stage.headers(Role.SUPPLIER, supplier_id=first) | ANY
    by_another = await stage.client.post(f"/plans/{second}/drop-out", json=BYE, headers=foreign)
    assert (by_another.status_code, by_another.json()["title"]) == (403, "not_yours")
    await post(stage, f"/plans/{second}/drop-out", Role.SUPPLIER, BYE, supplier_id=second)
    assert told(await stage.told()) == ["supplier-dropped-out", "supplier-dropped-out"]
    by = [(each["role"], each["by"], each["proposed"]) for each in (await get(stage, cohort))["drop_outs"]]
    assert [(role, who, proposed and proposed["by"]) for role, who, proposed in by] == [
        ("operator", "operator-2", "operator-1"),
        ("supplier", "supplier-1", None),
    ]


async def test_what_an_operator_proposed_is_taken_back_and_stays_on_record(stage: StageUnderTest) -> None:
    _, (firm,) = await cohort_of(stage, 1)
    path = f"/plans/{firm}/drop-out"
    assert await refusal(stage, "DELETE", f"{path}/proposal", Role.OPERATOR) == (409, "drop_out_not_proposed")
    await post(stage, f"{path}/proposal", body=BYE)
    headers = stage.headers(Role.OPERATOR, subject="operator-2") | ANY
    kept = await stage.client.delete(f"{path}/proposal", headers=headers)
    assert [each["taken_back_at"] is None for each in kept.json()["leavings"]] == [False]
    assert (await says(stage, path, BYE)).json()["title"] == "drop_out_not_proposed"
    await post(stage, f"{path}/proposal", body=BYE)
    assert len((await get(stage, f"/plans/{firm}"))["leavings"]) == 2
    # Nobody who acts for the program does so on a firm that is theirs.
    own = stage.headers(Role.SUPPLIER, Role.OPERATOR, supplier_id=firm) | ANY
    assert (await stage.client.post(f"{path}/proposal", json=BYE, headers=own)).json()["title"] == "own_firm"


async def test_a_place_that_becomes_free_goes_to_the_next_in_rank_by_another_operator(stage: StageUnderTest) -> None:
    cohort, firms = await cohort_of(stage, 3)
    replacement = f"{cohort}/replacements"
    assert await refusal(stage, "POST", replacement, Role.OPERATOR) == (409, "no_free_place")
    await dropped_out(stage, firms[0])
    assert await refusal(stage, "POST", replacement, Role.OPERATOR) == (403, "same_person")
    await learn(stage, given.withdrawn(2))
    shown = await post(stage, replacement, subject="operator-2")
    (free,) = shown["drop_outs"]
    assert (free["supplier_id"], free["replaced_by"], free["status"]) == (str(firms[0]), str(firms[2]), "replaced")
    assert (await get(stage, f"/plans/{firms[2]}"))["status"] == "proposed"
    assert told(await stage.told()) == ["supplier-dropped-out", "supplier-selected"]
    assert await listed(stage, cohort, "?selected=true") == {str(firms[2]): ("selected", ["place_freed"])}
    await dropped_out(stage, firms[2])
    assert (await says(stage, replacement)).json()["title"] == "nobody_next"


async def test_a_firm_that_dropped_out_is_shown_as_that_and_has_no_place_of_the_same_cohort(
    stage: StageUnderTest,
) -> None:
    """Seen: it stayed `selected` in the cohort's lists."""
    cohort, (first, second) = await cohort_of(stage, 2)
    await dropped_out(stage, first)
    assert await listed(stage, cohort) == {
        str(first): ("dropped_out", ["dropped_out", "meets_every_condition"]),
        str(second): ("not_selected", ["capacity_full"]),
    }
    assert await listed(stage, cohort, "?selected=true") == {}
    ranking = {line["supplier_id"]: line for line in (await get(stage, f"{cohort}/preview"))["items"]}
    assert (ranking[str(first)]["outcome"], ranking[str(first)]["selected"]) == ("dropped_out", False)
    later = await open_cohort(stage)
    assert all(line["selected"] for line in (await get(stage, f"/cohorts/{later}/preview"))["items"])


async def test_a_drop_out_by_mistake_is_undone_while_nobody_has_the_place(stage: StageUnderTest) -> None:
    cohort, (firm, other) = await cohort_of(stage, 2)
    await agree(stage, firm)
    before = await get(stage, f"/plans/{firm}")
    back, path = {"supplier_id": str(firm), "reason": "Se confundió de empresa"}, f"{cohort}/reinstatements"
    assert (await says(stage, path, back)).json()["title"] == "drop_out_not_found"
    await dropped_out(stage, firm)
    await stage.told()
    (free,) = (await post(stage, path, body=back))["drop_outs"]
    assert (free["status"], free["reinstated"]["reason"]) == ("taken", "Se confundió de empresa")
    assert told(await stage.told()) == ["supplier-reinstated", "plan-agreed"]
    assert await get(stage, f"/plans/{firm}") == before
    assert (await get(stage, f"/plans/{firm}/assignment"))["mentor"] == "mentor-1"
    assert (await get(stage, f"/plans/{firm}/past"))["items"] == []
    assert await listed(stage, cohort, "?selected=true") == {str(firm): ("selected", ["meets_every_condition"])}
    assert (await says(stage, path, back)).json()["title"] == "candidate_already_selected"
    await dropped_out(stage, firm)
    await post(stage, f"{cohort}/replacements", subject="operator-3")
    late = await says(stage, path, back)
    assert (late.status_code, late.json()["title"]) == (409, "place_given_away")
    assert (await get(stage, f"/plans/{other}"))["status"] == "proposed"


async def test_what_was_said_while_a_firm_was_out_counts_once_it_is_back(stage: StageUnderTest) -> None:
    cohort, (firm,) = await cohort_of(stage, 1)
    plan = await agree(stage, firm)
    activity = plan["activities"][0]
    done = await complete(stage, f"/plans/{firm}/activities/{activity['activity_id']}", firm)
    completion = next(each["completion"] for each in done["activities"] if each["completion"])
    await dropped_out(stage, firm)
    await stage.told()
    returned = EvidenceReturned(
        supplier_id=firm,
        diagnosis_id=UUID(int=0xD0),
        instrument="pdp-54-2026-1",
        question=activity["questions"][0],
        evidence_id=completion["evidence_id"],
        reason="not_enough",
        returned_at=given.LATER,
    )
    await learn(stage, returned, given.diagnosis_completed("T04", "A01", "C02", version=2))
    (past,) = (await get(stage, f"/plans/{firm}/past"))["items"]
    assert (past["plan"]["closed"], past["plan"]["open"]) == ([], ["A01", "T04"])
    await post(stage, f"{cohort}/reinstatements", body={"supplier_id": str(firm), "reason": "Fue un error"})
    assert told(await stage.told()) == ["supplier-reinstated", "plan-agreed", "activity-reopened"]
    plan = await get(stage, f"/plans/{firm}")
    assert {each["status"] for each in plan["activities"]} == {"planned"}
    assert [each["questions"] for each in plan["revision"]["activities"]] == [["C02"]]


async def test_a_past_plan_shows_what_was_so_when_it_ended(stage: StageUnderTest) -> None:
    """Seen: gaps that closed since, and referrals of later, were shown as the plan's."""
    _, (firm,) = await cohort_of(stage, 1)
    path = f"/plans/{firm}/past"
    await dropped_out(stage, firm)
    (before,) = (await get(stage, path))["items"]
    assert [(gap["question"], gap["level"]) for gap in before["gaps"]] == [("T04", 1), ("A01", 1)]
    assert (before["plan"]["closed"], before["plan"]["open"]) == ([], ["A01", "T04"])
    await learn(stage, given.gap_rescored("T04"), referral_sent())
    assert (await get(stage, path))["items"] == [before]
