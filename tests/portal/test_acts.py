"""Who looked at a firm, who acted, and who caused what its story tells."""

from uuid import UUID

from shared.contracts.registration import SupplierRegistered
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import SUPPLIER, example
from tests.portal.test_machines import AT, operator

__all__ = ["operator"]


async def test_a_firms_page_says_who_looked_and_who_acted(portal: Visitors, operator: Browser) -> None:
    await portal.stage.consume(example(SupplierRegistered))
    actor = {"subject": "ana", "role": "operator", "on_behalf_of": None, "via": None}
    act = {"id": 1, "at": AT, "action": "matching:match:viewed", "actor": actor, "about": str(SUPPLIER)}
    portal.others.answer("matching", f"/suppliers/{SUPPLIER}/audit", {"items": [act], "next": "1"})
    del portal.others.answers["financing.test", f"/suppliers/{SUPPLIER}/audit"]
    page = (await operator.get(f"/firms/{SUPPLIER}/acts")).text
    for told in ("matching:match:viewed", "ana", "Operador", "no responde", "service=matching&amp;after=1"):
        assert told in page, told
    assert (await operator.get(f"/firms/{UUID(int=5)}/acts")).status_code == 404


async def test_a_story_says_to_operators_who_caused_what(portal: Visitors, operator: Browser) -> None:
    await portal.stage.consume(example(SupplierRegistered))
    [row] = await portal.stage.rows("SELECT event_id FROM story")
    actor = {"subject": "berta", "role": "supplier", "on_behalf_of": str(SUPPLIER), "via": None}
    entry = {"event_id": str(row["event_id"]), "topic": "t", "type": "t", "recorded_at": AT, "actor": actor}
    portal.others.answer("registration", "/journal", {"items": [entry], "next": None})
    assert "berta" in (await operator.get(f"/firms/{SUPPLIER}")).text
    [asked] = [each for each in portal.others.asked if each.url.path == "/journal"]
    assert (asked.url.params["key"], asked.url.params["event"]) == (str(SUPPLIER), str(row["event_id"]))
    portal.others.asked.clear()
    mentor = await portal.signed_in("mentor")
    assert "berta" not in (await mentor.get(f"/firms/{SUPPLIER}")).text
    own = await portal.signed_in("supplier", supplier_id=SUPPLIER)
    assert "berta" not in (await own.get("/my-firm/story")).text
    assert [each for each in portal.others.asked if each.url.path == "/journal"] == []
