"""Firms as a file: sent again it changes nothing, and what a file has no column for it takes from nobody."""

import csv
import io
from typing import Any

import pytest

from shared.testing.stage import StageUnderTest
from tests.files.given import csv_of
from tests.registration.bodies_given import WHOLE, registered
from tests.registration.files_given import SUPPLIER, upload
from tests.registration.given import LEGAL_RFC, NATURAL_RFC, OTHER_RFC


async def exported(stage: StageUnderTest, suffix: str = "csv", **more: str) -> bytes:
    wanted = {"format": suffix, **more}
    answer = await stage.client.get("/suppliers/export", params=wanted, headers=stage.headers("operator"))
    assert answer.status_code == 200, answer.text
    return answer.content


async def sent(stage: StageUnderTest, content: bytes) -> dict[str, Any]:
    report: dict[str, Any] = (await upload(stage, "/suppliers/imports", content)).json()
    assert report["state"] == "done", report
    return report


def lines_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
async def test_what_is_exported_and_sent_again_is_the_same_record(stage: StageUnderTest, suffix: str) -> None:
    await registered(stage, **{name: value for name, value in WHOLE.items() if name != "contact"})
    await sent(stage, csv_of(SUPPLIER | {"rfc": OTHER_RFC, "contacto_nombre": "Ana", "contacto_correo": "a@b.example"}))
    await sent(stage, csv_of(SUPPLIER | {"rfc": NATURAL_RFC, "materiales_1": 'acero 1/2";"a;b"'}))
    before = await stage.rows("SELECT * FROM supplier ORDER BY id")
    report = await sent(stage, await exported(stage, suffix))
    assert (report["outcomes"], report["refused"]) == ({"unchanged": 3}, 0)
    assert await stage.rows("SELECT * FROM supplier ORDER BY id") == before


async def test_an_export_has_no_contact_and_nobody_who_left(stage: StageUnderTest) -> None:
    firm = await registered(stage)
    await registered(stage, rfc=OTHER_RFC)
    left = {"reason": "own_decision"}
    own = stage.headers("supplier", supplier_id=firm["id"])
    assert (await stage.client.post(f"/suppliers/{firm['id']}/withdrawal", json=left, headers=own)).status_code == 200
    content = await exported(stage)
    assert [line["rfc"] for line in lines_of(content)] == [OTHER_RFC]
    assert not {"contacto_nombre", "contacto_correo"} & lines_of(content)[0].keys()
    assert b"ejemplo.mx" not in content
    assert [line["rfc"] for line in lines_of(await exported(stage, status="withdrawn"))] == [LEGAL_RFC]
    assert lines_of(await exported(stage, state="19")) == []


async def test_no_file_takes_away_what_it_has_no_column_for(stage: StageUnderTest) -> None:
    more = {"planta_nombre_1": "Norte", "planta_estado_1": "22", "idiomas": "es;en", "area_4": "P01"}
    await sent(stage, csv_of(SUPPLIER | more))
    whole = await stage.rows("SELECT plants, offering FROM supplier")
    report = await sent(stage, csv_of(SUPPLIER | {"trabajadores": "52"}))
    (refused,) = report["refused_rows"]
    assert (refused["column"], refused["reason"]) == ("rfc", "columns_lacking")
    assert all(name in refused["detail"] for name in ("idiomas", "planta_nombre_1", "planta_estado_1"))
    assert await stage.rows("SELECT plants, offering FROM supplier") == whole
    (line,) = lines_of(await exported(stage))
    assert (await sent(stage, csv_of(line | {"trabajadores": "52", "idiomas": ""})))["outcomes"] == {"changed": 1}
    (firm,) = await stage.rows("SELECT plants, offering, workers FROM supplier")
    assert (firm["workers"], firm["plants"]) == (52, whole[0]["plants"])
    assert '"languages": []' in str(firm["offering"]) or firm["offering"]["languages"] == []
