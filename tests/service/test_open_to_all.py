"""What everybody may ask for costs little: what is made for it is made once."""

import sys
from types import FrameType
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from tests.service.test_callers import OPEN, SERVICES, app_of

PATHS = [path for method, path in sorted(OPEN) if method == "GET" and "{" not in path and path != "/metrics"]
"""Figures are of the moment, and as many as the process has."""

CALLS = 10_000
"""Of functions of Python, in an answer that somebody had before: some 10 ms. Making a document takes ten times that."""


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("path", [*PATHS, "/openapi.json"])
async def test_a_second_answer_is_not_made_anew(path: str, name: str) -> None:
    calls = 0

    def count(_frame: FrameType, event: str, _what: Any) -> None:
        nonlocal calls
        calls += event == "call"

    async with AsyncClient(transport=ASGITransport(app_of(name)), base_url="http://test") as client:
        await client.get(path)
        before = sys.getprofile()
        sys.setprofile(count)
        try:
            await client.get(path)
        finally:
            sys.setprofile(before)
    assert calls < CALLS
