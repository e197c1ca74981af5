"""Cohorts as operators see them: the ranking with its reasons, and what is decided by two."""

import re
from typing import Any
from uuid import UUID

import pytest

from tests.portal import scripted
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import OTHER_SUPPLIER, SUPPLIER
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
    _show(portal)
    return await portal.signed_in("operator")


def _show(portal: Visitors, **changed: object) -> None:
    cohort = {"id": COHORT, "name": "Generación 2026", "capacity": 55, "status": "open", "created_at": AT}
    shown = cohort | {"selected_at": None, "overrides": [OVERRIDE], "drop_outs": []} | changed
    portal.others.answer("development", PAGE, shown, ETag=scripted.ETAG)


def _ranked(portal: Visitors, list_: str, **changed: object) -> None:
    line = portal.others.answers["development.test", f"{PAGE}/ranking"].json()["items"][0]
    firm = {"supplier_id": str(SUPPLIER), "legal_name": "Forjas del Bajío", "score": 8123, "best_match": 9000}
    said = {"outcome": "selected", "selected": True, "rank": 1, "reasons": ["meets_every_condition"]}
    portal.others.answer("development", f"{PAGE}/{list_}", {"items": [line | firm | said | changed], "next": "more"})


async def test_the_ranking_says_why(portal: Visitors, operator: Browser) -> None:
    _ranked(portal, "ranking")
    page = (await operator.get(PAGE)).text
    for told in ("Forjas del Bajío", "81.2 %", "90.0 %", f'href="{PLACE}"', "after=more", "Acuerdo del comité"):
        assert told in page, told
    assert "la selección la hace otra persona" in page, "they gave the override"
    assert "Todas" not in page


async def test_a_selected_cohort_shows_what_was_said(portal: Visitors, operator: Browser) -> None:
    _show(portal, status="selected", selected_at=AT, drop_outs=[DROP_OUT])
    _ranked(portal, "candidates", outcome="not_selected", selected=False, reasons=["capacity_full"])
    page = (await operator.get(f"{PAGE}?selected=false")).text
    assert portal.others.asked[-2].url.params["selected"] == "false"
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
    ("replacement", {}, "POST", f"{PAGE}/replacements", None),
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
    _show(portal, drop_outs=[DROP_OUT])
    portal.others.answer("development", path, {})
    [fields] = forms((await operator.get(PAGE)).text, f"{PAGE}/{form}")
    answer = await operator.post(f"{PAGE}/{form}", fields | given)
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert last_sent(portal.others) == (method, path, body, scripted.ETAG)
    refuse(portal.others, "development", path, 412)
    stale = await operator.post(f"{PAGE}/{form}", fields | given | {"seen_overrides": "4"})
    assert (stale.status_code, "<td>4</td><td>1</td>" in stale.text) == (412, True)


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
