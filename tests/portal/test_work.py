"""What assessors, experts and mentors see of what waits for them, and what their forms bring to the stages."""

import re
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.service.callers import Role
from tests.portal import scripted
from tests.portal.conftest import Visitors
from tests.portal.events import SUPPLIER
from tests.portal.forms import forms, last_sent, refuse

ACTIVITY, PIECE = str(UUID(int=8)), str(UUID(int=9))
DIAGNOSIS, PLAN = f"/diagnoses/{SUPPLIER}", f"/plans/{SUPPLIER}"
VISIT, VALIDATION, SCORES, MENTORING = (
    f"/work/{name}/{SUPPLIER}" for name in ("visits", "validations", "scores", "plans")
)
SEEN = {"version": scripted.ETAG}


def _waiting(**changed: object) -> dict[str, Any]:
    line = {"supplier_id": str(SUPPLIER), "task": "assess", "since": None, "sent_back": False, "questions": 0}
    return {"items": [line | changed], "next": "more"}


async def _get(at_work: Visitors, role: Role, path: str) -> str:
    answer = await (await at_work.signed_in(str(role))).get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize(
    ("task", "role", "address"),
    [("assess", Role.ASSESSOR, VISIT), ("validate", Role.EXPERT, VALIDATION), ("score", Role.ASSESSOR, SCORES)],
)
async def test_the_queue_leads_to_where_each_task_is_done(
    at_work: Visitors, task: str, role: Role, address: str
) -> None:
    at_work.others.answer("diagnosis", "/diagnoses/waiting", _waiting(task=task, questions=2, sent_back=True))
    page = await _get(at_work, role, "/work")
    for told in (f'href="{address}"', "Forjas del Bajío", "2 preguntas", "Devuelta", "after=more"):
        assert told in page, told
    assert "Planes que esperan" not in page


async def test_a_mentor_sees_plans_that_wait_and_all_of_theirs(at_work: Visitors) -> None:
    line = {"supplier_id": str(SUPPLIER), "folio": "F", "legal_name": None, "plan_status": "agreed"}
    waits = {"items": [line | {"evidence": 3, "proposal": False, "revision": True}], "next": None}
    at_work.others.answer("development", "/plans/waiting", waits)
    page = await _get(at_work, Role.MENTOR, "/work")
    for told in (f'href="{MENTORING}"', "3 evidencias", "espera su acuerdo", "Todas sus empresas"):
        assert told in page, told
    assert "Diagnósticos que esperan" not in page


async def test_a_stage_that_is_away_takes_the_rest_of_the_queue_with_it_not(at_work: Visitors) -> None:
    del at_work.others.answers["diagnosis.test", "/diagnoses/waiting"]
    both = await at_work.signed_in("assessor", "mentor")
    page = (await both.get("/work")).text
    assert "no responde" in page
    assert "Planes que esperan" in page


async def test_a_visit_is_noted_question_by_question(at_work: Visitors) -> None:
    page = await _get(at_work, Role.ASSESSOR, f"{VISIT}/TEC")
    action = f"{VISIT}/TEC/T01"
    [fields] = forms(page, action)
    assert "La empresa dice" in page
    at_work.others.answer("diagnosis", f"{DIAGNOSIS}/visit/T01", {})
    browser = await at_work.signed_in("assessor")
    given = {"level": "3", "note": " Visto ", "why": "", "reason": "", "version": fields["version"]}
    answer = await browser.post(action, given)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{VISIT}/TEC#T01")
    path = f"{DIAGNOSIS}/visit/T01"
    assert last_sent(at_work.others) == ("PUT", path, {"level": 3, "note": "Visto"}, fields["version"])
    skipped = {"level": "none", "why": "not_running", "reason": "Paro"}
    await browser.post(action, skipped | SEEN)
    assert last_sent(at_work.others)[2] == {"level": None, "why": "not_running", "reason": "Paro"}


