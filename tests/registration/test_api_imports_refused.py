"""Refused rows of a file: returned to whoever may see the import, mended, and sent again."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from services.registration.files.importers import ProspectImporter
from shared.messaging import imports
from shared.messaging.importing import RowImporter
from shared.testing.stage import StageUnderTest
from tests.files.given import csv_of, xlsx_of
from tests.registration.files_given import SUPPLIER, upload
from tests.registration.given import OTHER_RFC

SENT = {**SUPPLIER, "contacto_nombre": "=Persona", "contacto_correo": "p@ejemplo.mx", "Notas": "@ver"}


async def given_back(stage: StageUnderTest, report: dict[str, Any], role: str = "operator", **more: str) -> Response:
    path = f"/suppliers/imports/{report['id']}/refused"
    return await stage.client.get(path, headers=stage.headers(role) | more)


async def imported(stage: StageUnderTest, content: bytes) -> dict[str, Any]:
    report: dict[str, Any] = (await upload(stage, "/suppliers/imports", content)).json()
    return report


@pytest.mark.parametrize("delimiter", [";", ""])
async def test_refused_rows_come_back_are_mended_and_go_in(stage: StageUnderTest, delimiter: str) -> None:
    wrong = SENT | {"rfc": OTHER_RFC, "trabajadores": "1.250", "estado": "Texas"}
    content = (
        csv_of(SENT, wrong, delimiter=delimiter)
        if delimiter
        else xlsx_of([*SENT], *([text.removeprefix("=") for text in row.values()] for row in (SENT, wrong)))
    )
    report = await imported(stage, content)
    assert (report["accepted"], report["refused"], report["ignored_columns"]) == (1, 1, ["Notas"])
    back = await given_back(stage, report, **{"Accept-Language": "es"})
    assert back.status_code == 200
    assert back.headers["Content-Disposition"].endswith(f'{report["id"]}.{"csv" if delimiter else "xlsx"}"')
    assert back.headers["Cache-Control"] == "no-store"
    again = await imported(stage, back.content)
    assert (again["accepted"], again["refused"], again["ignored_columns"]) == (0, 1, ["Notas"])
    if delimiter:
        text = back.content.decode("utf-8-sig")
        assert text.splitlines()[0] == ";".join([*SENT, "motivo"])
        assert ";'=Persona;p@ejemplo.mx;'@ver;" in text
        assert "Línea 3 del archivo enviado. estado: Es un estado" in text
        mended = back.content.replace(b"1.250", b"1250").replace(b"Texas", "Querétaro".encode())
        done = await imported(stage, mended)
        assert (done["accepted"], done["refused"]) == (1, 0)


async def test_only_who_may_see_the_import_has_its_rows(stage: StageUnderTest) -> None:
    report = await imported(stage, csv_of(SENT | {"scian": "1"}))
    assert (await given_back(stage, report, "anchor")).status_code == 403
    assert (
        (await given_back(stage, report))
        .text.splitlines()[1]
        .endswith("Line 2 of the file that was sent. scian: A SCIAN class has six digits.")
    )
    unknown = await given_back(stage, {"id": str(uuid4())})
    assert (unknown.status_code, unknown.json()["title"]) == (404, "import_unknown")
    acts = await stage.rows("SELECT about FROM audit WHERE action = 'registration:supplier:returned'")
    assert [str(act["about"]) for act in acts] == [report["id"]]


async def test_no_rows_where_none_was_refused_or_they_are_forgotten(stage: StageUnderTest) -> None:
    none = await imported(stage, csv_of(SENT))
    some = await imported(stage, csv_of(SENT | {"scian": "1"}))
    assert (none["refused_until"], some["refused_until"] > some["ended_at"]) == (None, True)
    async with stage.database.transaction() as connection:
        await connection.execute("UPDATE import SET ended_at = ended_at - $1::interval", imports.REFUSED_KEPT)
        await imports.forget(connection, imports.REFUSED_KEPT * 2)
    for report in (none, some):
        answer = await given_back(stage, report)
        assert (answer.status_code, answer.json()["title"]) == (404, "refused_rows_unknown")


async def test_rows_of_what_authorities_publish_are_not_kept(stage: StageUnderTest) -> None:
    """They have more than is wanted of them, as telephones of plants."""
    row = {"id": "1", "cve_ent": "99", "municipio": "1", "nom_estab": "x", "telefono": "5550101"}
    report = (await upload(stage, "/prospects/imports", csv_of(row), edition="2025-11")).json()
    assert (report["refused"], report["refused_until"], report["ignored_columns"]) == (1, None, [])
    assert await stage.rows("SELECT line FROM import_refused_row") == []


async def test_no_rows_before_the_end(stage: StageUnderTest) -> None:
    report = await imported(stage, csv_of(SENT | {"scian": "1"}))
    async with stage.database.transaction() as connection:
        await connection.execute("UPDATE import SET ended_at = NULL")
    answer = await given_back(stage, report)
    assert (answer.status_code, answer.json()["title"]) == (409, "import_goes_on")


async def test_nobody_is_quoted_in_logs_events_or_answers(
    stage: StageUnderTest, capsys: pytest.CaptureFixture[str]
) -> None:
    report = await imported(stage, csv_of(SENT | {"scian": "1", "contacto_nombre": "Persona Secreta"}))
    await given_back(stage, report)
    assert "Secreta" not in str(report)
    assert "Secreta" not in "".join(capsys.readouterr())
    assert await stage.told() == []


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("suppliers", SUPPLIER | {"estado": "Texas"}),
        ("anchors", {"codigo": "A-1", "nombre": "Armadora", "estados": "Texas"}),
        ("prospects", {"id": "1", "cve_ent": "99", "municipio": "1"}),
    ],
)
async def test_a_file_of_which_every_row_is_refused(stage: StageUnderTest, kind: str, row: dict[str, str]) -> None:
    """A batch of which nothing is left to decide goes to no importer: none is asked about no rows."""
    edition = {"edition": "2025-11"} if kind == "prospects" else {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RowImporter, "apply", None)
        patch.setattr(ProspectImporter, "apply", None)
        report = (await upload(stage, f"/{kind}/imports", csv_of(row), **edition)).json()
    assert (report["state"], report["read"], report["refused"]) == ("done", 1, 1)
