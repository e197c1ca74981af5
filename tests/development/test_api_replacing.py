"""A place that is free goes to the next optimum, which keeps all who have one."""

import pytest

from services.development.api import selecting
from services.development.solver.asked import Answered, Asked
from services.development.solver.child import answer
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.development import given
from tests.development.calls import get, learn, open_cohort, post, ready, two_areas

BYE = {"reason": "Cambió de giro"}


async def selected(stage: StageUnderTest, cohort: str) -> set[str]:
    return {each["supplier_id"] for each in (await get(stage, f"{cohort}/candidates?selected=true"))["items"]}


async def test_a_drop_out_is_replaced_by_the_best_cohort_that_keeps_the_others(stage: StageUnderTest) -> None:
    """k = 1: 1 has P01, 3 has P09. Where 3 leaves, 4 covers P09 anew; 2, of more potential, would cover nothing."""
    best, second, third = await two_areas(stage)
    fourth = await ready(stage, 4, 7_400, "T04", at=2)
    cohort = f"/cohorts/{await open_cohort(stage, 2, k=1)}"
    await post(stage, f"{cohort}/selection")
    assert await selected(stage, cohort) == {str(best), str(third)}
    await post(stage, f"/plans/{third}/drop-out", Role.SUPPLIER, BYE, supplier_id=third)
    waiting = [each["supplier_id"] for each in (await get(stage, f"{cohort}/waiting-list"))["items"]]
    assert waiting == [str(second), str(fourth)]
    await stage.told()
    shown = await post(stage, f"{cohort}/replacements")
    assert await selected(stage, cohort) == {str(best), str(fourth)}
    assert shown["drop_outs"][0]["replaced_by"] == str(fourth)
    (told,) = await stage.told()
    assert (told.type, told.data["reasons"][0]) == ("development.supplier-selected", "place_freed")
    read = await get(stage, f"{cohort}/firms/{fourth}")
    assert read["why"]["code"] == "place_freed"


async def test_a_minimum_that_nobody_who_waits_can_meet_keeps_nobody_out(stage: StageUnderTest) -> None:
    best, second, third = await two_areas(stage)
    cohort = f"/cohorts/{await open_cohort(stage, 2, k=1, minimum_per_area={'P09': 1})}"
    await post(stage, f"{cohort}/selection")
    await post(stage, f"/plans/{third}/drop-out", Role.SUPPLIER, BYE, supplier_id=third)
    await post(stage, f"{cohort}/replacements")
    assert await selected(stage, cohort) == {str(best), str(second)}


async def test_who_waits_and_moves_meanwhile_is_solved_for_again(
    stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    best, second, third = await two_areas(stage)
    await ready(stage, 4, 9_000, "T04")
    cohort = f"/cohorts/{await open_cohort(stage, 2, k=1)}"
    await post(stage, f"{cohort}/selection")
    await post(stage, f"/plans/{third}/drop-out", Role.SUPPLIER, BYE, supplier_id=third)
    asked: list[Asked] = []

    async def meanwhile(what: Asked) -> Answered:
        asked.append(what)
        if len(asked) == 1:
            await learn(stage, given.withdrawn(2))
        return answer(what)

    monkeypatch.setattr(selecting, "solve", meanwhile)
    await post(stage, f"{cohort}/replacements")
    assert [len(each.firms) for each in asked] == [3, 2]
    assert await selected(stage, cohort) == {str(best), str(given.supplier(4))}
    assert (await get(stage, f"{cohort}/firms/{second}"))["outcome"] == "not_selected"


async def test_a_place_goes_to_the_firm_that_was_shown_or_to_none(stage: StageUnderTest) -> None:
    """Seen: the waiting list said who would take it, and not who gets it; whoever was best by then did."""
    _, second, third = await two_areas(stage)
    fourth = await ready(stage, 4, 7_400, "T04", at=2)
    cohort = f"/cohorts/{await open_cohort(stage, 2, k=1)}"
    operator = stage.headers(Role.OPERATOR)
    path = f"{cohort}/next-place"
    assert (await stage.client.get(path, headers=operator)).json()["title"] == "cohort_not_selected"
    await post(stage, f"{cohort}/selection")
    assert (await stage.client.get(path, headers=operator)).json()["title"] == "no_free_place"
    await post(stage, f"/plans/{third}/drop-out", Role.SUPPLIER, BYE, supplier_id=third)
    seen = await stage.client.get(path, headers=operator)
    assert seen.json()["supplier_id"] == str(fourth)
    await learn(stage, given.withdrawn(4))
    headers = operator | {"If-Match": seen.headers["ETag"], "Accept-Language": "en"}
    moved = await stage.client.post(f"{cohort}/replacements", headers=headers)
    assert (moved.status_code, "another firm than the one that was shown" in moved.json()["detail"]) == (412, True)
    now = await stage.client.get(path, headers=operator)
    assert (now.json()["supplier_id"], now.headers["ETag"]) == (str(second), moved.headers["ETag"])
    headers = operator | {"If-Match": now.headers["ETag"]}
    assert (await stage.client.post(f"{cohort}/replacements", headers=headers)).status_code == 200
    assert str(second) in await selected(stage, cohort)
