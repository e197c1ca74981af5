"""Files that people give in the portal: passed on to the stage that keeps them, named by what they back, and opened."""

from uuid import UUID

import pytest

from shared.contracts.matching import OfferingAligned
from shared.contracts.registration import SupplierRegistered
from shared.testing.stage import StageUnderTest
from tests.attachments import given as files
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import OTHER_SUPPLIER, SUPPLIER, example
from tests.registration.bodies_given import BODY, registered

PAGE = "/my-firm/diagnosis/TEC/T01"


@pytest.fixture
async def diagnosis(portal: Visitors) -> StageUnderTest:
    stage = await portal.real("diagnosis")
    await stage.consume(example(SupplierRegistered), example(OfferingAligned))
    return stage


async def _mine(portal: Visitors, supplier_id: UUID = SUPPLIER) -> Browser:
    return await portal.signed_in("supplier", subject="ana", supplier_id=supplier_id, language="en")


async def test_a_file_backs_an_answer_and_is_opened_by_who_may(portal: Visitors, diagnosis: StageUnderTest) -> None:
    mine, form = await _mine(portal), {"file": ("dictamen.pdf", files.PDF)}
    assert "Answer the question first" in (await mine.get(PAGE)).text
    headers = diagnosis.headers("supplier", subject="ana", supplier_id=SUPPLIER) | {"If-Match": "*"}
    await diagnosis.client.put(f"/diagnoses/{SUPPLIER}/draft/T01", json={"level": 3}, headers=headers)
    html = await mine.upload(f"{PAGE}/evidence", {"file": ("dictamen.pdf", b"<html><script>")}, {})
    assert (html.status_code, "by its content" in html.text) == (422, True)
    for _ in range(2):
        assert (await mine.upload(f"{PAGE}/evidence", form, {})).status_code == 303
    page = (await mine.get(PAGE)).text
    assert page.count("dictamen.pdf</a>") == 2
    assert "Evidence of T01 (2)" in (await mine.get("/my-firm/diagnosis/TEC")).text
    address = page.partition('href="/attachments/')[2].partition('"')[0]
    got = await mine.get(f"/attachments/{address}")
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, files.PDF, "application/pdf")
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in got.headers["content-security-policy"]
    other = await _mine(portal, OTHER_SUPPLIER)
    assert (await other.get(f"/attachments/{address}")).status_code == 403
    assert (await portal.anybody().get(f"/attachments/{address}")).status_code == 303
    await mine.post(f"{PAGE}/evidence/removal", {"number": "1"})
    assert (await mine.get(PAGE)).text.count("dictamen.pdf</a>") == 1


async def test_a_certificate_has_its_file(portal: Visitors) -> None:
    """What else the profile says is sent as it was."""
    stage = await portal.real("registration")
    certificate = {
        "standard": "iatf_16949",
        "body": "Certificadora Ejemplo",
        "number": "MX-1",
        "valid_to": "2199-01-01",
    }
    firm = (await registered(stage, offering=BODY["offering"] | {"certificates": [certificate]}))["id"]
    mine = await _mine(portal, UUID(firm))
    page = (await mine.get("/my-firm/certificates")).text
    version = page.partition('name="version" value="')[2].partition('"')[0].replace("&#34;", '"')
    form = {"version": version, "certificate": "0"}
    sent = await mine.upload("/my-firm/certificates", {"file": ("iatf.pdf", files.PDF)}, form)
    assert sent.status_code == 303, sent.text
    page = (await mine.get("/my-firm/certificates")).text
    assert f'href="/attachments/registration/{firm}/' in page
    stale = await mine.upload("/my-firm/certificates", {"file": ("iatf.pdf", files.PDF)}, form)
    assert stale.status_code == 412
