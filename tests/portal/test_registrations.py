"""Firms as registration has them, and who is assigned to them: what an operator sees and decides."""

import re
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from shared.contracts.registration import SupplierRegistered
from tests.portal import scripted
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import OTHER_SUPPLIER, SUPPLIER, example
from tests.portal.forms import forms, last_sent, refuse

PAGE, STAGE = f"/registrations/{SUPPLIER}", f"/suppliers/{SUPPLIER}"
ASSIGNMENT = f"/assignments/{SUPPLIER}"


@pytest.fixture
async def operator(portal: Visitors) -> Browser:
    await portal.stage.consume(example(SupplierRegistered, legal_name="Forjas del Bajío"))
    scripted.answer(portal.others, {"supplier_id": str(SUPPLIER)})
    return await portal.signed_in("operator")


def _held(portal: Visitors, *holds: str, id_: UUID = SUPPLIER, **changed: object) -> dict[str, Any]:
    shown = portal.others.answers["registration.test", STAGE].json()
    held = {"id": str(id_), "status": "held", "holds": list(holds), "withdrawal": None, "annual_sales_mxn": "10.00"}
    return dict(shown | held | {"legal_name": "Forjas del Bajío"} | changed)


def _show(portal: Visitors, *holds: str) -> None:
    portal.others.answer("registration", STAGE, _held(portal, *holds), ETag=scripted.ETAG)


def _asked(portal: Visitors) -> dict[str, str]:
    """By what registration was asked for its firms."""
    (*_, last) = [each for each in portal.others.asked if (each.method, each.url.path) == ("GET", "/suppliers")]
    return dict(last.url.params)


async def test_the_held_ones_are_listed_with_why(portal: Visitors, operator: Browser) -> None:
    line = _held(portal, "rfc_check_digit") | {"folio": "PDP-2026-000009"}
    portal.others.answer("registration", "/suppliers", {"items": [line], "next": "more"})
    page = (await operator.get("/registrations")).text
    assert _asked(portal) == {"status": "held"}
    for told in (f'href="{PAGE}"', "PDP-2026-000009", "En espera", "after=more", "dígito"):
        assert told in page, told


async def test_an_rfc_that_is_looked_for_is_in_no_address(portal: Visitors, operator: Browser) -> None:
    portal.others.answer("registration", "/suppliers/search", {"items": [_held(portal)], "next": None})
    answer = await operator.post("/registrations", {"rfc": "GODE561231GR8"})
    assert (answer.status_code, f'href="{PAGE}"' in answer.text) == (200, True)
    assert last_sent(portal.others)[1:3] == ("/suppliers/search", {"rfc": "GODE561231GR8"})
    assert "GODE561231GR8" not in str(answer.url)
    refuse(portal.others, "registration", "/suppliers/search", 422, rfc="No es un RFC.")
    refused = await operator.post("/registrations", {"rfc": "x"})
    assert re.search(r'<a href="#rfc">[^<]+: No es un RFC.</a>', refused.text)


async def test_they_are_filtered_by_what_is_not_personal(portal: Visitors, operator: Browser) -> None:
    portal.others.answer("registration", "/suppliers", {"items": [_held(portal)], "next": "more"})
    given = {"status": "registered", "state": "22", "area": "P14", "scian": "3363", "stratum": "micro", "hold": ""}
    page = (await operator.get(f"/registrations?{urlencode(given)}")).text
    assert _asked(portal) == {name: value for name, value in given.items() if value}
    assert 'value="3363"' in page
    assert "after=more" in page
    assert "scian=3363" in page
    refuse(portal.others, "registration", "/suppliers", 422, scian="Va de 2 a 6 dígitos.")
    refused = await operator.get("/registrations?scian=x")
    assert refused.status_code == 422
    assert re.search(r'<a href="#scian">[^<]+: Va de 2 a 6 dígitos.</a>', refused.text)


async def test_the_next_page_of_a_search_is_asked_for_by_the_same_words(portal: Visitors, operator: Browser) -> None:
    portal.others.answer("registration", "/suppliers/search", {"items": [_held(portal)], "next": "more"})
    page = (await operator.post("/registrations", {"name": "forjas baj", "folio": "", "rfc": ""})).text
    assert last_sent(portal.others)[1:3] == ("/suppliers/search", {"name": "forjas baj"})
    assert '<input type="hidden" name="name" value="forjas baj">' in page
    await operator.post("/registrations", {"name": "forjas baj", "after": "more"})
    assert last_sent(portal.others)[2] == {"name": "forjas baj"}
    assert portal.others.asked[-1].url.params.get("after", "more") == "more"
    assert "after=more" not in page


