"""A real server on loopback with the platform's connections, and callers of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.service.http.connection import Connection

SOON = 0.2
"""Seconds of every deadline here; a test that waits for one fails by pytest's own."""

LONG = 1_000.0
"""Seconds that no test waits for."""

GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"


Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Server:
    def __init__(self) -> None:
        self.port = 0
        self.lost = asyncio.Event()
        """A connection was lost."""
        self._losing = asyncio.create_task(self.lost.wait())
        self.decided = asyncio.Event()
        """`/slow` may answer."""
        self.asked = asyncio.Event()
        """`/slow` was."""
        self._opened: list[asyncio.StreamWriter] = []

    async def connect(self, said: bytes = b"", *, address: str = "127.0.0.1") -> Opened:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        self._opened.append(writer)
        writer.write(said)
        return reader, writer

    async def hears(self, writer: asyncio.StreamWriter, piece: bytes, seconds: float) -> None:
        """A caller who writes and does not read, for so long or until the connection is lost."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.lost.is_set():
                    writer.write(piece)
                    await asyncio.wait({self._losing}, timeout=SOON / 10)

    async def answering(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The length of the body; `/unread` does not read it, `/large` answers with more than any buffer holds."""
        path = scope["path"]
        length = 0 if path == "/unread" else len(await Request(scope, receive).body())
        if path == "/slow":
            self.asked.set()
            await self.decided.wait()
        answer: Response = PlainTextResponse("x" * 50_000_000 if path == "/large" else str(length))
        await answer(scope, receive, send)

    def close(self) -> None:
        self._losing.cancel()
        for writer in self._opened:
            writer.transport.abort()


@asynccontextmanager
async def serving(app: ASGIApp | None = None) -> AsyncIterator[Server]:
    found = Server()

    class Told(Connection):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            found.lost.set()

    config = uvicorn.Config(
        app or found.answering, port=0, http=Told, interface="asgi3", lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    found.port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        found.close()
        found.decided.set()
        await server.shutdown()


async def dripping(opened: Opened, piece: bytes) -> bytes:
    """What comes back while a caller goes on saying a little."""
    reader, writer = opened
    answer = asyncio.create_task(reader.read())
    while not answer.done():
        writer.write(piece)
        await asyncio.wait({answer}, timeout=SOON / 10)
    return answer.result()
