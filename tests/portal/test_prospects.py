"""Prospects beside registered firms, and what an operator does with one."""

from typing import Any
from uuid import UUID

import pytest

from shared.contracts.matching import RequirementPublished
from tests.portal import scripted
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import SUPPLIER, example
from tests.portal.forms import forms, last_sent, refuse
from tests.portal.issuer import URL

PROSPECT = str(UUID(int=0xF12))
PATH = f"/prospects/{PROSPECT}"
PLANT: dict[str, Any] = {
    "id": PROSPECT,
    "source": "retc",
    "source_id": "EJE0100100001",
    "edition": "2022",
    "name": "TROQUELADOS EJEMPLO, S.A. DE C.V.",
    "plant": None,
    "scian": "336370",
    "scian_title": "Fabricación de piezas metálicas troqueladas",
    "activity": "Estampado de piezas",
    "branch": "",
    "workers_from": None,
    "workers_to": None,
    "state": "11",
    "municipality": "Silao",
    "latitude": 21.0103,
    "longitude": -101.53,
    "automotive": True,
    "areas": [{"area": "P01", "confidence": "high", "why": [{"basis": "activity", "said": "Estampado"}]}],
    "rules": "prospects-2026-1",
    "status": "prospect",
    "acts": [],
    "supplier_id": None,
    "brought_at": "2026-03-02T15:04:05Z",
}
NONE = {"high": 0, "medium": 0, "low": 0, "none": 0}


@pytest.fixture
async def operator(portal: Visitors) -> Browser:
    _answer(portal)
    portal.others.answer("registration", "/prospects", {"items": [PLANT], "next": None})
    portal.others.answer("registration", "/prospects/suggestions", {"items": [], "next": None})
    return await portal.signed_in("operator")


def _answer(portal: Visitors, **changed: Any) -> None:
    portal.others.answer("registration", PATH, PLANT | changed, ETag=scripted.ETAG)


def _suggest(portal: Visitors) -> None:
    seen = {
        "prospect": PLANT,
        "supplier_id": str(SUPPLIER),
        "folio": "PDP-000007",
        "legal_name": "Troquelados Ejemplo SA",
    }
    portal.others.answer("registration", "/prospects/suggestions", {"items": [seen], "next": None})


async def test_what_is_asked_for_stands_beside_who_is_registered_and_whom_to_invite(
    portal: Visitors, operator: Browser
) -> None:
    asked = example(RequirementPublished)
    await portal.stage.consume(asked)
    area = asked.model_dump()["specification"]["area"]
    rest = {"invited": 2, "linked": 0, "not_interested": 0}
    rows = [
        {"area": area, "state": "11", "registered": 0, "prospects": NONE | {"high": 3}, **rest},
        {"area": None, "state": "28", "registered": 0, "prospects": NONE | {"none": 5}, **rest},
    ]
    portal.others.answer("registration", "/prospects/coverage", {"items": rows, "next": None})
    page = (await operator.get(f"/prospects?area={area}&state=11")).text
    for told in (
        f'href="/prospects/plants?area={area}&amp;state=11"',
        "Guanajuato",
        ">ninguna<",
        ">3<",
        ">5<",
        "Sin área conocida",
    ):
        assert told in page, told
    query = next(each.url.params for each in portal.others.asked if each.url.path == "/prospects/coverage")
    assert (query["area"], query["state"]) == (area, "11")


async def test_plants_are_listed_by_the_filters(portal: Visitors, operator: Browser) -> None:
    page = (await operator.get("/prospects/plants?area=P01&state=11&confidence=high&status=prospect")).text
    for told in ("TROQUELADOS EJEMPLO", "Guanajuato, Silao", "Estampado de piezas", "P01: alta", "sin invitar"):
        assert told in page, told
    asked = portal.others.asked[0].url.params
    assert {name: asked[name] for name in ("area", "state", "confidence", "status")} == {
        "area": "P01",
        "state": "11",
        "confidence": "high",
        "status": "prospect",
    }
    assert (await operator.get("/prospects/plants?confidence=sure")).status_code == 404


