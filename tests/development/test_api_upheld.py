"""What an appeal that is upheld promises: a place that the budget can pay for, and that goes to nobody else."""

from uuid import UUID

from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.development import given
from tests.development.calls import agree, complete, get, learn, open_cohort, post, ready
from tests.development.test_api_appeals import REJECTED, UPHELD, answers, appeal
from tests.development.test_api_places import says
from tests.development.test_api_replacing import BYE, selected

DEAR = ("T04", "T05", "O03", "O05", "C02")


async def chosen(stage: StageUnderTest, capacity: int, *others: UUID, **limits: object) -> str:
    """A cohort that was selected, in which these others appealed."""
    cohort = f"/cohorts/{await open_cohort(stage, capacity, **limits)}"
    await post(stage, f"{cohort}/selection")
    for firm in others:
        await appeal(stage, cohort, firm)
    return cohort


async def leaves(stage: StageUnderTest, firm: UUID) -> None:
    await post(stage, f"/plans/{firm}/drop-out", Role.SUPPLIER, BYE, supplier_id=firm)


async def reinstates(stage: StageUnderTest, cohort: str, firm: UUID) -> tuple[int, str | None]:
    said = await says(stage, f"{cohort}/reinstatements", {"supplier_id": str(firm), "reason": "Fue un error"})
    return said.status_code, said.json().get("title")


async def test_nothing_is_upheld_that_the_budget_cannot_pay_for(stage: StageUnderTest) -> None:
    """Seen: a firm whose plan takes more than is left had the next place, which was given to nobody any more."""
    holder, leaver = await ready(stage, 1, 9_000, "T04"), await ready(stage, 2, 8_900, "T04")
    dear, other = await ready(stage, 3, 8_000, *DEAR), await ready(stage, 4, 7_900, "T04")
    cohort = await chosen(stage, 2, dear, budget_mxn="100000.00")
    refused = await answers(stage, cohort, dear, UPHELD, "operator-2")
    assert (refused.status_code, refused.json()["title"]) == (409, "over_budget")
    assert "10000.00" in refused.json()["detail"]
    await leaves(stage, leaver)
    await post(stage, f"{cohort}/replacements", subject="operator-3")
    assert await selected(stage, cohort) == {str(holder), str(other)}
    assert (await answers(stage, cohort, dear, REJECTED, "operator-2")).status_code == 200


async def test_who_was_upheld_and_costs_more_since_keeps_nobody_out(stage: StageUnderTest) -> None:
    holder, leaver = await ready(stage, 1, 9_000, "T04"), await ready(stage, 2, 8_900, "T04")
    upheld, other = await ready(stage, 3, 8_000, "T04"), await ready(stage, 4, 7_900, "T04")
    cohort = await chosen(stage, 2, upheld, budget_mxn="140000.00")
    assert (await answers(stage, cohort, upheld, UPHELD, "operator-2")).status_code == 200
    await learn(stage, given.diagnosis_completed(*DEAR, number=3, version=2))
    await leaves(stage, leaver)
    await post(stage, f"{cohort}/replacements", subject="operator-3")
    assert await selected(stage, cohort) == {str(holder), str(other)}
    await learn(stage, given.diagnosis_completed("T04", number=3, version=3))
    await post(stage, f"{cohort}/replacements", subject="operator-3")
    assert await selected(stage, cohort) == {str(holder), str(other), str(upheld)}


async def test_each_firm_that_is_upheld_has_a_place(stage: StageUnderTest) -> None:
    """Seen: of two that were upheld in a full cohort one had a place, and nothing gave the other one any."""
    firms = [await ready(stage, number, 9_000 - number, "T04") for number in (1, 2, 3)]
    cohort = await chosen(stage, 1, *firms[1:])
    for firm in firms[1:]:
        assert (await answers(stage, cohort, firm, UPHELD, "operator-2")).status_code == 200
    assert (await get(stage, cohort))["capacity"] == 3
    for _ in firms[1:]:
        await post(stage, f"{cohort}/replacements", subject="operator-3")
    assert await selected(stage, cohort) == {str(firm) for firm in firms}


async def test_a_place_that_was_promised_is_nobody_elses_again(stage: StageUnderTest) -> None:
    leaver, upheld = await ready(stage, 1, 9_000, "T04"), await ready(stage, 2, 8_000, "T04")
    cohort = await chosen(stage, 1, upheld)
    await leaves(stage, leaver)
    assert (await answers(stage, cohort, upheld, UPHELD, "operator-2")).status_code == 200
    assert (await get(stage, cohort))["capacity"] == 1
    assert await reinstates(stage, cohort, leaver) == (409, "place_promised")
    await post(stage, f"{cohort}/replacements", subject="operator-3")
    assert await selected(stage, cohort) == {str(upheld)}
    assert await reinstates(stage, cohort, leaver) == (409, "place_given_away")


