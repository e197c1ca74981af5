"""Cohorts as operators see them: who would be in and why, what is decided by two, and appeals, which firms make."""

import re
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.development import SupplierNotSelected
from tests.portal import scripted
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import OTHER_SUPPLIER, SUPPLIER, example
from tests.portal.forms import forms, last_sent, refuse

COHORT = str(UUID(int=0xC0))
PAGE, PLACE, PLAN = f"/cohorts/{COHORT}", f"/cohorts/{COHORT}/firms/{SUPPLIER}", f"/plans/{SUPPLIER}"
AT = "2026-03-02T15:04:05Z"
OVERRIDE = {
    "supplier_id": str(SUPPLIER),
    "direction": "in",
    "reason": "Acuerdo del comité",
    "by": "operator-1",
    "at": AT,
}
DROP_OUT = {
    "supplier_id": str(OTHER_SUPPLIER),
    "status": "free",
    "reason": "Cambió de giro",
    "by": "operator-2",
    "role": "operator",
    "at": AT,
    "proposed": {"reason": "Cambió de giro", "by": "operator-1", "at": AT},
    "replaced_by": None,
    "selected_by": None,
    "reinstated": None,
}


@pytest.fixture
async def operator(portal: Visitors) -> Browser:
    scripted.answer(portal.others, {"supplier_id": str(SUPPLIER), "cohort_id": COHORT})
    show(portal)
    return await portal.signed_in("operator")


def show(portal: Visitors, **changed: object) -> None:
    cohort = {"id": COHORT, "name": "Generación 2026", "capacity": 55, "status": "open", "created_at": AT}
    limits = {"call": "call-2026-1", "budget_mxn": "1500000.00", "k": 2, "minimum_per_area": {"P01": 1}}
    limits |= {"minimum_per_state": 0, "minimum_per_anchor": 1, "solution": None, "appeals_until": None}
    shown = cohort | limits | {"selected_at": None, "overrides": [OVERRIDE], "drop_outs": []} | changed
    portal.others.answer("development", PAGE, shown, ETag=scripted.ETAG)


def ranked(portal: Visitors, list_: str, **changed: object) -> None:
    line = portal.others.answers["development.test", f"{PAGE}/preview"].json()["items"][0]
    firm = {"supplier_id": str(SUPPLIER), "legal_name": "Forjas del Bajío", "score": 8123, "best_match": 9000}
    said = {"outcome": "selected", "selected": True, "rank": 1, "reasons": ["meets_every_condition"]}
    portal.others.answer("development", f"{PAGE}/{list_}", {"items": [line | firm | said | changed], "next": "more"})


async def test_a_preview_says_why(portal: Visitors, operator: Browser) -> None:
    ranked(portal, "preview")
    page = (await operator.get(PAGE)).text
    for told in ("Forjas del Bajío", "81.23 %", "90.0 %", f'href="{PLACE}"', "after=more", "Acuerdo del comité"):
        assert told in page, told
    assert "la selección la hace otra persona" in page, "they gave the override"
    assert "Todas" not in page


async def test_a_selected_cohort_shows_what_was_said(portal: Visitors, operator: Browser) -> None:
    show(portal, status="selected", selected_at=AT, drop_outs=[DROP_OUT])
    ranked(portal, "candidates", outcome="not_selected", selected=False, reasons=["capacity_full"])
    page = (await operator.get(f"{PAGE}?selected=false")).text
    [listed] = [each for each in portal.others.asked if each.url.path == f"{PAGE}/candidates"]
    assert listed.url.params["selected"] == "false"
    for told in ("Cambió de giro", "operator-1", "operator-2", "Libre"):
        assert told in page, told
    assert forms(page, f"{PAGE}/selection") == forms(page, f"{PAGE}/overrides") == []
    assert len(forms(page, f"{PAGE}/reinstatement")) == len(forms(page, f"{PAGE}/replacement")) == 1


