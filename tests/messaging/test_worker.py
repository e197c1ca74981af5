"""A worker outlives what it did not expect."""

import asyncio
from typing import ClassVar

import pytest

from shared.messaging.worker import Worker
from shared.runtime.database import Connection, Database


class Clumsy(Worker):
    """Fails at its first step with an error that is nobody's infrastructure."""

    name: ClassVar[str] = "clumsy"
    channel: ClassVar[str] = "clumsy"
    steps = 0

    async def step(self, connection: Connection) -> float:
        self.steps += 1
        if self.steps == 1:
            raise KeyError("a secret")
        self.stop()
        return 0


async def test_an_error_of_ours_is_said_with_its_place_and_tried_again(
    store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    worker = Clumsy(Database(store_url, application="worker"))
    async with asyncio.timeout(30):
        await worker.run()
    said = "".join(capsys.readouterr())
    assert worker.steps == 2
    assert "worker_failed" in said
    assert "test_worker.py" in said
    assert "a secret" not in said