async def test_a_place_that_came_of_an_appeal_is_not_that_of_who_dropped_out(stage: StageUnderTest) -> None:
    """Seen: the drop-out was marked as replaced, and was refused its place while one was free."""
    leaver, upheld = await ready(stage, 1, 9_000, "T04"), await ready(stage, 2, 8_000, "T04")
    cohort = await chosen(stage, 1, upheld)
    assert (await answers(stage, cohort, upheld, UPHELD, "operator-2")).status_code == 200
    await leaves(stage, leaver)
    shown = await post(stage, f"{cohort}/replacements", subject="operator-3")
    assert [each["status"] for each in shown["drop_outs"]] == ["free"]
    assert (await reinstates(stage, cohort, leaver))[0] == 200
    assert await selected(stage, cohort) == {str(leaver), str(upheld)}


async def test_who_has_a_place_is_not_upheld(stage: StageUnderTest) -> None:
    """Seen: the cohort had one place more, which another firm took. In this cohort and in another one."""
    leaver, here = await ready(stage, 1, 9_000, "T04"), await ready(stage, 2, 8_000, "T04")
    elsewhere = await ready(stage, 3, 7_900, "T04")
    cohort = await chosen(stage, 1, here, elsewhere)
    await leaves(stage, leaver)
    await post(stage, f"{cohort}/replacements", subject="operator-3")
    await learn(stage, given.withdrawn(1))
    await chosen(stage, 1)
    for firm in (here, elsewhere):
        refused = await answers(stage, cohort, firm, UPHELD, "operator-2")
        assert (refused.status_code, refused.json()["title"]) == (409, "candidate_already_selected")
    assert (await get(stage, cohort))["capacity"] == 1


async def test_what_a_drop_out_spent_is_spent(stage: StageUnderTest) -> None:
    """M03 of the first takes 45,000 at most and is done; of 90,000 nothing is left for two modules more."""
    leaver, same = await ready(stage, 1, 9_000, "T04", "A01"), await ready(stage, 2, 8_000, "T04", "A01")
    price = await plan_cost(stage, leaver)
    cohort = await chosen(stage, 1, budget_mxn=price)
    plan = await agree(stage, leaver)
    await complete(stage, f"/plans/{leaver}/activities/{plan['activities'][0]['activity_id']}", leaver)
    await leaves(stage, leaver)
    refused = await says(stage, f"{cohort}/replacements", by="operator-3")
    assert (refused.status_code, refused.json()["title"]) == (409, "nobody_next")
    assert (await reinstates(stage, cohort, leaver))[0] == 200
    assert await selected(stage, cohort) == {str(leaver)}
    assert str(same) not in await selected(stage, cohort)


async def test_the_next_one_is_found_by_what_its_plan_takes_now(stage: StageUnderTest) -> None:
    """Seen: who had more gaps by now had the place at the price of before, over the budget."""
    leaver, dearer = await ready(stage, 1, 9_000, "T04"), await ready(stage, 2, 8_000, "T04")
    cheap = await ready(stage, 3, 7_900, "T04")
    cohort = await chosen(stage, 1, budget_mxn="45000.00")
    await leaves(stage, leaver)
    await learn(stage, given.diagnosis_completed(*DEAR, number=2, version=2))
    await post(stage, f"{cohort}/replacements", subject="operator-3")
    assert await selected(stage, cohort) == {str(cheap)}
    assert str(dearer) not in await selected(stage, cohort)


async def test_the_waiting_list_has_who_would_take_a_place(stage: StageUnderTest) -> None:
    """Seen: it showed firms with a place of another cohort, and those that had left the program."""
    for number in range(1, 5):
        await ready(stage, number, 9_000 - number, "T04")
    cohort = await chosen(stage, 1)
    await chosen(stage, 1)
    await learn(stage, given.withdrawn(3))
    listed = await get(stage, f"{cohort}/waiting-list?limit=1")
    assert [each["supplier_id"] for each in listed["items"]] == [str(given.supplier(4))]


async def plan_cost(stage: StageUnderTest, firm: UUID) -> str:
    looked_at = f"/cohorts/{await open_cohort(stage, 4)}/preview"
    of = {each["supplier_id"]: each["contender"]["cost"] for each in (await get(stage, looked_at))["items"]}
    return str(of[str(firm)])
