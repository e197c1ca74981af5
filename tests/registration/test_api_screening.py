import re
from pathlib import Path
from uuid import uuid4

import pytest

from shared.testing.stage import StageUnderTest
from tests.files.given import csv_of
from tests.registration.files_given import upload
from tests.registration.given import LEGAL_RFC, OTHER_RFC

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook" / "operate.md"


async def test_lists_are_loaded_and_listed(stage: StageUnderTest) -> None:
    content = csv_of({"rfc": LEGAL_RFC, "situacion": "Definitivo"}, {"rfc": "XXXXXXXXXXXX", "situacion": "Definitivo"})
    answer = await upload(stage, "/screening/lists", content, list_date="2026-01-01")
    assert (answer.status_code, answer.json()["firms"], answer.json()["left_out"]) == (201, 1, 1)
    listed = (await stage.client.get("/screening/lists", headers=stage.headers("operator"))).json()["items"]
    assert [(list_["list_date"], list_["firms"]) for list_ in listed] == [("2026-01-01", 1)]
    older = await upload(stage, "/screening/lists", content, list_date="2025-12-01")
    assert (older.status_code, older.json()["title"]) == (409, "screening_list_older")


async def test_a_list_that_was_cut_off_is_loaded_only_when_its_number_is_confirmed(stage: StageUnderTest) -> None:
    rows = [{"rfc": rfc, "situacion": "Definitivo"} for rfc in (LEGAL_RFC, OTHER_RFC)]
    await upload(stage, "/screening/lists", csv_of(*rows), list_date="2026-01-01")
    cut = await upload(stage, "/screening/lists", csv_of(rows[0]), list_date="2026-01-01")
    assert (cut.status_code, cut.json()["title"]) == (409, "screening_list_shorter")
    assert ("1" in cut.json()["detail"], "2" in cut.json()["detail"]) == (True, True)
    for number, status in (("x", 409), ("2", 409), ("1", 201)):
        given = {"list_date": "2026-01-01", "confirmed_firms": number}
        assert (await upload(stage, "/screening/lists", csv_of(rows[0]), **given)).status_code == status


async def test_a_list_that_is_sent_again_is_loaded_once(stage: StageUnderTest) -> None:
    key, content = str(uuid4()), csv_of({"rfc": LEGAL_RFC, "situacion": "Definitivo"})
    first = await upload(stage, "/screening/lists", content, key=key, list_date="2026-01-01")
    again = await upload(stage, "/screening/lists", content, key=key, list_date="2026-01-01")
    assert (first.status_code, first.json(), first.headers["ETag"]) == (201, again.json(), again.headers["ETag"])
    other = await upload(stage, "/screening/lists", content, key=key, list_date="2026-01-02")
    assert (other.status_code, other.json()["title"]) == (409, "idempotency_key_reused")


TITLE = "Información actualizada al 30 de septiembre de 2024,\n"


async def test_the_date_is_what_the_file_s_title_says(stage: StageUnderTest) -> None:
    content = csv_of({"rfc": LEGAL_RFC, "situacion": "Definitivo"})
    for encoding in ("utf-8", "cp1252"):
        answer = await upload(stage, "/screening/lists", TITLE.encode(encoding) + content)
        assert (answer.status_code, answer.json()["list_date"]) == (201, "2024-09-30")
    differs = await upload(stage, "/screening/lists", TITLE.encode() + content, list_date="2026-01-01")
    assert (differs.status_code, differs.json()["title"]) == (422, "list_date_differs")
    missing = await upload(stage, "/screening/lists", TITLE.replace("septiembre", "otoño").encode() + content)
    assert (missing.status_code, missing.json()["title"]) == (422, "list_date_missing")


async def test_a_wrong_date_is_corrected_as_the_runbook_says(stage: StageUnderTest) -> None:
    content = csv_of({"rfc": LEGAL_RFC, "situacion": "Definitivo"})
    await upload(stage, "/screening/lists", content, list_date="2026-01-02")
    statements = re.findall(r"DELETE FROM screening_\w+ WHERE list_date = 'WRONG';", RUNBOOK.read_text("utf-8"))
    async with stage.database.transaction() as connection:
        for statement in statements:
            await connection.execute(statement.replace("WRONG", "2026-01-02"))
    right = await upload(stage, "/screening/lists", content, list_date="2026-01-01")
    listed = (await stage.client.get("/screening/lists", headers=stage.headers("operator"))).json()["items"]
    assert (right.status_code, [list_["list_date"] for list_ in listed]) == (201, ["2026-01-01"])


@pytest.mark.parametrize(
    ("situation", "list_date", "code"),
    [
        ("Sospechoso", "2026-01-01", "situation_unknown"),
        ("Definitivo", "enero", "list_date_form"),
        ("Definitivo", "9999-01-01", "list_date_in_future"),
    ],
)
async def test_a_list_that_is_refused_loads_nothing(
    stage: StageUnderTest, situation: str, list_date: str, code: str
) -> None:
    content = csv_of({"rfc": LEGAL_RFC, "situacion": situation})
    answer = await upload(stage, "/screening/lists", content, list_date=list_date)
    assert (answer.status_code, answer.json()["title"]) == (422, code)
    assert (await stage.client.get("/screening/lists", headers=stage.headers("operator"))).json()["items"] == []
