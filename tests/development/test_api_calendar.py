"""A cohort's calendar over HTTP: planned, followed, put off, and what its firms and mentors see of it."""

from datetime import timedelta

from services.development.domain.session import monday
from shared.contracts.development import PlanScheduled
from shared.days import day_of
from shared.runtime.clock import now
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.development.calls import ANY, agree, get, open_cohort, post, ready, refusal


async def test_a_cohort_has_a_calendar_that_is_followed(stage: StageUnderTest) -> None:
    firms = [await ready(stage, number, 9_000, "T04", "T11") for number in (1, 2)]
    cohort = await open_cohort(stage)
    await post(stage, f"/cohorts/{cohort}/selection", subject="operator-2")
    for firm in firms:
        await agree(stage, firm)
    path, first = f"/cohorts/{cohort}/calendar", monday(day_of(now()))
    empty = await get(stage, path)
    assert (empty["courses"], [each["why"] for each in empty["unscheduled"]]) == ([], ["not_planned"] * 4)
    await stage.told()
    hours = {"starts_on": first.isoformat(), "training_hours": 16, "mentoring_hours": 8, "consultancy_hours": 0}
    operator = stage.headers(Role.OPERATOR)
    assert (await stage.client.put(path, json=hours, headers=operator)).status_code == 428
    answer = await stage.client.put(path, json=hours, headers=operator | ANY)
    shown = answer.json()
    assert (answer.status_code, shown) == (200, await get(stage, path))
    courses = {each["course"]: each for each in shown["courses"]}
    assert {code: len(each["firms"]) for code, each in courses.items()} == {"M03-1": 2, "M09-1": 1, "M09-2": 1}
    assert shown["unscheduled"] == []
    told = await stage.told()
    assert {(each.type, each.data["by"]) for each in told} == {(PlanScheduled.TYPE, "operator")}
    assert [min(each["planned_on"] for each in one.data["activities"]) for one in told] == [first.isoformat()] * 2
    assert {one.key for one in told} == {*firms}
    stale = {"If-Match": '"another"'}
    assert (await stage.client.put(path, json=hours, headers=operator | stale)).status_code == 412

    plan = await get(stage, f"/plans/{firms[0]}", Role.SUPPLIER, supplier_id=firms[0])
    activity = next(each for each in plan["activities"] if each["module"] == "M03")
    assert [each["week"] for each in activity["sessions"]] == [
        first.isoformat(),
        (first + timedelta(weeks=1)).isoformat(),
    ]
    its = f"/plans/{firms[0]}/activities/{activity['activity_id']}"
    came = await post(stage, f"{its}/sessions/1/attendance", Role.MENTOR, {"came": False, "note": "Paro de línea"})
    session = next(each for each in came["activities"] if each["module"] == "M03")["sessions"][0]
    assert (session["attended"], session["note"]) == (False, "Paro de línea")
    assert await stage.told() == [], "who came moves nothing"
    late = {"until": (first + timedelta(weeks=9)).isoformat(), "reason": "La planta para nueve semanas"}
    put_off = await post(stage, f"{its}/delay", Role.SUPPLIER, late, supplier_id=firms[0])
    moved = next(each for each in put_off["activities"] if each["module"] == "M03")
    assert (moved["sessions"][1]["week"], moved["delays"][0]["role"]) == (late["until"], "supplier")
    [told_of_delay] = await stage.told()
    later = {each["activity_id"]: each["last_on"] for each in told_of_delay.data["activities"]}
    assert (told_of_delay.data["by"], later[activity["activity_id"]]) == ("supplier", late["until"])
    assert await refusal(stage, "POST", f"{its}/sessions/2/attendance", Role.MENTOR, {"came": True}) == (
        409,
        "session_not_yet",
    )
    with_them = [each["firms"] for each in (await get(stage, path))["courses"] if each["course"] == "M03-1"]
    assert [len(each) for each in with_them] == [1, 1], "one is put off, the other not"
    kept = (await get(stage, f"/plans/{firms[0]}/history", Role.MENTOR))["items"]
    assert [(each["what"], each["role"], each["modules"]) for each in kept][-2:] == [
        ("scheduled", "operator", ["M03", "M09"]),
        ("put_off", "supplier", ["M03"]),
    ]
    assert kept[-1]["reason"] == late["reason"]
    assert await refusal(stage, "GET", "/cohorts/00000000-0000-0000-0000-000000000001/calendar", Role.OPERATOR) == (
        404,
        "cohort_not_found",
    )
    assert (await stage.client.get(path, headers=stage.headers(Role.MENTOR))).status_code == 403
