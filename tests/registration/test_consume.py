from datetime import date

from services.registration.consume import ROUTES
from shared.messaging.topics import subscriptions
from shared.testing.stage import StageUnderTest
from tests.files.given import csv_of
from tests.registration.files_given import SUPPLIER, upload
from tests.registration.given import LEGAL_RFC, OTHER_RFC, legal_rfc


def test_registration_reads_no_topic() -> None:
    assert subscriptions("registration") == ()
    assert ROUTES == ()


def list_of(**situations: str) -> bytes:
    return csv_of({"rfc": "x", "situacion": "Presunto"}, *({"rfc": r, "situacion": s} for r, s in situations.items()))


async def test_a_new_list_is_told_of_those_whose_state_changed_and_of_nobody_else(stage: StageUnderTest) -> None:
    # More than one chunk of the sweep, two of which the second list changes, one each way.
    rows = [SUPPLIER | {"rfc": legal_rfc(number)} for number in range(510)]
    listed, cleared = legal_rfc(7), legal_rfc(500)
    await upload(stage, "/screening/lists/imports", list_of(**{cleared: "Definitivo"}), list_date="2026-01-01")
    answer = await upload(stage, "/suppliers/imports", csv_of(*rows))
    assert answer.json()["outcomes"] == {"registered": 510}
    assert len(await stage.told()) == 510
    await stage.sweep()
    assert await stage.told() == []

    await upload(stage, "/screening/lists/imports", list_of(**{listed: "Presunto"}), list_date="2026-02-01")
    await stage.sweep()
    told = {data["rfc"]: (type_, data["screening"]["list_69b"]) for type_, _, data in await stage.told()}
    assert told == {
        listed: ("registration.supplier-changed", "presumed"),
        cleared: ("registration.supplier-changed", "not_listed"),
    }
    async with stage.database.connection() as connection:
        dates = await connection.fetch("SELECT DISTINCT screening ->> 'list_date' AS list_date FROM supplier")
    assert [row["list_date"] for row in dates] == ["2026-02-01"]


async def test_a_held_firm_that_a_new_list_clears_takes_part(stage: StageUnderTest) -> None:
    await upload(stage, "/screening/lists/imports", list_of(**{LEGAL_RFC: "Presunto"}), list_date="2026-01-01")
    answer = await upload(stage, "/suppliers/imports", csv_of(SUPPLIER, SUPPLIER | {"rfc": OTHER_RFC}))
    assert answer.json()["outcomes"] == {"registered": 1, "held": 1}
    await stage.told()
    await upload(stage, "/screening/lists/imports", list_of(**{LEGAL_RFC: "Desvirtuado"}), list_date="2026-02-01")
    await stage.sweep()
    ((type_, _, data),) = await stage.told()
    assert (type_, data["rfc"], data["screening"]["list_date"]) == (
        "registration.supplier-registered",
        LEGAL_RFC,
        date(2026, 2, 1).isoformat(),
    )