ACTS = [
    ("release", {"reasons": "rfc_check_digit"}, "POST", "release", {"reasons": ["rfc_check_digit"]}),
    ("dispute", {"upheld": "yes"}, "POST", "dispute", {"upheld": True}),
    ("dispute", {"upheld": "no"}, "POST", "dispute", {"upheld": False}),
    ("dispute", {}, "POST", "dispute", {}),
    ("withdrawal", {"reason": "rules_not_met"}, "POST", "withdrawal", {"reason": "rules_not_met"}),
    ("contact/erasure", {}, "DELETE", "contact", None),
]


@pytest.mark.parametrize(("form", "given", "method", "path", "body"), ACTS)
async def test_what_an_operator_decides_comes_to_the_stage_as_it_was_seen(
    portal: Visitors, operator: Browser, form: str, given: dict[str, str], method: str, path: str, body: Any
) -> None:
    _show(portal, "rfc_check_digit", "rfc_disputed")
    portal.others.answer("registration", f"{STAGE}/{path}", {})
    [fields] = forms((await operator.get(PAGE)).text, f"{PAGE}/{form}")
    answer = await operator.post(f"{PAGE}/{form}", fields | given)
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert last_sent(portal.others) == (method, f"{STAGE}/{path}", body, scripted.ETAG)
    refuse(portal.others, "registration", f"{STAGE}/{path}", 412)
    stale = await operator.post(f"{PAGE}/{form}", fields | given | {"seen_status": "registered"})
    assert (stale.status_code, "<td>Registrada</td><td>En espera</td>" in stale.text) == (412, True)


@pytest.mark.parametrize(("form", "field"), [("release", "reasons"), ("dispute", "upheld"), ("withdrawal", "reason")])
async def test_what_is_wrong_stands_at_its_form(portal: Visitors, operator: Browser, form: str, field: str) -> None:
    _show(portal, "rfc_check_digit", "rfc_disputed")
    refuse(portal.others, "registration", f"{STAGE}/{form}", 422, **{field: "Falta."})
    at = {"release": "release", "dispute": "dispute", "withdrawal": "leave"}[form]
    page = (await operator.post(f"{PAGE}/{form}")).text
    assert re.search(rf'<a href="#{at}-{field}">[^<]+: Falta.</a>', page)
    assert f'id="{at}-{field}"' in page


async def test_who_else_has_a_disputed_rfc_is_shown(portal: Visitors, operator: Browser) -> None:
    _show(portal, "rfc_disputed")
    other = _held(portal, id_=OTHER_SUPPLIER, status="registered", folio="PDP-2026-000777")
    portal.others.answer("registration", "/suppliers/search", {"items": [_held(portal), other], "next": None})
    page = (await operator.get(PAGE)).text
    assert f'href="/registrations/{OTHER_SUPPLIER}"' in page
    assert page.count(f'href="/registrations/{SUPPLIER}"') == 0
    assert forms(page, f"{PAGE}/release") == [], "a dispute is decided, not confirmed"


async def test_those_without_somebody_are_listed_first(portal: Visitors, operator: Browser) -> None:
    line = {"supplier_id": str(SUPPLIER), "status": "submitted", "assessor": "ana", "validator": None}
    portal.others.answer("diagnosis", "/diagnoses/assignments", {"items": [line], "next": "more"})
    del portal.others.answers["development.test", "/plans/assignments"]
    page = (await operator.get("/assignments")).text
    for told in (f'href="{ASSIGNMENT}"', "Forjas del Bajío", "ana", "Nadie", "after=more", "no responde"):
        assert told in page, told
    wanted = [each.url.params.get("missing") for each in portal.others.asked if "assignments" in each.url.path]
    assert wanted == ["true", "true"]
    portal.others.asked.clear()
    await operator.get("/assignments?show=all")
    assert {each.url.params.get("missing") for each in portal.others.asked} == {None}


@pytest.mark.parametrize(
    ("form", "stage", "path", "given", "body"),
    [
        (
            "diagnosis",
            "diagnosis",
            "diagnoses",
            {"assessor": " ana ", "validator": ""},
            {"assessor": "ana", "validator": None},
        ),
        ("plan", "development", "plans", {"mentor": "berta"}, {"mentor": "berta"}),
    ],
)
async def test_people_are_assigned_as_the_stage_has_them(
    portal: Visitors,
    operator: Browser,
    form: str,
    stage: str,
    path: str,
    given: dict[str, str],
    body: dict[str, str | None],
) -> None:
    there = f"/{path}/{SUPPLIER}/assignment"
    [fields] = forms((await operator.get(ASSIGNMENT)).text, f"{ASSIGNMENT}/{form}")
    assert fields["version"] == scripted.ETAG
    answer = await operator.post(f"{ASSIGNMENT}/{form}", fields | given)
    assert (answer.status_code, answer.headers["location"]) == (303, ASSIGNMENT)
    assert last_sent(portal.others) == ("PUT", there, body, scripted.ETAG)
    name = next(iter(given))
    refuse(portal.others, stage, there, 422, **{name: "No así."})
    refused = await operator.post(f"{ASSIGNMENT}/{form}", given)
    assert refused.status_code == 422