async def test_a_script_is_given_the_question_alone(at_work: Visitors) -> None:
    at_work.others.answer("diagnosis", f"{DIAGNOSIS}/visit/T01", {})
    browser = await at_work.signed_in("assessor")
    saved = await browser.post(f"{VISIT}/TEC/T01", {"level": "3"} | SEEN, **{"HX-Request": "true"})
    assert (saved.status_code, "<html" in saved.text, "Guardado." in saved.text) == (200, False, True)
    assert len(saved.content) < 15_000
    refuse(at_work.others, "diagnosis", f"{DIAGNOSIS}/visit/T01", 422, level="Falta el nivel.")
    wrong = await browser.post(f"{VISIT}/TEC/T01", SEEN, **{"HX-Request": "true"})
    assert (wrong.status_code, "Falta el nivel." in wrong.text, "No se acepta" in wrong.text) == (200, True, True)


async def test_what_is_wrong_with_one_question_stands_there(at_work: Visitors) -> None:
    refuse(at_work.others, "diagnosis", f"{DIAGNOSIS}/visit/T01", 422, reason="Diga por qué.")
    answer = await (await at_work.signed_in("assessor")).post(f"{VISIT}/TEC/T01", {"level": "none", "note": "Mía"})
    assert answer.status_code == 422
    assert re.search(r'<a href="#T01-reason">[^<]+: Diga por qué.</a>', answer.text)
    assert answer.text.count("Diga por qué.") == 2
    assert answer.text.count("Mía") == 1


async def test_of_two_answers_to_one_question_both_are_shown(at_work: Visitors) -> None:
    refuse(at_work.others, "diagnosis", f"{DIAGNOSIS}/visit/T01", 412)
    answer = await (await at_work.signed_in("assessor")).post(f"{VISIT}/TEC/T01", {"level": "1", "note": "Mía"})
    assert answer.status_code == 412
    assert "Alguien lo cambió" in answer.text
    assert "<td>1</td><td></td>" in answer.text


async def test_a_visit_ends_as_it_was_seen(at_work: Visitors) -> None:
    path = f"{DIAGNOSIS}/visit/submission"
    at_work.others.answer("diagnosis", path, {})
    [fields] = forms(await _get(at_work, Role.ASSESSOR, VISIT), VISIT)
    browser = await at_work.signed_in("assessor")
    assert (await browser.post(VISIT, fields)).headers["location"] == "/work"
    assert last_sent(at_work.others) == ("POST", path, None, scripted.ETAG)
    refuse(at_work.others, "diagnosis", path, 422)
    refused = await browser.post(VISIT, fields)
    assert (refused.status_code, "No se acepta así." in refused.text) == (422, True)


async def test_an_expert_validates_beside_what_both_said(at_work: Visitors) -> None:
    path = f"{DIAGNOSIS}/validation"
    at_work.others.answer("diagnosis", path, {})
    [fields] = forms(await _get(at_work, Role.EXPERT, VALIDATION), VALIDATION)
    browser = await at_work.signed_in("expert")
    given = {
        "levels.T01": "3",
        "levels.T12": "none",
        "why.T12": "no_access",
        "reasons.T12": "Cerrado",
        "notes.T01": "x",
    }
    assert (await browser.post(VALIDATION, fields | given)).headers["location"] == "/work"
    body = {
        "levels": {"T01": 3, "T12": None},
        "why": {"T12": "no_access"},
        "reasons": {"T12": "Cerrado"},
        "notes": {"T01": "x"},
    }
    assert last_sent(at_work.others) == ("POST", path, body, scripted.ETAG)
    refuse(at_work.others, "diagnosis", path, 412)
    stale = await browser.post(VALIDATION, fields | given | {"seen_status": "assessed"})
    assert (stale.status_code, "<td>Visita hecha</td>" in stale.text, 'value="x"' in stale.text) == (
        412,
        True,
        True,
    )


