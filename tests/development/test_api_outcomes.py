"""What is true of a firm and of the best cohort of its call, over HTTP."""

from typing import Any
from uuid import UUID

import pytest

from services.development.api import selecting
from services.development.domain import why
from services.development.solver.asked import Answered, Asked
from services.development.solver.child import answer
from shared.service.callers import Role
from shared.service.http.showing import version_of
from shared.testing.stage import StageUnderTest
from tests.development import given
from tests.development.calls import ANY, get, learn, open_cohort, post, ready, refusal, two_areas


async def outcome(stage: StageUnderTest, cohort: str, firm: UUID, language: str = "en") -> Any:
    headers = stage.headers(Role.SUPPLIER, supplier_id=firm) | {"Accept-Language": language}
    answer_ = await stage.client.get(f"/cohorts/{cohort}/firms/{firm}", headers=headers)
    assert answer_.status_code == 200, answer_.text
    return answer_.json()


async def test_coverage_comes_first_and_the_ranking_stands_beside_it(stage: StageUnderTest) -> None:
    """k = 1. By rank 1 and 2: P01 and its anchor, 2. The best: 1 and 3, of both areas and anchors, 4."""
    best, second, third = await two_areas(stage)
    cohort = await open_cohort(stage, 2, k=1)
    preview = (await get(stage, f"/cohorts/{cohort}/preview"))["items"]
    said = await post(stage, f"/cohorts/{cohort}/selection")
    listed = (await get(stage, f"/cohorts/{cohort}/candidates"))["items"]
    assert [(each["supplier_id"], each["selected"], each["rank"]) for each in listed] == [
        (str(best), True, 1),
        (str(third), True, 3),
        (str(second), False, 2),
    ]
    assert [each | {"decided_at": ""} for each in listed] == [each | {"decided_at": ""} for each in preview]
    assert listed[1]["contender"] == {
        "areas": ["P09"],
        "anchors": [str(UUID(int=0xF2))],
        "state": "11",
        "cost": listed[0]["contender"]["cost"],
    }
    found = said["cohort"]["solution"]
    assert (found["worth"]["coverage"], found["greedy"]["worth"]["coverage"], found["optimal"]) == (4, 2, True)
    assert found["worth"] == found["bound"]
    assert listed[1]["reasons"] == ["meets_every_condition", "only_candidate"]
    assert listed[2]["reasons"] == ["capacity_full"]


async def test_a_firm_reads_its_own_reason_in_its_language(stage: StageUnderTest) -> None:
    _, second, third = await two_areas(stage)
    cohort = await open_cohort(stage, 2, k=1)
    await post(stage, f"/cohorts/{cohort}/selection")
    told = await outcome(stage, cohort, third)
    assert told["why"]["groups"] == [{"kind": "area", "code": "P09"}, {"kind": "anchor", "code": str(UUID(int=0xF2))}]
    assert told["why"]["text"] == (
        "Selected: too few others contend to do without it (without it coverage is lower by 2): P09, anchors: 1."
    )
    left_out = await outcome(stage, cohort, second, "es")
    assert (left_out["why"]["code"], left_out["why"]["places"]) == ("places", 3)
    assert left_out["why"]["text"] == "No seleccionada: lo estaría con 3 lugares en vez de 2."
    assert (left_out["outcome"], left_out["may_appeal"]) == ("not_selected", True)
    path = f"/cohorts/{cohort}/firms/{second}"
    assert await refusal(stage, "GET", path, Role.SUPPLIER) == (403, "not_yours")
    nobody = f"/cohorts/{cohort}/firms/{given.supplier(9)}"
    assert await refusal(stage, "GET", nobody, Role.OPERATOR) == (404, "outcome_not_found")


