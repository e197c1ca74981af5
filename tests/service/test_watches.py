"""What watches over something beside the store, while the store is away: no fault of ours, and what is due waits."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from shared.attachments import watch
from shared.attachments.keeping import Attachments
from shared.attachments.settings import AttachmentSettings
from shared.runtime.database import Database
from shared.sealing.register import Register
from shared.service.erasures import Erasures
from tests.conformance.stage import eventually

GONE = "SELECT NULL::uuid AS id WHERE false"


def _erasures(database: Database, folder: Path) -> Awaitable[None]:
    return Erasures(database, Register(folder.as_uri(), "portal"), None, files=False).run()


def _attachments(database: Database, folder: Path) -> Awaitable[None]:
    return watch.run(Attachments("portal", AttachmentSettings(folder=folder), GONE), database)


@pytest.mark.parametrize("start", [_erasures, _attachments])
async def test_a_store_that_is_away_is_told_as_that(
    start: Callable[[Database, Path], Awaitable[None]], store_url: str, tmp_path: Path
) -> None:
    database = Database(store_url, application="test")
    await database.open()
    await database.close()
    with capture_logs() as logs:

        async def told() -> bool:
            return any("wait" in line["event"] for line in logs)

        running = asyncio.ensure_future(start(database, tmp_path))
        await eventually(told)
        running.cancel()
    assert [line for line in logs if line["log_level"] == "error"] == []
