"""A connection from outside: what it may hold while it says nothing, or never ends what it says.

uvicorn waits for a request, and for whoever does not read its answer, without end, and takes a head of any size.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.runtime import logging

MOST = 1_000
"""Connections of a process at a time."""
HEAD_S = 10.0
"""From a request's first byte, or the connection's begin, until its head is there."""
BODY_S = 30.0
BODY_BYTES_PER_S = 50_000
"""A body has so many seconds, and one more for each of these."""
UNREAD_S = 30.0
"""How long an answer may wait for a caller that does not read it."""
MAX_HEAD_BYTES = 32_768
"""Of the address and all headers; a token has some 2 kB."""
MAX_AHEAD = 16
"""Requests that a caller sends without waiting for the answers before them."""

TOO_LATE = "408 Request Timeout"
TOO_LARGE = "431 Request Header Fields Too Large"
TOO_MANY = "429 Too Many Requests"

log = logging.get(__name__)


class Connection(HttpToolsProtocol):
    """Closes itself when its caller is late, and at once when there are too many."""

    _reading: asyncio.TimerHandle | None = None
    """Runs while a request is under way to us."""
    _writing: asyncio.TimerHandle | None = None
    """Runs while an answer waits to be read."""
    _in_head = False
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        if len(self.connections) > MOST:
            log.warning("too_many_connections", most=MOST)
            transport.abort()
        else:
            self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._read_by(None)
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._reading is None:
            self._begin()
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(TOO_LARGE)

    def on_message_begin(self) -> None:
        if self._reading is None:
            self._begin()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD_BYTES:
            self._refuse(TOO_LARGE)
        elif len(self.pipeline) >= MAX_AHEAD:
            self._refuse(TOO_MANY)
        else:
            length = next((value for name, value in self.headers if name == b"content-length"), b"0")
            self._read_by(BODY_S + (int(length) if length.isdigit() else 0) / BODY_BYTES_PER_S)
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._read_by(None)
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._writing = self.loop.call_later(UNREAD_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def _begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._read_by(HEAD_S)

    def _read_by(self, seconds: float | None) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading = None if seconds is None else self.loop.call_later(seconds, self._refuse, TOO_LATE)

    def _refuse(self, status: str) -> None:
        """Without a body: who is refused here said too little, or too much, to be answered in its language."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            self.transport.write(f"HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".encode())
        self.transport.close()