async def test_of_many_firms_the_reason_of_one_is_solved_for_when_it_is_asked_for_and_kept(
    stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.development.solver.reasons.FIRMS", 1)
    assert why.FIRMS == 60
    best, *_ = await two_areas(stage)
    cohort = await open_cohort(stage, 2, k=1)
    await post(stage, f"/cohorts/{cohort}/selection")
    stored = await stage.rows("SELECT count(*) FILTER (WHERE (why->>'solved')::boolean) AS solved FROM outcome")
    assert stored[0]["solved"] == 0
    first = await outcome(stage, cohort, best)
    assert (first["why"]["code"], first["why"]["lost"]["coverage"]) == ("loses", 0)
    assert first["why"]["lost"]["potential"] > 0
    monkeypatch.setattr(selecting, "solve", None)
    assert await outcome(stage, cohort, best) == first


async def test_what_if_tells_who_would_come_and_go_and_writes_nothing(stage: StageUnderTest) -> None:
    best, second, third = await two_areas(stage)
    cohort = await open_cohort(stage, 2, k=1)
    path = f"/cohorts/{cohort}/what-if"

    async def asks(query: str) -> tuple[list[str], list[str]]:
        told = await get(stage, f"{path}?{query}")
        return [each["supplier_id"] for each in told["comes"]], [each["supplier_id"] for each in told["goes"]]

    before = await get(stage, f"/cohorts/{cohort}")
    assert await asks("capacity=3") == ([str(second)], [])
    # k = 2: both of P01 count for it and for its anchor, 4 as well, and have the higher potential.
    assert await asks("k=2") == ([str(second)], [str(third)])
    assert await asks("capacity=1") == ([], [str(third)])
    assert await asks("budget_mxn=0.00") == ([], [str(best), str(third)])
    assert await get(stage, f"/cohorts/{cohort}") == before
    assert (await get(stage, f"{path}?capacity=3"))["firms"] == "now"
    await post(stage, f"/cohorts/{cohort}/selection")
    await stage.told()
    assert await asks("capacity=3") == ([str(second)], [])
    assert await stage.told() == []
    told = await get(stage, f"{path}?capacity=3")
    assert (told["firms"], told["now"], told["now_infeasible"]) == ("then", None, "")


async def test_after_a_selection_what_if_tells_of_then_and_of_now_where_they_differ(stage: StageUnderTest) -> None:
    """k = 1, two places: 1 and 3 were selected, and 3 drops out. With three places 2 comes, then beside 1 and 3, now
    beside 1; once 2 has left the program nobody does.
    """
    _, second, third = await two_areas(stage)
    cohort = await open_cohort(stage, 2, k=1)
    await post(stage, f"/cohorts/{cohort}/selection")
    bye = {"reason": "Cambió de giro"}
    await post(stage, f"/plans/{third}/drop-out", Role.SUPPLIER, bye, supplier_id=third)
    path = f"/cohorts/{cohort}/what-if?capacity=3"
    told = await get(stage, path)
    assert ([each["supplier_id"] for each in told["comes"]], told["selected"]) == ([str(second)], 3)
    now = told["now"]
    assert ([each["supplier_id"] for each in now["comes"]], now["goes"], now["selected"]) == ([str(second)], [], 2)
    await learn(stage, given.withdrawn(2))
    now = (await get(stage, path))["now"]
    assert (now["comes"], now["goes"], now["selected"]) == ([], [], 1)


async def test_a_call_that_cannot_be_kept_to_says_what_would_do(stage: StageUnderTest) -> None:
    await two_areas(stage)
    cohort = await open_cohort(stage, 1, minimum_per_area={"P01": 1, "P09": 1})
    headers = stage.headers(Role.OPERATOR) | ANY | {"Accept-Language": "en"}
    answer_ = await stage.client.post(f"/cohorts/{cohort}/selection", headers=headers)
    assert (answer_.status_code, answer_.json()["title"]) == (409, "call_infeasible")
    assert "Places: 1 (it would do with 2)." in answer_.json()["detail"]
    assert (await get(stage, f"/cohorts/{cohort}"))["status"] == "open"


async def test_inputs_that_move_while_it_is_solved_are_solved_for_again(
    stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    best, second, _ = await two_areas(stage)
    cohort = await open_cohort(stage, 1, k=1)
    asked: list[Asked] = []

    async def meanwhile(what: Asked) -> Answered:
        asked.append(what)
        if len(asked) == 1:
            await learn(stage, given.withdrawn(1))
        return answer(what)

    monkeypatch.setattr(selecting, "solve", meanwhile)
    await post(stage, f"/cohorts/{cohort}/selection")
    assert [len(each.firms) for each in asked] == [3, 2]
    lines = (await get(stage, f"/cohorts/{cohort}/candidates"))["items"]
    assert [each["supplier_id"] for each in lines if each["selected"]] == [str(second)]
    assert [each["reasons"] for each in lines if each["supplier_id"] == str(best)] == [["withdrawn"]]


async def test_inputs_that_never_stand_still_are_told(stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    await two_areas(stage)
    cohort = await open_cohort(stage, 1)
    scores = iter(range(7_100, 7_200))

    async def meanwhile(what: Asked) -> Answered:
        await learn(stage, given.match_found(next(scores), 2, number=3))
        return answer(what)

    monkeypatch.setattr(selecting, "solve", meanwhile)
    path = f"/cohorts/{cohort}/selection"
    assert await refusal(stage, "POST", path, Role.OPERATOR) == (409, "selection_outrun")
    assert await stage.rows("SELECT FROM outcome") == []


async def test_a_call_is_named_by_its_version_and_what_a_cohort_leaves_out_is_as_the_call_has_it(
    stage: StageUnderTest,
) -> None:
    known = (await get(stage, "/calls"))["items"]
    assert known == [{"version": "call-2026-1", "current": True}]
    call = await get(stage, "/call?version=call-2026-1")
    assert (call["capacity"], call["budget_mxn"], call["k"], call["appeal_days"]) == (55, None, 2, 10)
    opened = await post(stage, "/cohorts", body={"name": "Generación 2026", "budget_mxn": "1000.50"})
    assert (opened["call"], opened["capacity"], opened["budget_mxn"], opened["k"]) == ("call-2026-1", 55, "1000.50", 2)
    changed = {"name": "Generación 2026", "minimum_per_state": {"11": 3}, "minimum_per_area": 1}
    put = await stage.client.put(f"/cohorts/{opened['id']}", json=changed, headers=stage.headers(Role.OPERATOR) | ANY)
    assert (put.json()["minimum_per_state"], put.json()["minimum_per_area"]) == ({"11": 3}, 1)
    assert put.json()["budget_mxn"] is None
    unknown = {"name": "Generación 2026", "call": "call-1999"}
    assert await refusal(stage, "POST", "/cohorts", Role.OPERATOR, unknown) == (422, "call_unknown")
    assert await refusal(stage, "GET", "/call?version=call-1999", Role.OPERATOR) == (404, "call_not_found")


async def test_all_that_a_minimum_names_and_there_is_not_is_told_at_once(stage: StageUnderTest) -> None:
    await learn(stage, given.requirement_published(1, "P01", 1))
    known, unknown = str(UUID(int=0xF1)), str(UUID(int=0xF9))
    body = {"name": "Generación 2026", "call": "call-1999", "minimum_per_area": {"P01": 1, "P99": 1}}
    body |= {"minimum_per_state": {"11": 1, "33": 1, "Gto": 2}, "minimum_per_anchor": {known: 1, unknown: 1}}
    headers = stage.headers(Role.OPERATOR) | {"Accept-Language": "en"}
    answer_ = await stage.client.post("/cohorts", json=body, headers=headers)
    assert answer_.status_code == 422
    assert {each["field"].removeprefix("body."): each["reason"] for each in answer_.json()["errors"]} == {
        "call": "call_unknown",
        "minimum_per_area.P99": "minimum_area_unknown",
        "minimum_per_state.33": "minimum_state_unknown",
        "minimum_per_state.Gto": "minimum_state_unknown",
        f"minimum_per_anchor.{unknown}": "minimum_anchor_unknown",
    }
    assert "A state is INEGI's key, 01 to 32" in answer_.text
    malformed = await stage.client.post("/cohorts", json=body | {"capacity": 0}, headers=headers)
    fields = {each["field"].removeprefix("body.") for each in malformed.json()["errors"]}
    assert fields >= {"capacity", "call", "minimum_per_area.P99", "minimum_per_state.33"}
    good = {"name": "Generación 2026", "minimum_per_area": {"P01": 1}, "minimum_per_anchor": {known: 1}}
    assert (await stage.client.post("/cohorts", json=good, headers=headers)).status_code == 201


async def test_the_budget_holds_whatever_the_plans_take(stage: StageUnderTest) -> None:
    """M03 closes T04 for 45,000 at most: 100,000 is enough for two of them."""
    for number in range(1, 4):
        await ready(stage, number, 9_500 - number, "T04")
    cohort = await open_cohort(stage, 3, budget_mxn="100000.00")
    said = await post(stage, f"/cohorts/{cohort}/selection")
    assert (said["selected"], said["cohort"]["solution"]["cost"]) == (2, "90000.00")
    assert said["reasons"] == {"meets_every_condition": 2, "budget_spent": 1}


async def test_the_budget_counts_what_a_plan_takes_of_a_firm_that_is_not_bankable(stage: StageUnderTest) -> None:
    """Seen: the module that comes first for such a firm was in its plan, and not in what the budget paid for."""
    told = given.diagnosis_completed("T04")
    poor = told.result.model_copy(update={"dimensions": {"FIN": 3_000}})
    await learn(stage, given.match_found(9_000), told.model_copy(update={"result": poor}), given.profile())
    cohort = await open_cohort(stage, 1)
    said = await post(stage, f"/cohorts/{cohort}/selection")
    plan = await get(stage, f"/plans/{given.supplier(1)}")
    assert said["cohort"]["solution"]["cost"] == plan["cost_to"]["amount"]


async def test_a_plan_beyond_the_whole_budget_is_told_so(stage: StageUnderTest) -> None:
    """Seen: it was told that the budget went to others, with a budget that nobody had spent of."""
    firm = await ready(stage, 1, 9_000, "T04")
    cohort = await open_cohort(stage, 1, budget_mxn="44999.99")
    said = await post(stage, f"/cohorts/{cohort}/selection")
    assert said["reasons"] == {"over_budget_alone": 1}
    read = await get(stage, f"/cohorts/{cohort}/firms/{firm}", Role.SUPPLIER, supplier_id=firm)
    assert read["why"]["code"] == "alone"


async def test_a_version_of_an_outcome_is_the_same_in_every_language(stage: StageUnderTest) -> None:
    """Seen: who read it in one language and appealed in another one was told that it had changed."""
    await ready(stage, 1, 9_000, "T04")
    firm = await ready(stage, 2, 8_000, "T04")
    cohort = f"/cohorts/{await open_cohort(stage, 1)}"
    await post(stage, f"{cohort}/selection")
    mine = stage.headers(Role.SUPPLIER, supplier_id=firm)
    read = [
        await stage.client.get(f"{cohort}/firms/{firm}", headers=mine | {"Accept-Language": language})
        for language in ("es", "en")
    ]
    assert read[0].json()["why"]["text"] != read[1].json()["why"]["text"]
    assert version_of(read[0].headers["ETag"]) == version_of(read[1].headers["ETag"])
    headers = mine | {"If-Match": read[0].headers["ETag"], "Accept-Language": "en"}
    appealed = await stage.client.post(
        f"{cohort}/firms/{firm}/appeal", json={"reason": "Ya nos visitaron"}, headers=headers
    )
    assert appealed.status_code == 200, appealed.text
