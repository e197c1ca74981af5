"""The machine room: how services are, gaps, partners near their deadlines, and audit logs."""

import re
from uuid import UUID

import httpx
import pytest

from services.portal.stages import SERVICES
from shared.contracts.audit import AuditSealed
from tests.portal import scripted
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import SUPPLIER, example
from tests.portal.forms import forms, last_sent, refuse

LETTER = str(UUID(int=0xDEAD))
AT = "2026-03-02T15:04:05Z"
METRICS = """\
# TYPE pdp_consumer_lag gauge
pdp_consumer_lag{topic="matching.match.v1",partition="0"} 5.0
pdp_consumer_lag{topic="matching.match.v1",partition="1"} 7.0
# TYPE pdp_dead_letters_open gauge
pdp_dead_letters_open 6.0
# TYPE pdp_alarm gauge
pdp_alarm{name="keys_blocked"} 1.0
pdp_alarm{name="outbox_old"} 0.0
"""


@pytest.fixture
async def operator(portal: Visitors) -> Browser:
    scripted.answer(portal.others, {"supplier_id": str(SUPPLIER), "letter_id": LETTER})
    return await portal.signed_in("operator")


async def test_every_service_says_how_it_is(portal: Visitors, operator: Browser) -> None:
    portal.others.answer("matching", "/ready", {"matching.0": "un lote lleva 9 s en curso"}, 503)
    for service in ("matching", "portal"):
        portal.others.answers[f"{service}.test", "/metrics"] = httpx.Response(200, text=METRICS)
    portal.others.answer("portal", "/ready", {})
    page = (await operator.get("/operations")).text
    for told in ("un lote lleva 9 s en curso", "Claves bloqueadas", "En orden", '<td class="number">12</td>'):
        assert told in page, told
    assert "No publica" not in page
    assert page.count("No responde") == len(SERVICES) - 2


async def test_a_service_that_stopped_is_let_go_on(portal: Visitors, operator: Browser) -> None:
    portal.others.answer("matching", "/ready", {})
    stopped = METRICS + 'pdp_alarm{name="dlq_limit_reached"} 1.0\n'
    portal.others.answers["matching.test", "/metrics"] = httpx.Response(200, text=stopped)
    action = "/operations/services/matching/resumption"
    assert len(forms((await operator.get("/operations")).text, action)) == 1
    portal.others.answer("matching", "/dead-letters/resume", {"groups": ["matching"]})
    assert (await operator.post(action)).headers["location"] == "/operations"
    assert last_sent(portal.others)[:2] == ("POST", "/dead-letters/resume")
    refuse(portal.others, "matching", "/dead-letters/resume", 403)
    assert "No se acepta así." in (await operator.post(action)).text
    assert (await operator.post("/operations/services/nothing/resumption")).status_code == 404


async def test_gaps_are_closed_with_the_reason(portal: Visitors, operator: Browser) -> None:
    gap = portal.others.answers["matching.test", "/record-gaps"].json()["items"][0]
    wanted = gap | {"id": 7, "topic": "diagnosis.diagnosis.v1", "command": "pdp resend diagnosis"}
    portal.others.answer("matching", "/record-gaps", {"items": [wanted], "next": None})
    page = (await operator.get("/operations/gaps")).text
    assert "pdp resend diagnosis" in page
    portal.others.answer("matching", "/record-gaps/close", {"ids": [7]})
    answer = await operator.post("/operations/gaps/matching", {"ids": ["7", "x"], "reason": "reenviado"})
    assert answer.headers["location"] == "/operations/gaps"
    assert last_sent(portal.others)[1:3] == ("/record-gaps/close", {"ids": [7], "reason": "reenviado"})
    refuse(portal.others, "matching", "/record-gaps/close", 422, reason="Diga por qué.")
    refused = await operator.post("/operations/gaps/matching")
    assert re.search(r'<a href="#matching-reason">[^<]+: Diga por qué.</a>', refused.text)
    assert (await operator.post("/operations/gaps/nothing")).status_code == 404


