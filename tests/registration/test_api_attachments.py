"""Files of certificates, over HTTP: the profile names their digests; who says nothing of them takes none away."""

import hashlib
from uuid import UUID

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
