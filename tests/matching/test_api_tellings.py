"""A reader whose store was made anew from topics that begin too late: every alignment and match is told once more."""

from shared.testing.stage import StageUnderTest, types
from tests.matching.given import an_id, registered
from tests.matching.test_api import matched


async def test_everything_that_readers_should_know_is_told_once_more_whole(stage: StageUnderTest) -> None:
    _, match = await matched(stage)
    other = registered(processes=[{"area": "P02"}]).model_copy(update={"supplier_id": an_id("other")})
    await stage.consume(other)
    first = {
        (each.type, each.data["supplier_id"]): each.data for each in await stage.told() if "supplier_id" in each.data
    }
    operator = stage.headers("operator")
    for number, reason in enumerate(("Un lector nuevo", "Otra vez"), 2):
        asked = await stage.client.post("/tellings", json={"reason": reason}, headers=operator)
        assert asked.status_code == 201
        await stage.sweep()
        told = await stage.told()
        assert sorted(types(told)) == [
            "matching.candidate-introduced",
            "matching.match-found",
            "matching.offering-aligned",
            "matching.offering-not-aligned",
        ]
        for each in told:
            before = first[each.type, each.data["supplier_id"]]
            counted = {"revision": number} if "offering" in each.type else {}
            assert each.data == before | counted
    assert {each.data.get("match_id") for each in told} == {None, match}
    shown = (await stage.client.get("/tellings", headers=operator)).json()["items"]
    assert [(each["reason"], each["by"]) for each in shown] == [
        ("Un lector nuevo", "operator-1"),
        ("Otra vez", "operator-1"),
    ]
