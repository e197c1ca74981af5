import re
from pathlib import Path
from uuid import uuid4

import pytest

from shared.messaging.import_worker import BATCH
from shared.testing.stage import StageUnderTest
from tests.files.given import csv_of
from tests.registration.files_given import upload
from tests.registration.given import LEGAL_RFC, OTHER_RFC, legal_rfc

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook" / "operate.md"


async def test_lists_are_loaded_and_listed(stage: StageUnderTest) -> None:
    content = csv_of({"rfc": LEGAL_RFC, "situacion": "Definitivo"}, {"rfc": "XXXXXXXXXXXX", "situacion": "Definitivo"})
    answer = await upload(stage, "/screening/lists/imports", content, list_date="2026-01-01")
    assert (answer.status_code, answer.json()["outcomes"]) == (201, {"listed": 1, "left_out": 1})
    listed = (await stage.client.get("/screening/lists", headers=stage.headers("operator"))).json()["items"]
    assert [(list_["list_date"], list_["firms"]) for list_ in listed] == [("2026-01-01", 1)]
    older = await upload(stage, "/screening/lists/imports", content, list_date="2025-12-01")
    assert (older.json()["state"], older.json()["reason"]) == ("refused", "screening_list_older")
    shown = await stage.client.get(older.headers["Location"], headers=stage.headers("operator"))
    assert shown.json() == older.json()


async def test_a_list_that_was_cut_off_is_loaded_only_when_its_number_is_confirmed(stage: StageUnderTest) -> None:
    rows = [{"rfc": rfc, "situacion": "Definitivo"} for rfc in (LEGAL_RFC, OTHER_RFC)]
    await upload(stage, "/screening/lists/imports", csv_of(*rows), list_date="2026-01-01")
    cut = await upload(stage, "/screening/lists/imports", csv_of(rows[0]), list_date="2026-01-01")
    assert (cut.json()["state"], cut.json()["reason"]) == ("refused", "screening_list_shorter")
    assert ("1" in cut.json()["detail"], "2" in cut.json()["detail"]) == (True, True)
    for number, state in (("x", "refused"), ("2", "refused"), ("1", "done")):
        given = {"list_date": "2026-01-01", "confirmed_firms": number}
        answer = await upload(stage, "/screening/lists/imports", csv_of(rows[0]), **given)
        assert answer.json()["state"] == state
    assert [row["rfc"] for row in await stage.rows("SELECT rfc FROM screening_entry")] == [LEGAL_RFC]


async def test_a_list_that_is_sent_again_is_loaded_once(stage: StageUnderTest) -> None:
    key, content = str(uuid4()), csv_of({"rfc": LEGAL_RFC, "situacion": "Definitivo"})
    first = await upload(stage, "/screening/lists/imports", content, key=key, list_date="2026-01-01")
    again = await upload(stage, "/screening/lists/imports", content, key=key, list_date="2026-01-01")
    assert (first.status_code, first.json(), first.headers["ETag"]) == (201, again.json(), again.headers["ETag"])
    other = await upload(stage, "/screening/lists/imports", content, key=key, list_date="2026-01-02")
    assert (other.status_code, other.json()["title"]) == (409, "idempotency_key_reused")


TITLE = "Información actualizada al 30 de septiembre de 2024,\n"


async def test_the_date_is_what_the_file_s_title_says(stage: StageUnderTest) -> None:
    content = csv_of({"rfc": LEGAL_RFC, "situacion": "Definitivo"})
    for encoding in ("utf-8", "cp1252"):
        answer = await upload(stage, "/screening/lists/imports", TITLE.encode(encoding) + content)
        assert answer.json()["state"] == "done"
    listed = (await stage.client.get("/screening/lists", headers=stage.headers("operator"))).json()["items"]
    assert [list_["list_date"] for list_ in listed] == ["2024-09-30"]
    differs = await upload(stage, "/screening/lists/imports", TITLE.encode() + content, list_date="2026-01-01")
    assert (differs.status_code, differs.json()["title"]) == (422, "list_date_differs")
    missing = await upload(stage, "/screening/lists/imports", TITLE.replace("septiembre", "otoño").encode() + content)
    assert (missing.status_code, missing.json()["title"]) == (422, "list_date_missing")


async def test_a_wrong_date_is_corrected_as_the_runbook_says(stage: StageUnderTest) -> None:
    content = csv_of({"rfc": LEGAL_RFC, "situacion": "Definitivo"})
    await upload(stage, "/screening/lists/imports", content, list_date="2026-01-02")
    statements = re.findall(r"^DELETE FROM screening_.+;$", RUNBOOK.read_text("utf-8"), re.MULTILINE)
    assert len(statements) == 2
    async with stage.database.transaction() as connection:
        for statement in statements:
            await connection.execute(statement.replace("WRONG", "2026-01-02"))
    right = await upload(stage, "/screening/lists/imports", content, list_date="2026-01-01")
    listed = (await stage.client.get("/screening/lists", headers=stage.headers("operator"))).json()["items"]
    assert (right.status_code, [list_["list_date"] for list_ in listed]) == (201, ["2026-01-01"])


@pytest.mark.parametrize(("list_date", "code"), [("enero", "list_date_form"), ("9999-01-01", "list_date_in_future")])
async def test_a_list_of_a_date_that_cannot_be_is_not_received(
    stage: StageUnderTest, list_date: str, code: str
) -> None:
    answer = await upload(stage, "/screening/lists/imports", csv_of({"rfc": LEGAL_RFC}), list_date=list_date)
    assert (answer.status_code, answer.json()["title"]) == (422, code)
    assert await stage.rows("SELECT id FROM import") == []


async def test_a_list_with_a_row_that_nobody_understands_is_refused_as_a_whole(stage: StageUnderTest) -> None:
    """Also where others of its rows are in the store by then: they are put aside, and looked up by nobody."""
    rows = [{"rfc": legal_rfc(number), "situacion": "Definitivo"} for number in range(BATCH + 1)]
    content = csv_of(*rows, {"rfc": LEGAL_RFC, "situacion": "Sospechoso"})
    answer = await upload(stage, "/screening/lists/imports", content, list_date="2026-01-01")
    assert (answer.json()["state"], answer.json()["reason"]) == ("refused", "situation_unknown")
    assert str(BATCH + 3) in answer.json()["detail"]
    assert (await stage.client.get("/screening/lists", headers=stage.headers("operator"))).json()["items"] == []
    assert await stage.rows("SELECT rfc FROM screening_entry") == []
