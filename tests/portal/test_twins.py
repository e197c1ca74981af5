"""Firms that are probably one: listed, beside each other, and decided on."""

import re
from uuid import UUID

import pytest

from tests.portal import scripted
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import OTHER_SUPPLIER, SUPPLIER
from tests.portal.forms import forms, last_sent, refuse

PAIR = scripted.IDS["twins_id"]
PAGE = f"/twins/{PAIR}"


@pytest.fixture
async def operator(portal: Visitors) -> Browser:
    scripted.answer(portal.others, {"twins_id": PAIR, "supplier_id": str(SUPPLIER)})
    shown = portal.others.answers["registration.test", PAGE].json()
    firm = portal.others.answers["registration.test", f"/suppliers/{SUPPLIER}"].json()
    firms = [
        firm | {"id": str(id_), "folio": folio, "legal_name": name, "contact": None}
        for id_, folio, name in (
            (SUPPLIER, "PDP-000001", "Forjas del Bajío SA"),
            (OTHER_SUPPLIER, "PDP-000002", "Forjas del Bajio SAPI"),
        )
    ]
    signs, whose = ["same_name", "same_state"], [str(SUPPLIER), str(OTHER_SUPPLIER)]
    pair = shown | {"id": PAIR, "status": "open", "strength": "strong", "signs": signs, "supplier_ids": whose}
    pair |= {"suppliers": firms, "decided_at": None, "remains": None}
    portal.others.answer("registration", PAGE, pair, ETag=scripted.ETAG)
    portal.others.answer("registration", "/twins", {"items": [pair], "next": "more"})
    return await portal.signed_in("operator")


async def test_those_that_wait_are_listed_with_why(portal: Visitors, operator: Browser) -> None:
    page = (await operator.get("/twins?strength=strong")).text
    (asked,) = [each.url.params for each in portal.others.asked if each.url.path == "/twins"]
    assert dict(asked) == {"status": "open", "strength": "strong"}
    for told in (f'href="{PAGE}"', "PDP-000002", "Muy probable", "El mismo nombre", "after=more"):
        assert told in page, told


async def test_an_operator_sees_that_some_wait_and_of_which_firm(portal: Visitors, operator: Browser) -> None:
    portal.others.answer("registration", "/suppliers", {"items": [], "next": None})
    assert "Hay por decidir" in (await operator.get("/registrations")).text
    firm = (await operator.get(f"/registrations/{SUPPLIER}")).text
    assert f'href="{PAGE}">PDP-000002' in firm
    asked = [each.url.params.get("supplier_id") for each in portal.others.asked if each.url.path == "/twins"]
    assert asked == [None, str(SUPPLIER)]


@pytest.mark.parametrize(
    ("act", "given", "body"),
    [("keeping", {}, None), ("merger", {"remains": str(SUPPLIER)}, {"remains": str(SUPPLIER)})],
)
async def test_both_are_kept_or_one_remains(
    portal: Visitors, operator: Browser, act: str, given: dict[str, str], body: object
) -> None:
    page = (await operator.get(PAGE)).text
    assert "Forjas del Bajio SAPI" in page
    [fields] = forms(page, f"{PAGE}/{act}")
    portal.others.answer("registration", f"{PAGE}/{act}", {})
    answer = await operator.post(f"{PAGE}/{act}", fields | given)
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert last_sent(portal.others) == ("POST", f"{PAGE}/{act}", body, scripted.ETAG)


async def test_which_one_remains_has_to_be_said(portal: Visitors, operator: Browser) -> None:
    refuse(portal.others, "registration", f"{PAGE}/merger", 422, remains="Falta.")
    refused = await operator.post(f"{PAGE}/merger", {"remains": ""})
    assert refused.status_code == 422
    assert re.search(r'<a href="#merge-remains">[^<]+: Falta.</a>', refused.text)
    assert UUID(PAIR)
