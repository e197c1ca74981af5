"""Who comes near, and what would help a firm most, as pages of the portal show what matching says."""

from typing import Any

from tests.portal.candidates_given import PAGE, buyer, filled
from tests.portal.conftest import Visitors
from tests.portal.events import REQUIREMENT, SUPPLIER
from tests.portal.test_my_firm import _page

__all__ = ["filled"]

NEAR: dict[str, Any] = {
    "gate": "qms",
    "reason": "qms_below_ladder",
    "need": "iso_9001",
    "offer": "documented",
    "points": 8250,
    "supplier_id": None,
    "state": "11",
}
LIFT = {"attribute": "qms", "kind": "change", "to": "iso_9001", "supplier_id": str(SUPPLIER)}
WIDE: dict[str, Any] = LIFT | {"area": None, "opens": 17, "opened": [], "raises": 3, "points": 1500}


async def test_a_buyer_reads_how_many_firms_miss_by_one_gate(filled: Visitors) -> None:
    path = f"/requirements/{REQUIREMENT}/near-misses"
    filled.others.answer("matching", path, {"items": [NEAR], "next": "there"})
    counts = {"requirement_id": str(REQUIREMENT), "gates": [{"gate": "qms", "firms": 17}], "rules": "x"}
    filled.others.answer("matching", f"{path}/counts", counts)
    page = (await (await buyer(filled)).get(f"{PAGE}/near")).text
    assert "17 empresas fallan" in page
    assert "ISO 9001" in page
    assert "Guanajuato" in page
    assert "after=there" in page


async def test_a_firm_reads_what_would_help_it_most(portal: Visitors) -> None:
    near = NEAR | {"requirement_id": str(REQUIREMENT), "anchor_id": str(SUPPLIER), "area": "P01"}
    portal.others.answer("matching", f"/suppliers/{SUPPLIER}/lifts", {"items": [WIDE], "next": None})
    portal.others.answer("matching", f"/suppliers/{SUPPLIER}/near-misses", {"items": [near], "next": None})
    page = await _page(portal, "/my-firm/lifts")
    assert "17" in page
    assert "ISO 9001" in page
