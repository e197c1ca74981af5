"""A file's reading ends with the request that it is for."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from shared.files import table
from shared.files.rows import Row
from shared.service.upload import Sending
from tests.service.given import POST, serving

ENDLESS = """
import sys, time
sys.stdin.buffer.read()
print('{"type":"Row","line":2,"cells":{}}', flush=True)
time.sleep(15)
"""


class Reader:
    """Reads a file that never ends, in a request."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.ended = asyncio.Event()
        self.serving: asyncio.Task[object] | None = None
        self._loop = asyncio.get_running_loop()

    def read(self) -> list[Row]:
        found = []
        try:
            for row in table.read(b"rfc", required=("rfc",), optional=(), max_rows=10):
                found.append(row)
                self._tell(self.started.set)
        finally:
            self._tell(self.ended.set)
        return found

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.serving = asyncio.current_task()
        request = Request(scope, receive)
        await request.body()
        await Sending(Response(), request).reading(self.read)
        await PlainTextResponse("read")(scope, receive, send)

    def _tell(self, what: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(what)


@pytest.fixture
async def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setattr(table, "CHILD", ("-c", ENDLESS))
    return Reader()


async def test_it_ends_when_the_request_is_cancelled_as_a_stop_does(reader: Reader) -> None:
    async with serving(reader) as server:
        await server.connect(POST % 1 + b"x")
        await reader.started.wait()
        assert reader.serving is not None
        reader.serving.cancel()
        await asyncio.wait_for(reader.ended.wait(), 10)


async def test_it_ends_when_the_caller_is_gone(reader: Reader) -> None:
    async with serving(reader) as server:
        _, writer = await server.connect(POST % 1 + b"x")
        await reader.started.wait()
        writer.transport.abort()
        await asyncio.wait_for(reader.ended.wait(), 10)


async def test_it_ends_when_it_was_given_up_before_its_child_was_there(reader: Reader) -> None:
    given_up, reading = threading.Event(), table.Reading()

    def late() -> list[Row]:
        given_up.wait()
        return reader.read()

    under_way = asyncio.create_task(asyncio.to_thread(reading.run, late))
    reading.give_up()
    given_up.set()
    await asyncio.wait_for(reader.ended.wait(), 10)
    await asyncio.wait({under_way})
    assert under_way.exception() is not None
