"""The funnel shows what arrives while somebody looks at it, and lets a service stop."""

import asyncio

import pytest

from services.portal.store import story
from shared.contracts.matching import OfferingAligned
from shared.contracts.registration import SupplierRegistered
from tests.portal.conftest import Visitors
from tests.portal.events import example


async def test_the_funnel_is_live(portal: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "PAUSE_S", 0.01)
    looks, seen = asyncio.Semaphore(0), 0
    watched = story.news

    async def news(*given):
        async for each in watched(*given):
            looks.release()
            yield each

    monkeypatch.setattr(story, "news", news)
    browser = await portal.signed_in("operator")
    looking = asyncio.create_task(browser.get("/operator/live"))
    for event in (SupplierRegistered, OfferingAligned):
        await looks.acquire()
        await portal.stage.consume(example(event))
        seen += 1
    await looks.acquire()
    portal.stage.app.state.stopping.set()
    answer = await looking
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.count("event: funnel\n") == seen + 1
    assert "data: " in answer.text
