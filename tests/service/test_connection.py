"""Callers who never end what they say, or say too much of it, against a real server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from shared.service.http import connection
from shared.service.http.connection import Connection

SOON = 0.2
"""Seconds of every deadline here; a test that waits for one fails by pytest's own."""

GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"


async def answering(scope: Scope, receive: Receive, send: Send) -> None:
    """The length of the body; `/unread` does not read it, `/large` answers with more than any buffer holds."""
    path = scope["path"]
    length = 0 if path == "/unread" else len(await Request(scope, receive).body())
    answer: Response = PlainTextResponse("x" * 50_000_000 if path == "/large" else str(length))
    await answer(scope, receive, send)


Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Server:
    def __init__(self, port: int, lost: asyncio.Event) -> None:
        self.port = port
        self.lost = lost
        """A connection was lost."""
        self._opened: list[asyncio.StreamWriter] = []

    async def connect(self, said: bytes = b"") -> Opened:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._opened.append(writer)
        writer.write(said)
        return reader, writer

    def close(self) -> None:
        for writer in self._opened:
            writer.transport.abort()


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    lost = asyncio.Event()

    class Told(Connection):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            lost.set()

    config = uvicorn.Config(answering, port=0, http=Told, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    found = Server(server.servers[0].sockets[0].getsockname()[1], lost)
    try:
        yield found
    finally:
        found.close()
        await server.shutdown()


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    for name in ("HEAD_S", "BODY_S", "UNREAD_S"):
        monkeypatch.setattr(connection, name, SOON)
    monkeypatch.setattr(connection, "BODY_BYTES_PER_S", 1e9)
    async with serving() as found:
        yield found


async def dripping(opened: Opened, piece: bytes) -> bytes:
    """What comes back while a caller goes on saying a little."""
    reader, writer = opened
    answer = asyncio.create_task(reader.read())
    while not answer.done():
        writer.write(piece)
        await asyncio.wait({answer}, timeout=SOON / 10)
    return answer.result()


async def test_a_request_is_answered_and_the_next_one_too(server: Server) -> None:
    reader, writer = await server.connect()
    for length in (0, 5):
        writer.write(POST % length + b"x" * length)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert await reader.readexactly(1) == str(length).encode()


@pytest.mark.parametrize("said", [b"", b"GET / HT", GET, b"\r\n"])
async def test_a_head_that_never_ends(server: Server, said: bytes) -> None:
    reader, _ = await server.connect(said)
    assert (await reader.read()).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("piece", [b"X-A: b\r\n", b"\r\n"])
async def test_a_head_that_goes_on_and_on(server: Server, piece: bytes) -> None:
    """Each byte would renew a deadline of silence."""
    start = b"" if piece == b"\r\n" else GET
    assert (await dripping(await server.connect(start), piece)).startswith(b"HTTP/1.1 408")


async def test_a_second_request_on_the_connection_has_its_deadline_too(server: Server) -> None:
    reader, _ = await server.connect(GET + b"\r\n" + GET)
    said = await reader.read()
    assert said.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 408" in said


@pytest.mark.parametrize(
    "head",
    [
        GET + b"X: " + b"a" * 40_000 + b"\r\n\r\n",
        GET + b"X: " + b"a" * 40_000,
        GET + b"".join(b"X-%d: a\r\n" % number for number in range(6_000)) + b"\r\n",
        b"GET /?" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
async def test_a_head_that_is_too_large(server: Server, head: bytes) -> None:
    reader, _ = await server.connect(head)
    assert (await reader.read()).startswith(b"HTTP/1.1 431")


async def test_a_body_that_never_comes(server: Server) -> None:
    reader, _ = await server.connect(POST % 10 + b"x")
    assert (await reader.read()).startswith(b"HTTP/1.1 408")


async def test_a_body_that_nobody_reads_and_that_goes_on(server: Server) -> None:
    lost = server.lost
    opened = await server.connect((POST % 1_000_000).replace(b" / ", b" /unread "))
    assert (await opened[0].readline()).startswith(b"HTTP/1.1 200")
    with contextlib.suppress(ConnectionError):
        await dripping(opened, b"x")
    await asyncio.wait_for(lost.wait(), 10)


async def test_an_answer_that_is_not_read(server: Server) -> None:
    _, writer = await server.connect(GET.replace(b" / ", b" /large ") + b"\r\n")
    transport: Any = writer.transport
    transport.pause_reading()
    await asyncio.wait_for(server.lost.wait(), 10)


async def test_more_requests_ahead_than_anybody_needs(server: Server) -> None:
    reader, _ = await server.connect((GET + b"\r\n") * (connection.MAX_AHEAD + 10))
    assert b"HTTP/1.1 429" in await reader.read()


async def test_more_connections_than_a_process_has(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MOST", 2)
    kept = [await server.connect(GET + b"\r\n") for _ in range(2)]
    for reader, _ in kept:
        await reader.readuntil(b"0")
    reader, _ = await server.connect(GET + b"\r\n")
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""
