"""A release whose stages keep more of a profile than the one before: every profile is told once more."""

from shared.testing.stage import StageUnderTest, types
from tests.registration.bodies_given import registered
from tests.registration.given import DOUBTFUL_RFC, OTHER_RFC


async def test_every_profile_that_readers_know_is_told_once_more_as_it_is(stage: StageUnderTest) -> None:
    one, gone = await registered(stage), await registered(stage, rfc=OTHER_RFC)
    held = await registered(stage, rfc=DOUBTFUL_RFC)
    assert held["status"] == "held"
    operator = stage.headers("operator")
    path = f"/suppliers/{gone['id']}/withdrawal"
    body = {"reason": "own_decision"}
    left = await stage.client.post(path, json=body, headers=stage.headers("supplier", supplier_id=gone["id"]))
    assert left.status_code == 200, left.text
    first = {each.data["supplier_id"]: each.data for each in await stage.told()}[one["id"]]
    for reason in ("Versión 2026.12", "Otra vez"):
        asked = await stage.client.post("/tellings", json={"reason": reason}, headers=operator)
        assert asked.status_code == 201
        await stage.sweep()
        told = await stage.told()
        assert types(told) == ["registration.supplier-changed"]
        assert told[0].data == first
    shown = (await stage.client.get("/tellings", headers=operator)).json()["items"]
    assert [(each["reason"], each["by"]) for each in shown] == [
        ("Versión 2026.12", "operator-1"),
        ("Otra vez", "operator-1"),
    ]
