"""A release whose rules judge otherwise: what was validated before is judged by them too."""

import json

from shared.testing.stage import StageUnderTest, types
from tests.diagnosis.calls import PATH, answered, get
from tests.diagnosis.test_handlers import aligned


async def test_every_diagnosis_is_measured_by_the_rules_of_now(stage: StageUnderTest) -> None:
    await stage.consume(aligned())
    await answered(stage)
    # As a release left it under whose rules a question that the law asks could be left out.
    locked = (await stage.rows("SELECT locked FROM diagnosis"))[0]["locked"]
    before = json.loads(locked) if isinstance(locked, str) else locked
    before["levels"]["F05"] = None
    await stage.rows("UPDATE diagnosis SET locked = $1::jsonb RETURNING id", json.dumps(before))
    await stage.told()
    headers = stage.headers("operator")
    asked = await stage.client.post("/measurements", json={"reason": "Reglas 2026.2"}, headers=headers)
    assert asked.status_code == 201
    await stage.sweep()
    assert types(await stage.told()) == ["diagnosis.diagnosis-completed"]
    (gap,) = (await get(stage, "operator", f"{PATH}/gaps")).json()["items"]
    assert (gap["question"], gap["severity"], gap["evaluated"]) == ("F05", "critical", False)
    (shown,) = (await get(stage, "operator", "/measurements")).json()["items"]
    assert (shown["reason"], shown["by"]) == ("Reglas 2026.2", "operator-1")
    await stage.client.post("/measurements", json={"reason": "Otra vez"}, headers=headers)
    await stage.sweep()
    assert await stage.told() == []


async def test_readers_that_keep_more_of_a_result_than_before_are_told_it_once_more(stage: StageUnderTest) -> None:
    await stage.consume(aligned())
    await answered(stage)
    before = (await stage.told())[-1].data
    body = {"reason": "Versión 2026.12", "tell_all": True}
    asked = await stage.client.post("/measurements", json=body, headers=stage.headers("operator"))
    assert (asked.status_code, asked.json()["tell_all"]) == (201, True)
    await stage.sweep()
    (told,) = await stage.told()
    assert (told.type, told.data) == ("diagnosis.diagnosis-completed", before | {"version": 2})
    versions = (await get(stage, "operator", f"{PATH}/versions")).json()["items"]
    assert [(each["number"], each["because"]) for each in versions] == [(1, "validated"), (2, "measured")]
