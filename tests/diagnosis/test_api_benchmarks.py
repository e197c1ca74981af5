"""A firm beside others like it, over HTTP."""

from dataclasses import replace
from uuid import UUID

from services.diagnosis.domain.applicability import Offering
from services.diagnosis.store import diagnoses
from shared.testing.stage import StageUnderTest
from tests.diagnosis.builders import SUPPLIER, completed, levels_at
from tests.diagnosis.calls import PATH, get

MADE = Offering(("P01", "P04"), (), "small", "19")


async def firms(stage: StageUnderTest, count: int, level: int = 3, after: int = 0) -> None:
    """So many in P01, all small and in Nuevo León; the first is the one that looks."""
    some = [
        replace(
            completed(levels_at(level, T01=4)),
            id=SUPPLIER if number == 0 else UUID(int=number),
            offering=replace(MADE, areas=MADE.areas if number == 0 else ("P01",)),
        )
        for number in range(after, after + count)
    ]
    async with stage.database.transaction() as connection:
        await diagnoses.save_many(connection, some, [])


async def publish(stage: StageUnderTest) -> int:
    answer = await stage.client.post("/benchmarks", headers=stage.headers("operator"))
    assert answer.status_code == 201, answer.text
    groups: int = answer.json()["groups"]
    return groups


async def test_a_firm_reads_its_groups_as_they_were_published(stage: StageUnderTest) -> None:
    await firms(stage, 10)
    before = (await get(stage, "supplier", f"{PATH}/benchmark", SUPPLIER)).json()
    assert [(each["kind"], each["code"], each["published_at"]) for each in before["groups"]] == [
        ("area", "P01", None),
        ("area", "P04", None),
        ("size", "small", None),
        ("state", "19", None),
    ]
    assert await publish(stage) == 3
    seen = await get(stage, "supplier", f"{PATH}/benchmark", SUPPLIER)
    groups = {each["code"]: each for each in seen.json()["groups"]}
    assert {code: each["firms"] for code, each in groups.items()} == {"P01": 10, "P04": 0, "small": 10, "19": 10}
    ges = next(each for each in groups["P01"]["dimensions"] if each["dimension"] == "GES")
    assert ges == {"dimension": "GES", "own": 8_000, "lower": 8_000, "median": 8_000, "upper": 8_000, "quarter": 4}
    assert str(UUID(int=1)) not in seen.text
    await firms(stage, 9, 1, after=10)
    assert await publish(stage) == 0
    again = await get(stage, "supplier", f"{PATH}/benchmark", SUPPLIER)
    assert again.headers["ETag"] == seen.headers["ETag"], "nine more change nothing"
    await firms(stage, 1, 1, after=19)
    assert await publish(stage) == 3
    assert (await get(stage, "mentor", f"{PATH}/benchmark")).json()["groups"][0]["firms"] == 20
    listed = (await get(stage, "operator", "/benchmarks")).json()["items"]
    assert [each["groups"] for each in listed] == [3, 0, 3]


async def test_an_area_that_the_firm_has_just_typed_tells_it_nothing_yet(stage: StageUnderTest) -> None:
    """Seen: ten firms of P07 were published; one of P01 added P07 to its profile, and read their quartiles."""
    await firms(stage, 10)
    others = [
        replace(completed(levels_at(2)), id=UUID(int=number), offering=replace(MADE, areas=("P07",), state="01"))
        for number in range(50, 60)
    ]
    async with stage.database.transaction() as connection:
        await diagnoses.save_many(connection, others, [])
    await publish(stage)
    async with stage.database.transaction() as connection:
        typed = (
            """UPDATE diagnosis SET offering = offering || '{"areas": ["P01", "P07"], "state": "01"}' WHERE id = $1"""
        )
        await connection.execute(typed, SUPPLIER)

    async def told() -> dict[str, bool]:
        shown = (await get(stage, "supplier", f"{PATH}/benchmark", SUPPLIER)).json()["groups"]
        return {each["code"]: each["published_at"] is not None for each in shown}

    assert await told() == {"P01": True, "P07": False, "small": True, "01": False}


async def test_what_another_version_told_is_held_against_the_next_one(stage: StageUnderTest) -> None:
    await firms(stage, 10)
    assert await publish(stage) == 3
    async with stage.database.transaction() as connection:
        await connection.execute("UPDATE publication SET instrument = 'before'")
    await firms(stage, 1, after=10)
    assert await publish(stage) == 0, "eleven less the ten of before is one"
    await firms(stage, 9, after=11)
    assert await publish(stage) == 3


async def test_who_is_not_validated_has_none(stage: StageUnderTest) -> None:
    async with stage.database.transaction() as connection:
        await diagnoses.save_many(connection, [replace(completed(levels_at(3)), locked=None)], [])
    answer = await get(stage, "supplier", f"{PATH}/benchmark", SUPPLIER)
    assert (answer.status_code, answer.json()["title"]) == (404, "not_completed")
