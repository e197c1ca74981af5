"""Who consented to which words is proven later, whatever a partner, a product or the text is called by then."""

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.financing import app
from services.financing.app import build
from services.financing.catalogue import read
from services.financing.consume import ONCE
from services.financing.domain.consent_text import ConsentText
from shared.contracts.acts import UNBLOCKED
from shared.contracts.event import Cause
from shared.messaging import actors
from shared.messaging.sweep_requests import request_sweeps
from shared.runtime.clock import now
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.financing.calls import call, consent_body, known, ok, refused
from tests.financing.given import SUPPLIER


async def given(stage: StageUnderTest) -> tuple[dict[str, Any], str]:
    """A consent, and the words that were shown for it."""
    await known(stage)
    body = await consent_body(stage)
    query = [("purpose", "certification"), ("expires_on", body["expires_on"])]
    query += [("data_class", name) for name in body["data_classes"]]
    headers = stage.headers(Role.SUPPLIER, supplier_id=SUPPLIER)
    shown = (await stage.client.get("/consent-texts/nafin", params=query, headers=headers)).json()
    return await ok(stage, "POST", "/consents", body), shown["body"]


async def proof(stage: StageUnderTest, consent: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await ok(stage, "GET", f"/consents/{consent['id']}/text")
    return found


async def renamed(stage: StageUnderTest) -> None:
    other = {"name": "Banca de Desarrollo Unida", "kind": "development_bank", "sla_days": 20}
    await ok(stage, "PUT", "/partners/nafin", other, role=Role.OPERATOR)


async def test_the_proof_says_who_gave_which_words_when_and_how(stage: StageUnderTest) -> None:
    consent, shown = await given(stage)
    found = await proof(stage, consent)
    assert (found["status"], found["body"]) == ("kept", shown)
    assert hashlib.sha256(found["body"].encode()).hexdigest() == found["sha256"] == consent["text_sha256"]
    [told] = await stage.rows("SELECT actor, body FROM journal WHERE type = 'financing.consent-given'")
    actor = actors.read(told["actor"])
    assert (found["given_by"], found["supplier_id"]) == (actor.subject, str(actor.on_behalf_of))
    assert json.loads(told["body"])["data"]["given_at"] == found["given_at"]
    assert (found["channel"], found["partner"]) == ("portal", "nafin")
    acts = await stage.rows("SELECT action, about FROM audit")
    assert ("financing:consent:viewed", SUPPLIER) in [(each["action"], each["about"]) for each in acts]


async def test_it_is_of_that_firm_and_operators(stage: StageUnderTest) -> None:
    consent, _ = await given(stage)
    path = f"/consents/{consent['id']}/text"
    assert await refused(stage, "GET", path, supplier_id=uuid4()) == (403, "not_yours")
    assert (await call(stage, "GET", path, Role.OPERATOR))[0] == 200
    assert await refused(stage, "GET", f"/consents/{uuid4()}/text") == (404, "consent_unknown")


async def test_once_it_is_over_operators_open_it_on_a_ground(stage: StageUnderTest) -> None:
    consent, shown = await given(stage)
    path = f"/consents/{consent['id']}"
    assert (await call(stage, "GET", f"{path}/text", Role.OPERATOR))[0] == 200
    await stage.rows("UPDATE consent SET revoked_at = now()")
    assert (await call(stage, "GET", f"{path}/text", Role.OPERATOR))[0] == 409
    for ground, act in UNBLOCKED.items():
        found = await ok(stage, "GET", f"{path}/text?ground={ground}", role=Role.OPERATOR)
        assert (found["body"], found["given_by"]) == (shown, consent["given_by"])
        acts = await stage.rows("SELECT about FROM audit WHERE action = $1", f"financing:{act}")
        assert [each["about"] for each in acts] == [SUPPLIER]
    assert (await proof(stage, consent))["body"] == shown, "the firm's own"
    for role, given_by in ((Role.OPERATOR, None), (Role.SUPPLIER, consent["given_by"])):
        case = await ok(stage, "GET", f"/cases/{SUPPLIER}", role=role)
        for told in (await ok(stage, "GET", path, role=role), *case["consents"]):
            assert told["given_by"] == given_by


async def test_it_holds_when_partner_product_and_text_have_changed(
    stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    consent, shown = await given(stage)
    await renamed(stage)
    monkeypatch.setattr(app, "read", _another_catalogue)
    later, _ = build()
    async with StageUnderTest(later, str(stage.database.url)) as after:
        now_shown = (await consent_body(after))["text_sha256"]
        found = await proof(after, consent)
    assert now_shown != consent["text_sha256"]
    assert found["body"] == shown
    assert hashlib.sha256(found["body"].encode()).hexdigest() == consent["text_sha256"]


def _another_catalogue() -> Any:
    released = read()
    texts = tuple(_reworded(text) for text in released.texts)
    products = tuple(replace(product, name=f"{product.name} (nuevo)") for product in released.products)
    return replace(released, texts=texts, released=texts, products=products)


def _reworded(text: ConsentText) -> ConsentText:
    return replace(text, version=f"{text.version}-later", template=f"{text.template}Más.\n")


async def _find_texts(stage: StageUnderTest) -> None:
    async with stage.database.transaction() as connection:
        await request_sweeps(connection, [(each, Cause("test")) for each in ONCE], now())
    await stage.sweep()


async def test_the_words_of_before_are_found_again_or_said_to_be_unknown(stage: StageUnderTest) -> None:
    consent, shown = await given(stage)
    await stage.rows("DELETE FROM consent_text")
    assert ((await proof(stage, consent))["status"], (await proof(stage, consent))["body"]) == ("text_unknown", None)
    await _find_texts(stage)
    assert (await proof(stage, consent))["body"] == shown
    await stage.rows("DELETE FROM consent_text")
    broken = "jsonb_set(consents, '{0,text_sha256}', to_jsonb($1::text))"
    await stage.rows(f"UPDATE financing_case SET consents = {broken} WHERE id = $2", "0" * 64, SUPPLIER)
    await stage.rows("UPDATE consent SET text_sha256 = $1 WHERE id = $2", "0" * 64, UUID(consent["id"]))
    await _find_texts(stage)
    assert (await proof(stage, consent))["status"] == "text_unknown"


async def test_a_firm_that_left_is_told_why_it_consents_no_more(stage: StageUnderTest) -> None:
    await known(stage)
    body = await consent_body(stage)
    await stage.rows("UPDATE financing_case SET withdrawn = true")
    assert await refused(stage, "POST", "/consents", body) == (409, "supplier_withdrawn")


def test_whoever_shows_a_consent_shows_it_as_its_proof_is_blocked() -> None:
    """A door that made its view of the row itself would show who gave it for ever."""
    shown = [path for part in ("api", "views") for path in (Path(app.__file__).parent / part).glob("*.py")]
    source = {path.name: path.read_text(encoding="utf-8") for path in shown}
    assert [name for name, text in source.items() if re.search(r"ConsentView\.(of|model_validate)\(", text)] == []
    assert {name for name, text in source.items() if re.search(r"\.given_by\b|\"given_by\"", text)} == {"consents.py"}
