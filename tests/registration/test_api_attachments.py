"""Files of certificates, over HTTP: the profile names their digests; who says nothing of them takes none away."""

import hashlib
from uuid import UUID

from shared.attachments import records
from shared.sealing import encryption
from shared.sealing.encryption import Ring
from shared.testing.stage import StageUnderTest
from tests.attachments import given as files
from tests.registration.bodies_given import BODY, registered

ANY = {"If-Match": "*"}
DIGEST = hashlib.sha256(files.PDF).hexdigest()
CERTIFICATE = {"standard": "iatf_16949", "body": "Certificadora Ejemplo", "number": "MX-1", "valid_to": "2199-01-01"}


async def test_a_certificate_has_its_file_and_its_digest_alone_is_told(stage: StageUnderTest) -> None:
    firm = (await registered(stage))["id"]
    path, operator = f"/suppliers/{firm}", stage.headers("operator")
    given = await stage.client.post(f"{path}/attachments", files={"file": ("iatf.pdf", files.PDF)}, headers=operator)
    assert (given.status_code, given.json()["sha256"]) == (201, DIGEST), given.text

    async def put(**more: str) -> dict[str, object]:
        body = BODY | {"offering": BODY["offering"] | {"certificates": [CERTIFICATE | more]}}
        answer = await stage.client.put(path, json=body, headers=operator | ANY)
        return dict(answer.json())

    assert (await put(sha256="ab" * 32))["title"] == "attachment_unknown"
    await put(sha256=DIGEST)
    shown = await put(scope="Estampado")
    assert [each["sha256"] for each in shown["offering"]["certificates"]] == [DIGEST]  # type: ignore[index]  # JSON
    told = [event.data for event in await stage.told() if "offering" in event.data]
    assert [each["sha256"] for each in told[-1]["offering"]["certificates"]] == [DIGEST]
    # Renewed it is another one, though its number stays: what showed the old one does not show it.
    renewed = await put(valid_to="2199-06-01")
    assert [each["sha256"] for each in renewed["offering"]["certificates"]] == [None]  # type: ignore[index]  # JSON
    # Another certificate has another file, or none.
    other = await put(number="MX-2")
    assert [each["sha256"] for each in other["offering"]["certificates"]] == [None]  # type: ignore[index]  # JSON
    id_ = given.json()["id"]
    link = await stage.client.get(f"{path}/attachments/{id_}/link", headers=operator)
    assert (await stage.client.get(link.json()["href"], headers=operator)).content == files.PDF
    foreign = stage.headers("supplier", supplier_id=UUID(int=9))
    assert (await stage.client.get(f"{path}/attachments/{id_}/link", headers=foreign)).status_code == 403
    assert (await stage.client.delete(f"{path}/attachments/{id_}", headers=operator)).status_code == 204


async def test_no_copy_of_its_key_and_name_opens_once_it_is_erased(
    stage: StageUnderTest,
) -> None:
    firm = (await registered(stage))["id"]
    path, operator = f"/suppliers/{firm}/attachments", stage.headers("operator")
    ids = []
    for name in ("old.pdf", "new.pdf"):
        with encryption.given(Ring(["0" * 64]), new=name == "new.pdf"):
            content = files.PDF.replace(b"%%EOF", f"% {name}\n%%EOF".encode())
            given = await stage.client.post(path, files={"file": (name, content)}, headers=operator)
            assert given.status_code == 201, given.text
            ids.append(UUID(given.json()["id"]))
    [(old, bare), (new, none)] = [
        tuple(row.values()) for row in await stage.rows("SELECT id, key FROM attachment ORDER BY id")
    ]
    assert ([old, new], bare is None, none) == (ids, False, None)
    async with stage.database.transaction() as connection:
        assert await records.key_of(connection, old) == bare
        assert (await records.seal_older(connection), await records.seal_older(connection)) == (1, 0)
        assert await records.key_of(connection, old) == bare
        assert [each.name for each in await records.page(connection, UUID(firm), None, 9)] == ["old.pdf", "new.pdf"]
    copies = await stage.rows("SELECT id, name, key FROM attachment ORDER BY id")
    assert [(row["key"], row["name"].startswith("sealed:")) for row in copies] == [(None, True), (None, True)]
    for id_ in ids:
        assert (await stage.client.delete(f"{path}/{id_}", headers=operator)).status_code == 204
    # As a backup has them that was taken before.
    for copy in copies:
        await stage.rows("UPDATE attachment SET state = 'kept', name = $2 WHERE id = $1", copy["id"], copy["name"])
    async with stage.database.connection() as connection:
        assert [await records.key_of(connection, id_) for id_ in ids] == [None, None]
        assert [each.name for each in await records.page(connection, UUID(firm), None, 9)] == ["", ""]