async def test_an_expert_sees_what_was_scored_since_and_the_questionnaire_of_that_diagnosis(at_work: Visitors) -> None:
    """Seen: an older diagnosis under the questions of the present instrument, and no level that evidence gave since."""
    shown = at_work.others.answers["diagnosis.test", DIAGNOSIS].json()
    about = {"version": 2, "evidence_id": PIECE, "seen_on": None, "record": "", "note": "Ya mide"}
    score = about | {"question": "T01", "level_before": 1, "level_after": 3, "at": "2026-05-01T00:00:00Z"}
    before = score | {"at": "2026-01-01T00:00:00Z", "note": "Antes"}
    locked = {"validated_at": "2026-03-01T00:00:00Z", "levels": {"T01": 3}}
    since = {"rescores": [before, score], "locked": locked, "instrument": "older-1"}
    at_work.others.answer("diagnosis", DIAGNOSIS, shown | since, ETag=scripted.ETAG)
    page = await _get(at_work, Role.EXPERT, VALIDATION)
    assert "de 1 a 3" in page
    assert ("Ya mide" in page, "Antes" in page) == (True, False)
    asked = [each.url.params for each in at_work.others.asked if each.url.path == "/instrument"]
    assert [each.get("version") for each in asked] == ["older-1"]


async def test_a_questionnaire_that_the_stage_has_no_more_gives_way_to_the_present_one(at_work: Visitors) -> None:
    shown = at_work.others.answers["diagnosis.test", DIAGNOSIS].json()
    at_work.others.answer("diagnosis", DIAGNOSIS, shown | {"instrument": "gone-1"}, ETag=scripted.ETAG)
    key = "GET", "diagnosis.test", "/instrument"
    at_work.others.refused[key] = httpx.Response(404, json={"title": "instrument_unknown", "detail": ""})
    browser = await at_work.signed_in("expert")
    assert (await browser.get(VALIDATION)).status_code == 404, "there is none at all"
    asked = [each.url.params.get("version") for each in at_work.others.asked if each.url.path == "/instrument"]
    assert asked == ["gone-1", None]


async def test_a_level_without_a_gap_is_lowered(at_work: Visitors) -> None:
    shown = at_work.others.answers["diagnosis.test", DIAGNOSIS].json()
    locked = {"validated_at": "2026-03-01T00:00:00Z", "levels": {"A01": 1, "T01": 3, "T12": None}}
    at_work.others.answer("diagnosis", DIAGNOSIS, shown | {"locked": locked, "withdrawn": False}, ETag=scripted.ETAG)
    gap = {"question": "A01", "level": 1, "target": 3, "gap": 2, "severity": "critical", "anchors_asking": 1}
    at_work.others.answer(
        "diagnosis",
        f"{DIAGNOSIS}/gaps",
        {"items": [gap | {"modules": [], "evaluated": True, "evidence": []}], "next": None},
    )
    page = await _get(at_work, Role.ASSESSOR, SCORES)
    another = page[page.index('name="another"') :]
    assert ('value="T01"' in another, 'value="T12"' in another, 'value="A01"' in another) == (True, True, False)
    path = f"{DIAGNOSIS}/rescores"
    at_work.others.answer("diagnosis", path, {})
    browser = await at_work.signed_in("assessor")
    given = SEEN | {"another": "yes", "question": "T01", "level": "1", "note": "Dejó de medir"}
    assert (await browser.post(SCORES, given)).headers["location"] == SCORES
    assert last_sent(at_work.others)[2] == {"question": "T01", "level": 1, "note": "Dejó de medir"}
    refuse(at_work.others, "diagnosis", path, 422, note="Diga qué vio.")
    assert 'id="another-note-error"' in (await browser.post(SCORES, given)).text


