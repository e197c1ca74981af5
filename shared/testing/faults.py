"""A network that can fail: a TCP proxy in front of a broker or a store."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterable
from typing import Literal, Self

Mode = Literal["pass", "delay", "blackhole", "refuse"]
"""Pass bytes on; pass them on late; take them and pass nothing on, as a dead cable; reset every connection, as a dead
process.
"""

DELAY_S = 0.2
"""Each way: a line around the world that is also full."""

CHUNK = 65_536
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of zero seconds: closing sends RST instead of FIN."""


class Proxy:
    """Passes connections from a port of its own to a target, as long as it is told to; in a thread of its own, so that
    a blocking call to what lies behind it does not stop it.
    """

    def __init__(self, port: int, target: int, host: str = "127.0.0.1") -> None:
        self.port = port
        self._target = target
        self._host = host
        self._mode: Mode = "pass"
        self._connections: set[asyncio.StreamWriter] = set()
        self._far: set[asyncio.StreamWriter] = set()
        """Of the connections, the ends towards the target."""
        self._silent: list[asyncio.Event] = []

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(started)), name="proxy")
        self._thread.start()
        started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.set("refuse")
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def set(self, mode: Mode) -> None:
        self._loop.call_soon_threadsafe(self._set, mode)

    def reset(self) -> None:
        """End every connection with a TCP reset."""
        self._loop.call_soon_threadsafe(self._reset)

    def silence(self, far_end_gives_up_s: float | None = None) -> None:
        """Every connection made so far passes nothing on any more, and says so to nobody; new ones work.

        After `far_end_gives_up_s` their target sees them end, as by its own keepalives; the near side does not.
        """
        self._loop.call_soon_threadsafe(self._silence, far_end_gives_up_s)

    async def _serve(self, started: threading.Event) -> None:
        self._loop, self._stopping, self._passing = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        self._passing.set()
        async with await asyncio.start_server(self._accept, self._host, self.port):
            started.set()
            await self._stopping.wait()
        # What is still under way sees its connections end.
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)

    def _set(self, mode: Mode) -> None:
        self._mode = mode
        if mode == "blackhole":
            self._passing.clear()
        else:
            self._passing.set()
        if mode == "refuse":
            for passing in self._silent:
                passing.set()
            self._reset()

    def _silence(self, far_end_gives_up_s: float | None) -> None:
        if far_end_gives_up_s is not None:
            self._loop.call_later(far_end_gives_up_s, _abort, list(self._far))
        self._passing.clear()
        self._silent.append(self._passing)
        self._passing = asyncio.Event()
        self._passing.set()

    def _reset(self) -> None:
        for writer in self._connections:
            sock = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()
        self._connections.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        if self._mode == "refuse":
            self._reset()
            return
        passing = self._passing
        await passing.wait()
        try:
            far_reader, far_writer = await asyncio.open_connection(self._host, self._target)
        except OSError:
            writer.transport.abort()
            return
        self._connections.add(far_writer)
        self._far.add(far_writer)
        try:
            await asyncio.gather(self._pump(reader, far_writer, passing), self._pump(far_reader, writer, passing))
        finally:
            self._far.discard(far_writer)
            for end in (writer, far_writer):
                self._connections.discard(end)
                end.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passing: asyncio.Event) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await passing.wait()
                if self._mode == "delay":
                    await asyncio.sleep(DELAY_S)
                writer.write(data)
                await writer.drain()
        await passing.wait()  # an end is not passed on either
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()


def _abort(writers: Iterable[asyncio.StreamWriter]) -> None:
    for writer in writers:
        writer.transport.abort()
