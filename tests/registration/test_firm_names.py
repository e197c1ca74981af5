"""Suppliers of before their names were compared get theirs once."""

from services.registration.store.firm_names import name_suppliers
from shared.testing.stage import StageUnderTest
from tests.registration.bodies_given import registered
from tests.registration.given import OTHER_RFC


async def test_whoever_has_no_name_to_compare_by_gets_it(stage: StageUnderTest) -> None:
    await registered(stage, legal_name="Forjas Ejemplo, S. de R.L. de C.V.")
    await registered(stage, rfc=OTHER_RFC, legal_name="Maquinados Ejemplo SA de CV")
    named = "SELECT name_key FROM supplier ORDER BY name_key"
    keys = [{"name_key": "FORJAS EJEMPLO"}, {"name_key": "MAQUINADOS EJEMPLO"}]
    assert await stage.rows(named) == keys
    await stage.rows("UPDATE supplier SET name_key = NULL")
    async with stage.database.transaction() as connection:
        first = await name_suppliers(connection, {}, None)
        last = await name_suppliers(connection, {}, first.cursor)
    assert (first.touched, last.cursor) == (2, None)
    assert await stage.rows(named) == keys