async def test_one_says_where_it_is_placed_and_why_with_a_letter_in_both_languages(operator: Browser) -> None:
    page = (await operator.get(PATH)).text
    for told in ("la actividad dice «Estampado»", "RETC, SEMARNAT", "21.0103, -101.53", f"{URL}/register"):
        assert told in page, told
    assert '<div lang="es"><p>A quien corresponda, TROQUELADOS EJEMPLO' in page
    assert '<div lang="en"><p>To whom it may concern, TROQUELADOS EJEMPLO' in page


async def test_whoever_may_be_a_person_has_no_name(portal: Visitors, operator: Browser) -> None:
    _answer(portal, name=None, areas=[], latitude=None, longitude=None, workers_from=251)
    page = (await operator.get(PATH)).text
    for told in (
        "Sin nombre guardado (EJE0100100001)",
        "sin área conocida",
        "251 personas o más",
        "A quien corresponda, planta",
    ):
        assert told in page, told


@pytest.mark.parametrize(
    ("act", "status", "given", "sent"),
    [
        (
            "invitation",
            "prospect",
            {"channel": "letter", "note": "Carta 12"},
            {"channel": "letter", "note": "Carta 12"},
        ),
        ("refusal", "invited", {"note": ""}, {}),
        ("reopening", "not_interested", {"note": "Fue otra"}, {"note": "Fue otra"}),
    ],
)
async def test_acts_go_to_registration_and_what_it_refuses_is_told(
    portal: Visitors, operator: Browser, act: str, status: str, given: dict[str, str], sent: dict[str, str]
) -> None:
    _answer(portal, status=status)
    [fields] = forms((await operator.get(PATH)).text, f"{PATH}/{act}")
    there = f"/prospects/{PROSPECT}/{act}"
    portal.others.answer("registration", there, PLANT)
    answer = await operator.post(there, fields | given)
    assert (answer.status_code, answer.headers["location"]) == (303, PATH)
    assert last_sent(portal.others) == ("POST", there, sent, scripted.ETAG)
    refuse(portal.others, "registration", there, 422, note="Sin teléfonos.")
    assert "Sin teléfonos." in (await operator.post(there, given)).text
    refuse(portal.others, "registration", there, 412)
    stale = await operator.post(there, fields | given)
    assert (stale.status_code, "Lo que cambió" in stale.text) == (412, True)


async def test_who_seems_to_be_registered_is_confirmed_or_not(portal: Visitors, operator: Browser) -> None:
    _suggest(portal)
    portal.others.answer("registration", "/prospects/coverage", {"items": [], "next": None})
    assert f'<a href="{PATH}">TROQUELADOS EJEMPLO' in (await operator.get("/prospects")).text
    there = f"{PATH}/link"
    portal.others.answer("registration", there, PLANT)
    for fields in forms((await operator.get(PATH)).text, there):
        assert (await operator.post(there, fields)).status_code == 303
        body = {"supplier_id": str(SUPPLIER), "same": fields["same"] == "yes"}
        assert last_sent(portal.others) == ("POST", there, body, scripted.ETAG)


async def test_what_was_done_is_told_the_last_first(portal: Visitors, operator: Browser) -> None:
    at = {"by": "operator-1", "channel": None, "note": None}
    acts = [
        at | {"act": "invite", "at": "2026-03-02T15:04:05Z", "channel": "telephone"},
        at | {"act": "decline", "at": "2026-03-09T15:04:05Z", "note": "No por ahora"},
    ]
    _answer(portal, status="not_interested", acts=acts)
    page = (await operator.get(PATH)).text
    assert page.index("No por ahora") < page.index("teléfono</td>")
    assert f'action="{PATH}/invitation"' not in page
