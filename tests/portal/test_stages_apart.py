"""A stage that hangs takes no connection from pages that ask another one, against real servers."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from services.portal import stages
from services.portal.settings import Settings
from services.portal.stages import Stages
from tests.service.given import serving

SOON = 5.0
"""Half of what a request waits for a connection."""


async def test_who_waits_for_a_stage_that_hangs_keeps_nobody_from_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "MOST_CONNECTIONS", 1)
    asked, answered = asyncio.Event(), asyncio.Event()

    async def hanging(scope: Scope, receive: Receive, send: Send) -> None:
        asked.set()
        await answered.wait()
        await JSONResponse({})(scope, receive, send)

    async with serving(hanging) as first, serving(JSONResponse({"items": []})) as second:
        addresses = {"matching": f"http://127.0.0.1:{first.port}", "diagnosis": f"http://127.0.0.1:{second.port}"}
        given: Any = SimpleNamespace(http_port=1, portal_stages=addresses)
        asking = Stages(cast("Settings", given))
        waiting = asyncio.create_task(asking.get(None, "es", "matching", "/areas"))
        await asked.wait()
        try:
            async with asyncio.timeout(SOON):
                assert (await asking.get(None, "es", "diagnosis", "/instrument")).body == {"items": []}
        finally:
            answered.set()
            await waiting
        for client in asking._clients.values():
            await client.aclose()