async def test_a_cohort_is_opened_once(portal: Visitors, operator: Browser) -> None:
    [fields] = forms((await operator.get("/cohorts")).text, "/cohorts")
    portal.others.answer("development", "/cohorts", {"id": COHORT}, 201)
    answer = await operator.post("/cohorts", fields | {"name": "Generación 2027", "capacity": "60"})
    assert answer.headers["location"] == PAGE
    assert last_sent(portal.others)[2] == {"name": "Generación 2027", "capacity": 60}
    assert portal.others.asked[-1].headers["Idempotency-Key"] == fields["key"]


ACTS = [
    (
        "overrides",
        {"supplier_id": str(SUPPLIER), "direction": "out", "reason": "Cambió de dueño"},
        "POST",
        f"{PAGE}/overrides",
        {"supplier_id": str(SUPPLIER), "direction": "out", "reason": "Cambió de dueño"},
    ),
    (f"overrides/{SUPPLIER}/end", {}, "DELETE", f"{PAGE}/overrides/{SUPPLIER}", None),
    ("selection", {}, "POST", f"{PAGE}/selection", None),
    (
        "reinstatement",
        {"reason": "Fue un error"},
        "POST",
        f"{PAGE}/reinstatements",
        {"supplier_id": str(OTHER_SUPPLIER), "reason": "Fue un error"},
    ),
]


@pytest.mark.parametrize(("form", "given", "method", "path", "body"), ACTS, ids=[each[0] for each in ACTS])
async def test_what_is_decided_of_a_cohort_comes_to_the_stage_as_it_was_seen(
    portal: Visitors, operator: Browser, form: str, given: dict[str, str], method: str, path: str, body: Any
) -> None:
    show(portal, drop_outs=[DROP_OUT])
    portal.others.answer("development", path, {})
    contest = portal.others.answers["development.test", f"{PAGE}/preview"].json()
    portal.others.answer("development", f"{PAGE}/preview", contest, ETag='"contest"')
    [fields] = forms((await operator.get(PAGE)).text, f"{PAGE}/{form}")
    answer = await operator.post(f"{PAGE}/{form}", fields | given)
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    seen = '"contest"' if form == "selection" else scripted.ETAG
    assert last_sent(portal.others) == (method, path, body, seen)
    refuse(portal.others, "development", path, 412)
    stale = await operator.post(f"{PAGE}/{form}", fields | given | {"seen_overrides": "4"})
    assert (stale.status_code, "<td>4</td><td>1</td>" in stale.text) == (412, True)


async def test_who_selects_what_has_moved_sees_who_would_have_a_place_now(portal: Visitors, operator: Browser) -> None:
    ranked(portal, "preview")
    [fields] = forms((await operator.get(PAGE)).text, f"{PAGE}/selection")
    ranked(portal, "preview", legal_name="Troqueles de León")
    refuse(portal.others, "development", f"{PAGE}/selection", 412)
    moved = await operator.post(f"{PAGE}/selection", fields)
    assert (moved.status_code, "<td>Forjas del Bajío</td><td>Troqueles de León</td>" in moved.text) == (412, True)


async def test_a_free_place_is_given_to_the_firm_that_is_shown(portal: Visitors, operator: Browser) -> None:
    show(portal, status="selected", selected_at=AT, drop_outs=[DROP_OUT])
    ranked(portal, "candidates")
    firm = {"supplier_id": str(SUPPLIER), "folio": "PDP-1", "legal_name": "Forjas del Bajío"}
    portal.others.answer("development", f"{PAGE}/next-place", firm, ETag='"next"')
    portal.others.answer("development", f"{PAGE}/replacements", {})
    [fields] = forms((await operator.get(PAGE)).text, f"{PAGE}/replacement")
    await operator.post(f"{PAGE}/replacement", fields)
    assert last_sent(portal.others) == ("POST", f"{PAGE}/replacements", None, '"next"')
    portal.others.answer("development", f"{PAGE}/next-place", firm | {"legal_name": "Otra"}, ETag='"other"')
    refuse(portal.others, "development", f"{PAGE}/replacements", 412)
    moved = await operator.post(f"{PAGE}/replacement", fields)
    assert (moved.status_code, "<td>Forjas del Bajío</td><td>Otra</td>" in moved.text) == (412, True)
    refuse(portal.others, "development", f"{PAGE}/next-place", 409)
    page = (await operator.get(PAGE)).text
    assert (forms(page, f"{PAGE}/replacement"), "No se acepta así." in page) == ([], True)


