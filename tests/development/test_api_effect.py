"""The effect over HTTP: of real events, for operators."""

from typing import Any
from uuid import UUID

from shared.contracts.matching import ContractAwarded, ContractEnded
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.development import given
from tests.development.calls import agree, complete, get, learn, open_cohort, post, ready, refusal

MATCH: dict[str, Any] = {
    "match_id": UUID(int=0xE001),
    "requirement_id": given.requirement(1),
    "anchor_id": UUID(int=0xF0),
}


async def test_what_became_of_firms_is_told_of_many_and_of_no_few(stage: StageUnderTest) -> None:
    firms = [await ready(stage, number, 9_000, "T04") for number in range(1, 6)]
    cohort = await open_cohort(stage, 5)
    await post(stage, f"/cohorts/{cohort}/selection", subject="operator-2")
    for number, firm in enumerate(firms, 1):
        plan = await agree(stage, firm)
        activity = f"/plans/{firm}/activities/{plan['activities'][0]['activity_id']}"
        await learn(stage, given.gap_rescored("T04", number=number))
        await complete(stage, activity, firm)
        if number == 4:
            assert (await get(stage, "/effect"))["whole"]["after"] is None, "four are few"
    bought = ContractAwarded(
        supplier_id=firms[0],
        area="P01",
        annual_value=given.published_money("1000000.00"),
        annual_volume=1_000,
        awarded_at=given.NOW,
        **MATCH,
    )
    ended = ContractEnded(supplier_id=firms[0], area="P01", reason="mistyped", ended_at=given.LATER, **MATCH)
    await learn(stage, bought)
    told = await get(stage, "/effect")
    assert (told["whole"]["firms"], told["whole"]["awarded"]["t1"]) == (5, 2_000)
    assert [(each["module"], each["firms"]) for each in told["modules"]] == [("M03", 5)]
    assert [(split["by"], [group["group"] for group in split["groups"]]) for split in told["splits"]] == [
        ("state", ["11"]),
        ("size", ["small"]),
        ("women_led", ["unknown"]),
    ]
    alone = await get(stage, f"/effect?cohort_id={cohort}")
    assert (alone["whole"]["firms"], alone["splits"], alone["modules"]) == (5, [], [])
    await learn(stage, ended)
    assert (await get(stage, "/effect"))["whole"]["awarded"]["t1"] == 0, "nothing was ever bought"
    assert await refusal(stage, "GET", "/effect", Role.MENTOR) == (403, "role_missing")
