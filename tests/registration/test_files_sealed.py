"""What people send as files is kept sealed, and so are its refused rows."""

from collections.abc import AsyncIterator
from io import BytesIO
from uuid import UUID, uuid4

from shared.contracts.event import Cause
from shared.messaging import imports, refused_kept
from shared.testing.stage import StageUnderTest
from tests.files.given import csv_of
from tests.registration.files_given import SUPPLIER, upload
from tests.registration.test_sealed import in_clear


async def test_a_file_and_its_refused_rows_are_sealed_until_they_are_forgotten(stage: StageUnderTest) -> None:
    row = SUPPLIER | {"contacto_nombre": "Benita Sellada", "contacto_correo": "benita@sellada.example", "scian": "1"}
    report = (await upload(stage, "/suppliers/imports", csv_of(row))).json()
    assert report["refused"] == 1
    assert await in_clear(stage) == set()
    path = f"/suppliers/imports/{report['id']}/refused"
    assert "Benita Sellada" in (await stage.client.get(path, headers=stage.headers("operator"))).text
    [kept] = await stage.rows("SELECT line, sent FROM import_refused_row")
    async with stage.database.transaction() as connection:
        await connection.execute("UPDATE import SET ended_at = ended_at - $1::interval", imports.REFUSED_KEPT)
        await imports.forget(connection, imports.REFUSED_KEPT * 2)
        assert await refused_kept.open_all(connection, UUID(report["id"]), {kept["line"]: kept["sent"]}) == {}
    assert await stage.rows("SELECT FROM data_key WHERE person = $1 AND wrapped IS NOT NULL", UUID(report["id"])) == []


async def test_a_part_of_a_file_is_kept_sealed_and_read_as_it_was(stage: StageUnderTest) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for part in (b"Benita ", b"Sellada"):
            yield part

    new = imports.Import(uuid4(), "nothing", {}, Cause("x"))
    async with stage.database.transaction() as connection:
        assert await imports.receive(connection, new, None, parts())
        file = BytesIO()
        await imports.spool(connection, new.id, file)
        assert file.getvalue() == b"Benita Sellada"
    assert await in_clear(stage) == set()