async def test_why_an_override_is_not_taken_stands_at_its_form(portal: Visitors, operator: Browser) -> None:
    refuse(portal.others, "development", f"{PAGE}/overrides", 422, reason="Diga por qué.")
    page = (await operator.post(f"{PAGE}/overrides", {"direction": "in"})).text
    assert re.search(r'<a href="#override-reason">[^<]+: Diga por qué.</a>', page)
    assert 'id="override-reason-error"' in page


def _place(portal: Visitors, *leavings: dict[str, Any]) -> None:
    shown = portal.others.answers["development.test", PLAN].json()
    plan = {"supplier_id": str(SUPPLIER), "status": "agreed", "leavings": list(leavings)}
    portal.others.answer("development", PLAN, shown | plan, ETag=scripted.ETAG)


PROPOSED = {"reason": "Cambió de giro", "at": AT, "taken_back_at": None}


@pytest.mark.parametrize(
    ("leavings", "form", "given", "method", "path", "to"),
    [
        ([], "proposal", {"reason": "Cambió de giro"}, "POST", "drop-out/proposal", PLACE),
        ([PROPOSED], "proposal/end", {}, "DELETE", "drop-out/proposal", PLACE),
        ([PROPOSED], "drop-out", {"reason": "Cambió de giro"}, "POST", "drop-out", PAGE),
    ],
)
async def test_a_firm_drops_out_by_two(
    portal: Visitors,
    operator: Browser,
    leavings: list[dict[str, Any]],
    form: str,
    given: dict[str, str],
    method: str,
    path: str,
    to: str,
) -> None:
    _place(portal, *leavings)
    portal.others.answer("development", f"{PLAN}/{path}", {})
    page = (await operator.get(PLACE)).text
    [fields] = forms(page, f"{PLACE}/{form}")
    assert len(forms(page, f"{PLACE}/proposal")) == (not leavings)
    answer = await operator.post(f"{PLACE}/{form}", fields | given)
    assert (answer.status_code, answer.headers["location"]) == (303, to)
    assert last_sent(portal.others) == (method, f"{PLAN}/{path}", given or None, scripted.ETAG)
    refuse(portal.others, "development", f"{PLAN}/{path}", 403)
    same = await operator.post(f"{PLACE}/{form}", fields | given)
    assert (same.status_code, "No se acepta así." in same.text) == (403, True)


OUTCOME = f"/cohorts/{COHORT}/firms/{SUPPLIER}"
WORTH = {"coverage": 102, "potential": 38_000_000}
APPEAL = {"reason": "La tractora ya nos visitó", "status": "waiting", "made_at": AT, "answer": "", "decided_at": None}


async def test_what_is_true_of_the_best_cohort_stands_on_its_page(portal: Visitors, operator: Browser) -> None:
    greedy = {"worth": WORTH | {"coverage": 71}, "cost": "9000000.00", "keeps_to_call": True}
    best = {"contended": 170, "worth": WORTH, "bound": WORTH, "optimal": True, "cost": "9500000.00", "greedy": greedy}
    show(portal, status="selected", selected_at=AT, solution=best, appeals_until=AT)
    page = (await operator.get(PAGE)).text
    for told in ("102; ninguna tiene más de 102", "Sí: no hay una mejor", "cobertura 71", "P01: 1", "call-2026-1"):
        assert told in page, told


