"""A firm reads what is asked in its areas, and how it stands."""

from typing import Any

import pytest

from shared.contracts.matching import MatchFound, RequirementChanged, RequirementPublished
from shared.contracts.registration import AnchorJoined, SupplierRegistered
from tests.portal.conftest import Visitors
from tests.portal.events import ANCHOR, EXAMPLES, REQUIREMENT, SUPPLIER, example
from tests.portal.test_my_firm import _page

PATH = f"/suppliers/{SUPPLIER}/requirements"
PAGE = "/my-firm/requirements"
ASKED: dict[str, Any] = {
    name: value for name, value in EXAMPLES[RequirementPublished.TYPE]["specification"].items() if name != "named"
}
FAILS = {"gate": "materials", "status": "not_met", "reason": "no_common_material", "need": "zinc", "offer": "steel"}
READ: dict[str, Any] = ASKED | {
    "requirement_id": str(REQUIREMENT),
    "anchor_id": None,
    "met": False,
    "score": None,
    "gates": [FAILS],
    "criteria": [],
    "rules": "match-2026-5",
}


@pytest.fixture
async def firm(portal: Visitors) -> Visitors:
    await portal.stage.consume(example(AnchorJoined), example(SupplierRegistered))
    return portal


async def test_a_firm_reads_what_is_asked(firm: Visitors) -> None:
    firm.others.answer("matching", PATH, {"items": [READ], "next": "more"})
    page = await _page(firm, PAGE)
    for shown in ("Bracket, stamped", "An anchor", "120,000", "Not met yet", "materials", f"{PAGE}?after=more"):
        assert shown in page, shown
    assert "Armadora del Norte" not in page
    asked = next(each for each in firm.others.asked if each.url.path == PATH)
    assert dict(asked.url.params) == {"limit": "50"}


async def test_one_requirement_says_what_is_missing_and_where_points_are(firm: Visitors) -> None:
    firm.others.answer("matching", f"{PATH}/{REQUIREMENT}", READ)
    page = await _page(firm, f"{PAGE}/{REQUIREMENT}")
    assert "<td>zinc</td><td>steel</td>" in page
    assert "Certify by spring" not in page
    firm.others.answer("matching", f"{PATH}/{REQUIREMENT}", READ | {"wishes": []})
    assert (">Must<" in page, ">Wished<" in page) == (True, True)
    assert ">Wished<" not in await _page(firm, f"{PAGE}/{REQUIREMENT}")
    waiver = {"gate": "envelope", "plan": "Certify by spring", "until": "2027-03-31"}
    firm.others.answer("matching", f"{PATH}/{REQUIREMENT}", READ | {"waivers": [waiver]})
    page = await _page(firm, f"{PAGE}/{REQUIREMENT}")
    assert "<td>Certify by spring</td>" in page
    assert ">Waived until March 31, 2027<" in page
    criterion = EXAMPLES[MatchFound.TYPE]["criteria"][0]
    met = {"met": True, "score": 8000, "gates": [], "criteria": [criterion], "anchor_id": str(ANCHOR)}
    firm.others.answer("matching", f"{PATH}/{REQUIREMENT}", READ | met)
    page = await _page(firm, f"{PAGE}/{REQUIREMENT}")
    for shown in ("You meet it: 80.0 %", "Armadora del Norte"):
        assert shown in page


async def test_what_a_firm_may_not_read_is_not_there(firm: Visitors) -> None:
    firm.others.answer("matching", f"{PATH}/{REQUIREMENT}", {"title": "requirement_unknown", "detail": "No."}, 404)
    browser = await firm.signed_in("supplier", supplier_id=SUPPLIER)
    assert (await browser.get(f"{PAGE}/{REQUIREMENT}")).status_code == 404


async def test_who_asks_is_named_on_a_firm_s_pages_where_it_may_know(firm: Visitors) -> None:
    asked = EXAMPLES[RequirementPublished.TYPE]["specification"]
    blocked = example(MatchFound, blocked_by=("T04",))
    unnamed = example(RequirementPublished, specification=asked | {"named": False})
    await firm.stage.consume(unnamed, blocked)
    pages = "/my-firm/alignment", "/my-firm/story"
    assert ["Armadora del Norte" in await _page(firm, path) for path in pages] == [False, False]
    await firm.stage.consume(example(RequirementChanged, specification=asked | {"named": True}))
    assert ["Armadora del Norte" in await _page(firm, path) for path in pages] == [True, False]
    await firm.stage.consume(unnamed, example(MatchFound, blocked_by=()))
    assert ["Armadora del Norte" in await _page(firm, path) for path in pages] == [True, True]