async def test_what_was_missed_is_looked_at_and_then_published_again(portal: Visitors, operator: Browser) -> None:
    gap = portal.others.answers["matching.test", "/record-gaps"].json()["items"][0]
    lost = {"topic": "diagnosis.diagnosis.v1", "partition": 3, "seen_at": "2026-03-02T15:04:05.5Z", "command": "pdp"}
    gaps = [gap | lost | {"id": 7, "consumer_group": "matching"}, gap | lost | {"id": 8, "command": None}]
    portal.others.answer("matching", "/record-gaps", {"items": gaps, "next": None})
    action = "/operations/gaps/matching/resending"
    assert f'formaction="{action}"' in (await operator.get("/operations/gaps")).text
    told = {"events": 4, "superseded": 1, "withheld": 0, "first": None, "last": None, "next": None}
    reach = {"since": "2025-01-01T00:00:00Z", "until": "2026-03-02T15:04:06Z"}
    portal.others.answer("diagnosis", "/journal/resend", told | reach)
    looked = await operator.post(action, {"ids": ["7", "8"]})
    assert (looked.status_code, "Nada se ha publicado" in looked.text) == (200, True)
    assert forms(looked.text, action) == [{"sure": "yes", "ids": "7"}]
    wanted = {"topic": "diagnosis.diagnosis.v1", "partition": 3, "until": "2026-03-02T15:04:06+00:00"}
    assert last_sent(portal.others)[2] == wanted | {"reason": "gap 7 of matching", "dry_run": True}
    done = await operator.post(action, {"ids": ["7"], "sure": "yes"})
    assert "Esto se publicó otra vez" in done.text
    assert last_sent(portal.others)[2]["dry_run"] is False
    portal.others.answer("diagnosis", "/journal/resend", told | reach | {"next": 9})
    assert "Hay más" in (await operator.post(action, {"ids": ["7"], "sure": "yes"})).text
    assert last_sent(portal.others)[2]["after"] == 9
    refuse(portal.others, "diagnosis", "/journal/resend", 422)
    assert "No se acepta así." in (await operator.post(action, {"ids": ["7"], "sure": "yes"})).text
    assert "Elija al menos" in (await operator.post(action)).text
    assert (await operator.post("/operations/gaps/nothing/resending")).status_code == 404


async def test_partners_that_are_to_answer(portal: Visitors, operator: Browser) -> None:
    line = portal.others.answers["financing.test", "/referrals/due"].json()["items"][0]
    shown = line | {"partner": "nafin", "state": "in_review", "supplier_id": str(SUPPLIER)}
    portal.others.answer("financing", "/referrals/due", {"items": [shown], "next": "more"})
    page = (await operator.get("/operations/partners?partner=nafin")).text
    for told in ("nafin", f'href="/firms/{SUPPLIER}"', "partner=nafin&amp;after=more"):
        assert told in page, told
    [asked] = [each for each in portal.others.asked if each.url.path == "/referrals/due"]
    assert asked.url.params["partner"] == "nafin"


async def test_a_log_that_was_cut_off_or_changed_is_told(portal: Visitors, operator: Browser) -> None:
    for number, service in enumerate(("matching", "diagnosis", "financing")):
        log = {"log_id": UUID(int=number), "service": service, "note": f"sello de {service}"}
        sealed = example(AuditSealed, size=9, **log)
        await portal.stage.consume(sealed)
    same = {"size": 9, "at": AT, "note": "sello de matching"}
    portal.others.answer("matching", "/audit/checkpoints", {"items": [same], "next": "9"})
    portal.others.answer("diagnosis", "/audit/checkpoints", {"items": [same | {"note": "otro"}], "next": None})
    del portal.others.answers["financing.test", "/audit/checkpoints"]
    page = (await operator.get("/operations/audit")).text
    verdicts = [page.index(word) for word in ("No es el mismo", "No responde", "Lo conserva")]
    assert verdicts == sorted(verdicts)
    asked = [each.url.params["after"] for each in portal.others.asked if each.url.path == "/audit/checkpoints"]
    assert asked == ["8"] * 3
    portal.others.answer("matching", "/audit/checkpoints", {"items": [], "next": None})
    assert (await operator.get("/operations/audit")).text.count("No es el mismo") == 2
