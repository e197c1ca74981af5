"""The funnel shows what arrives while somebody looks at it, and lets a service stop."""

import asyncio
from typing import Any

import pytest

from services.portal.store import arrivals, firms
from services.portal.store.arrivals import Arrivals
from services.portal.store.firms import Counts
from shared.contracts.matching import OfferingAligned
from shared.contracts.registration import SupplierRegistered
from shared.runtime.database import Database
from tests.portal.conftest import Visitors
from tests.portal.events import example


class Dedicated:
    """Connections outside the pool, as they are asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, failures: int = 0) -> None:
        self.asked = 0
        self.again = asyncio.Event()
        gave = Database.dedicated

        async def dedicated(database: Database) -> Any:
            self.asked += 1
            if self.asked <= failures:
                raise ConnectionRefusedError
            self.again.set()
            return await gave(database)

        monkeypatch.setattr(Database, "dedicated", dedicated)


@pytest.fixture
def funnels(monkeypatch: pytest.MonkeyPatch) -> asyncio.Queue[Counts]:
    """What each look saw."""
    monkeypatch.setattr(arrivals, "PAUSE_S", 0.01)
    seen: asyncio.Queue[Counts] = asyncio.Queue()
    looked = firms.counts

    async def noted(connection: Any) -> Counts:
        seen.put_nowait(found := await looked(connection))
        return found

    monkeypatch.setattr(firms, "counts", noted)
    return seen


async def test_the_funnel_is_live(portal: Visitors, funnels: asyncio.Queue[Counts]) -> None:
    browser = await portal.signed_in("operator")
    looking = asyncio.create_task(browser.get("/operator/live"))
    shown = [await funnels.get()]
    for event in (SupplierRegistered, OfferingAligned):
        await portal.stage.consume(example(event))
        while (found := await funnels.get()) == shown[-1]:
            pass
        shown.append(found)
    portal.stage.app.state.stopping.set()
    answer = await looking
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.count("event: funnel\n") == len(shown) == 3
    assert "data: " in answer.text


async def test_all_who_look_share_one_connection(
    portal: Visitors, funnels: asyncio.Queue[Counts], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store has some hundred, for all."""
    dedicated = Dedicated(monkeypatch)
    browser = await portal.signed_in("operator")
    looking = [asyncio.create_task(browser.get("/operator/live")) for _ in range(12)]
    for _ in looking:
        await funnels.get()
    assert dedicated.asked == 1
    portal.stage.app.state.stopping.set()
    assert {answer.status_code for answer in await asyncio.gather(*looking)} == {200}


async def test_a_live_page_ends_and_is_asked_for_anew(portal: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has signed out meanwhile is told so then."""
    monkeypatch.setattr(arrivals, "PAUSE_S", 0.01)
    monkeypatch.setattr(arrivals, "LIVE_S", 0.0)
    browser = await portal.signed_in("operator")
    assert (await browser.get("/operator/live")).status_code == 200
    await browser.post("/sign-out")
    assert (await browser.get("/operator/live")).status_code == 303


async def test_a_store_that_was_away_is_listened_to_again(portal: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "AGAIN_S", 0.01)
    dedicated = Dedicated(monkeypatch, failures=1)
    waiting = asyncio.create_task(Arrivals(portal.stage.database).until_followed("somebody's", 10))
    await dedicated.again.wait()
    await portal.stage.rows(
        "INSERT INTO story (event_id, subject, at, type, correlation_id, facts, reasons)"
        " VALUES (gen_random_uuid(), gen_random_uuid(), now(), 'x', 'somebody''s', '{}', '[]')"
    )
    await portal.stage.rows("SELECT pg_notify('arrivals', '')")
    assert await waiting
