"""Who looked at a firm, who acted, and who caused what its story tells."""

from uuid import UUID

import pytest

from services.portal.api import telling
from shared.contracts.event import Actor
from shared.contracts.registration import SupplierChanged, SupplierRegistered
from shared.messaging import audit
from shared.messaging.audit import Act
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


async def test_a_look_by_the_portal_itself_is_told_too_and_a_file_is_one(portal: Visitors) -> None:
    await portal.recorded("portal")
    operator = await portal.signed_in("operator")
    await portal.stage.consume(example(SupplierRegistered))
    async with portal.stage.database.connection() as connection:
        looks = [Act("portal:supplier:viewed", Actor("ana", "mentor"), SUPPLIER, "c")] * 130
        await audit.record(connection, looks)
    file = (await operator.get(f"/firms/{SUPPLIER}/acts?as=csv")).text
    assert (file.count("portal:supplier:viewed"), "ana" in file) == (130, True)
    rows = await portal.stage.rows("SELECT actor FROM audit WHERE action = 'portal:audit:viewed'")
    assert len(rows) == 1


async def test_a_long_story_as_a_file_is_one_look(
    portal: Visitors, operator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "PAGE", 1)
    changed = [example(SupplierChanged, supplier_id=SUPPLIER) for _ in range(3)]
    await portal.stage.consume(example(SupplierRegistered), *changed)
    await operator.get(f"/firms/{SUPPLIER}?as=csv")
    rows = await portal.stage.rows("SELECT actor FROM audit WHERE action = 'portal:supplier:viewed'")
    assert len(rows) == 1
    await operator.get(f"/firms/{SUPPLIER}")
    rows = await portal.stage.rows("SELECT actor FROM audit WHERE action = 'portal:supplier:viewed'")
    assert len(rows) == 2


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