async def test_an_operator_reads_an_outcome_and_answers_its_appeal(portal: Visitors, operator: Browser) -> None:
    shown = portal.others.answers["development.test", OUTCOME].json()
    why = shown["why"] | {"text": "No seleccionada: lo estaría con estos lugares: 57."}
    told = {"cohort_id": COHORT, "supplier_id": str(SUPPLIER), "outcome": "not_selected", "why": why, "appeal": APPEAL}
    portal.others.answer("development", OUTCOME, shown | told, ETag=scripted.ETAG)
    portal.others.answer("development", f"{OUTCOME}/appeal/decision", {})
    path = f"{PAGE}/outcomes/{SUPPLIER}"
    page = (await operator.get(path)).text
    assert "lo estaría con estos lugares: 57." in page
    [fields] = forms(page, f"{path}/decision")
    answer = {"verdict": "upheld", "answer": "La visita consta"}
    done = await operator.post(f"{path}/decision", fields | answer)
    assert (done.status_code, done.headers["location"]) == (303, path)
    assert last_sent(portal.others) == ("POST", f"{OUTCOME}/appeal/decision", answer, scripted.ETAG)


async def test_what_if_asks_with_the_limits_that_were_typed(portal: Visitors, operator: Browser) -> None:
    path = f"/cohorts/{COHORT}/what-if"
    moved = {"supplier_id": str(SUPPLIER), "folio": "PDP-1", "legal_name": "Forjas del Bajío"}
    limits = {"capacity": 57, "budget_mxn": None, "k": 2, "selected": 57, "worth": WORTH, "bound": WORTH}
    best = {"optimal": True, "cost": "9500000.00", "comes": [moved], "goes": []}
    found = limits | best | {"firms": "then", "now": None, "now_infeasible": ""}
    portal.others.answer("development", path, found)
    assert "Forjas" not in (await operator.get(path)).text
    page = (await operator.get(f"{path}?capacity=57&k=")).text
    assert dict(portal.others.asked[-1].url.params) == {"capacity": "57"}
    assert ("Forjas del Bajío" in page, "Ninguna." in page) == (True, True)
    for told in ("como estaban cuando se seleccionó la generación", "Con las empresas de hoy es lo mismo."):
        assert told in page, told
    today = best | {"selected": 3, "worth": WORTH, "bound": WORTH, "comes": [moved | {"legal_name": "Tornillos"}]}
    portal.others.answer("development", path, found | {"now": today})
    page = (await operator.get(f"{path}?capacity=57")).text
    assert ("Con esos límites, hoy" in page, "Tornillos" in page, "es lo mismo" in page) == (True, True, False)
    portal.others.answer("development", path, found | {"now_infeasible": "No alcanza: Lugares: 1."})
    assert "No alcanza: Lugares: 1." in (await operator.get(f"{path}?capacity=57")).text
    refuse(portal.others, "development", path, 422, capacity="Un número entero.")
    refused = await operator.get(f"{path}?capacity=x")
    assert (refused.status_code, "Un número entero." in refused.text) == (422, True)


async def test_a_firm_reads_its_outcome_and_appeals(portal: Visitors) -> None:
    await portal.stage.consume(example(SupplierNotSelected, cohort_id=UUID(COHORT)))
    scripted.answer(portal.others, {"supplier_id": str(SUPPLIER), "cohort_id": COHORT})
    shown = portal.others.answers["development.test", OUTCOME].json()
    why = shown["why"] | {"text": "No seleccionada: lo estaría con estos lugares: 57."}
    told = {"outcome": "not_selected", "why": why, "appeal": None, "may_appeal": True}
    portal.others.answer("development", OUTCOME, shown | told, ETag=scripted.ETAG)
    portal.others.answer("development", f"{OUTCOME}/appeal", {})
    firm = await portal.signed_in("supplier", supplier_id=SUPPLIER)
    page = (await firm.get("/my-firm/outcome")).text
    assert "lo estaría con estos lugares: 57." in page
    [fields] = forms(page, "/my-firm/outcome/appeal")
    done = await firm.post("/my-firm/outcome/appeal", fields | {"reason": "La tractora ya nos visitó"})
    assert (done.status_code, done.headers["location"]) == (303, "/my-firm/outcome")
    sent = {"reason": "La tractora ya nos visitó"}
    assert last_sent(portal.others) == ("POST", f"{OUTCOME}/appeal", sent, scripted.ETAG)
    portal.others.answer("development", OUTCOME, shown | told | {"appeal": APPEAL}, ETag=scripted.ETAG)
    assert len(forms((await firm.get("/my-firm/outcome")).text, "/my-firm/outcome/appeal/end")) == 1
