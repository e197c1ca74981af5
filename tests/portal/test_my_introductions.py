"""A firm sees who knows of it; a natural person consents to that, and takes it back."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.contracts.matching import MatchFound
from shared.contracts.registration import AnchorJoined, SupplierRegistered
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import ANCHOR, SUPPLIER, example

PAGE, CONSENT = "/my-firm/introductions", UUID(int=77)
STAGE = f"/suppliers/{SUPPLIER}/introductions"
WORDS = "a" * 64
TEXT = {"version": "introduction-2026.1", "language": "es", "anchor_id": None, "body": "Uno.\n\nDos.", "sha256": WORDS}
GIVEN: dict[str, Any] = {"id": str(CONSENT), "status": "given", "anchor_id": str(ANCHOR), "revoked_at": None}


@pytest.fixture
async def firm(portal: Visitors) -> Browser:
    await portal.stage.consume(example(AnchorJoined), example(MatchFound, blocked_by=()))
    portal.others.answer("registration", STAGE, {"items": [GIVEN | {"given_at": "2026-01-02T10:00:00Z"}], "next": None})
    portal.others.answer("registration", "/introduction-texts", TEXT)
    return await portal.signed_in("supplier", supplier_id=SUPPLIER)


async def test_a_legal_person_sees_who_knows_it_and_consents_to_nothing(portal: Visitors, firm: Browser) -> None:
    await portal.stage.consume(example(SupplierRegistered))
    page = (await firm.get(PAGE)).text
    assert "<li>Armadora del Norte</li>" in page
    assert "consiento" not in page.lower()


async def test_a_natural_person_consents_to_the_words_that_it_saw(portal: Visitors, firm: Browser) -> None:
    await portal.stage.consume(example(SupplierRegistered, kind="natural", legal_name=None, rfc=None, introduction={}))
    page = (await firm.get(PAGE)).text
    assert "Ninguna tractora todavía" in page
    assert "Vigente" in page
    assert "Consiento" not in page
    page = (await firm.get(f"{PAGE}?to=all")).text
    assert "<p>Uno.</p><p>Dos.</p>" in page
    portal.others.answer("registration", STAGE, {"id": str(CONSENT)}, 201)
    answer = await firm.post(PAGE, {"to": "all", "text_sha256": WORDS, "key": "k" * 20})
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    sent = portal.others.asked[-1]
    assert (sent.method, sent.headers["Idempotency-Key"]) == ("POST", "k" * 20)
    assert sent.read() == b'{"text_sha256":"' + b"a" * 64 + b'","channel":"portal"}'


async def test_it_takes_a_consent_back(portal: Visitors, firm: Browser) -> None:
    path = f"{STAGE}/{CONSENT}/revocation"
    portal.others.answer("registration", path, GIVEN | {"status": "revoked"})
    answer = await firm.post(f"{PAGE}/{CONSENT}/revocation")
    assert (answer.status_code, portal.others.asked[-1].url.path) == (303, path)
    said = {"title": "consent_unknown", "detail": "No hay tal consentimiento."}
    portal.others.refused["POST", "registration.test", path] = httpx.Response(404, json=said)
    answer = await firm.post(f"{PAGE}/{CONSENT}/revocation")
    assert (answer.status_code, "No hay tal consentimiento." in answer.text) == (404, True)