async def test_an_expert_sends_a_sheet_back_with_the_reason(at_work: Visitors) -> None:
    shown = at_work.others.answers["diagnosis.test", DIAGNOSIS].json()
    at_work.others.answer("diagnosis", DIAGNOSIS, shown | {"status": "assessed"}, ETag=scripted.ETAG)
    path = f"{DIAGNOSIS}/assessment/return"
    at_work.others.answer("diagnosis", path, {})
    action = f"{VALIDATION}/return"
    [fields] = forms(await _get(at_work, Role.EXPERT, VALIDATION), action)
    browser = await at_work.signed_in("expert")
    assert (await browser.post(action, fields | {"reason": "T01 no se vio"})).headers["location"] == "/work"
    assert last_sent(at_work.others) == ("POST", path, {"reason": "T01 no se vio"}, scripted.ETAG)
    refuse(at_work.others, "diagnosis", path, 422, reason="Diga por qué.")
    assert re.search(r'<a href="#back-reason">[^<]+: Diga por qué.</a>', (await browser.post(action, fields)).text)


async def test_a_question_is_scored_again_on_its_evidence(at_work: Visitors) -> None:
    gap = {"question": "A01", "level": 1, "target": 3, "gap": 2, "severity": "critical", "anchors_asking": 1}
    one = gap | {"modules": [], "evaluated": True, "evidence": [PIECE]}
    other = one | {"question": "T01", "evidence": [], "level": 0, "evaluated": False}
    at_work.others.answer("diagnosis", f"{DIAGNOSIS}/gaps", {"items": [other, one], "next": None})
    path = f"{DIAGNOSIS}/rescores"
    at_work.others.answer("diagnosis", path, {})
    page = await _get(at_work, Role.ASSESSOR, SCORES)
    assert page.index('id="A01"') < page.index('id="T01"')
    assert page.count("<dd>No se evaluó</dd>") == 1
    [fields, _] = forms(page, SCORES)
    browser = await at_work.signed_in("assessor")
    answer = await browser.post(SCORES, fields | {"level": "3", "evidence_id": PIECE, "note": ""})
    assert answer.headers["location"] == SCORES
    asked = {"question": "A01", "level": 3, "evidence_id": PIECE}
    assert last_sent(at_work.others) == ("POST", path, asked, scripted.ETAG)
    refuse(at_work.others, "diagnosis", path, 422, note="Anote por qué.")
    assert re.search(r'<a href="#A01-note">[^<]+: Anote por qué.</a>', (await browser.post(SCORES, fields)).text)


async def test_many_gaps_are_paged_and_a_form_that_was_refused_is_on_its_page(at_work: Visitors) -> None:
    """Thirty gaps with a form each were a page of 48 kB, of fields that nobody fills in at once."""
    gap = {"level": 1, "target": 3, "gap": 2, "severity": "major", "anchors_asking": 1, "modules": []} | {
        "evaluated": True
    }
    codes = [f"T{number:02}" for number in range(1, 16)] + [f"O{number:02}" for number in range(1, 16)]
    found = [
        gap | {"question": code, "evaluated": True, "evidence": [PIECE] if code == "O15" else []} for code in codes
    ]
    at_work.others.answer("diagnosis", f"{DIAGNOSIS}/gaps", {"items": found, "next": None})
    pages, path = [], SCORES
    while path:
        pages.append(await _get(at_work, Role.ASSESSOR, path))
        path = pages[-1].partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    shown = [re.findall(r'<section id="([A-Z][0-9]{2})">', page) for page in pages]
    assert [code for page in shown for code in page] == ["O15", *codes[:-1]]
    assert len(pages) == 4
    assert max(len(page) for page in pages) < 20_000, [len(page) for page in pages]
    refuse(at_work.others, "diagnosis", f"{DIAGNOSIS}/rescores", 422, note="Anote por qué.")
    browser = await at_work.signed_in("assessor")
    refused = (await browser.post(SCORES, SEEN | {"question": "O14", "level": "3"})).text
    assert ('<section id="O14">' in refused, 'id="O14-note-error"' in refused) == (True, True)
