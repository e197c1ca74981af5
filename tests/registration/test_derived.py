"""Suppliers of before they were found by all that they are found by now get their columns once."""

from services.registration.store.derived import derive_suppliers
from shared.testing.stage import StageUnderTest
from tests.registration.bodies_given import registered
from tests.registration.given import OTHER_RFC

ARGS = {"columns": "phone"}
FOUND_BY = ("name_key", "marks", "mail_domain", "phone")


async def test_whoever_lacks_what_it_is_found_by_gets_it(stage: StageUnderTest) -> None:
    await registered(stage, legal_name="Forjas Ejemplo, S. de R.L. de C.V.")
    await registered(stage, rfc=OTHER_RFC, legal_name="Maquinados Ejemplo SA de CV")
    found_by = f"SELECT {', '.join(FOUND_BY)} FROM supplier ORDER BY name_key"
    before = await stage.rows(found_by)
    assert [row["name_key"] for row in before] == ["FORJAS EJEMPLO", "MAQUINADOS EJEMPLO"]
    await stage.rows(f"UPDATE supplier SET {', '.join(f'{column} = NULL' for column in FOUND_BY)}")
    async with stage.database.transaction() as connection:
        first = await derive_suppliers(connection, ARGS, None)
        last = await derive_suppliers(connection, ARGS, first.cursor)
    assert (first.touched, last.cursor) == (2, None)
    assert await stage.rows(found_by) == before
    await stage.tick()
    assert len(await stage.rows("SELECT FROM twins")) == 1
