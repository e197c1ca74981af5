"""A server whose deadlines are all short."""

from collections.abc import AsyncIterator

import pytest

from shared.service.http import connection
from tests.service.given import SOON, Server, serving


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    for name in ("HEAD_S", "BODY_S", "REST_S", "LINGER_S", "UNREAD_S"):
        monkeypatch.setattr(connection, name, SOON)
    monkeypatch.setattr(connection, "BODY_BYTES_PER_S", 1e9)
    async with serving() as found:
        yield found
