"""A connection from outside: what it may hold while it says nothing, or never ends what it says.

uvicorn waits for a request, and for whoever does not read its answer, without end, and takes a head of any size.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from shared.runtime import logging
from shared.service.http.household import household
from shared.service.http.routes import MAX_FILE_BYTES

MOST = 1_000
"""Connections of a process at a time."""
SHARE = MOST // 2
"""Of these, those of one address: whoever watches the process comes from another one, and still gets in."""
HEAD_S = 10.0
"""From a request's first byte, or the connection's begin, until its head is there."""
BODY_S = 30.0
BODY_BYTES_PER_S = 50_000
"""A body has so many seconds, and one more for each of these; of no more bytes than a route may take."""
REST_S = 5.0
"""What is left of a body whose request is answered, so that its caller reads the answer; then the connection closes."""
LINGER_S = 2.0
"""A connection that we end is still read, and what comes is dropped, for so long, or until its caller ends it too. One
that is closed with something unread is reset, which takes the answer from a caller who has not read it yet.
"""
IDLE_S = 75
"""Between two requests. Longer than whoever asks keeps a connection: nginx 60 s, as of upstreams, httpx 5 s. A request
that meets the end of its connection is lost, and nobody knows whether it was taken.
"""
UNREAD_S = 30.0
"""How long an answer may wait for a caller that does not read it."""
UNREAD_BYTES = 48 * 1_048_576
"""Of all answers of a process that wait to be read. The largest is a file of some 10 MB."""
UNREAD_SHARE = UNREAD_BYTES // 3
"""Of these, those of one address."""
MAX_HEAD_BYTES = 32_768
"""Of the address and all headers; a token has some 2 kB."""
MAX_AHEAD = 16
"""Requests that a caller sends without waiting for the answers before them."""

MALFORMED = "400 Bad Request"
TOO_LATE = "408 Request Timeout"
TOO_LARGE = "431 Request Header Fields Too Large"
TOO_MANY = "429 Too Many Requests"

log = logging.get(__name__)


class Connection(HttpToolsProtocol):
    """Closes itself when its caller is late, and at once when there are too many.

    What is behind a request that is still being decided has no deadline and no refusal until that one is answered.
    """

    _reading: asyncio.TimerHandle | None = None
    """Runs while a request is under way to us."""
    _writing: asyncio.TimerHandle | None = None
    """Runs while an answer waits to be read."""
    _in_head = False
    _in_body = False
    _head_bytes = 0
    _body_s = 0.0
    _refused: str | None = None
    """The status of what is under way; no more is read."""
    _left: asyncio.TimerHandle | None = None
    """Runs from our last word until the connection is cut."""
    _ends = False
    """An answer began before its request had ended, and said that the connection closes."""
    address: str | None = None
    """As it is counted."""
    _next_bytes = 0
    """Of what is to be written next, which may have to wait until what is before it was read."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._serve, self.app = self.app, self._answer
        self.address = household(self.client[0]) if self.client else None
        if len(self.connections) > MOST or self._of_my_address() > SHARE:
            log.warning("too_many_connections", most=MOST, share=SHARE)
            transport.abort()
        else:
            # By itself it would let 64 kB wait of each, without a deadline and uncounted.
            transport.set_write_buffer_limits(high=0)
            self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._read_by(None)
        self.resume_writing()
        if self._left is not None:
            self._left.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused is not None or self._left is not None:
            return
        if not self._in_head and not self._in_body:
            self._begin()
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(TOO_LARGE)

    def on_message_begin(self) -> None:
        if not self._in_head:
            self._begin()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if self._stopped():
            return
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD_BYTES:
            self._refuse(TOO_LARGE)
        elif len(self.pipeline) >= MAX_AHEAD:
            self._refuse(TOO_MANY)
        else:
            length = next((value for name, value in self.headers if name == b"content-length"), b"0")
            claimed = int(length) if length.isdigit() else 0
            self._body_s = BODY_S + min(claimed, MAX_FILE_BYTES) / BODY_BYTES_PER_S
            super().on_headers_complete()
            self._in_head, self._in_body = False, True
            self._read_by(self._body_s)

    def on_body(self, body: bytes) -> None:
        if not self._stopped():
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self._stopped():
            return
        self._in_body = False
        self._read_by(None)
        super().on_message_complete()
        if self._ends and self.cycle.response_complete:
            self._leave()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._is_over() or not self._is_next():
            return
        if self._refused is not None:
            self._refuse(self._refused)
        elif self._in_head:
            self._read_by(HEAD_S)
        elif self._in_body:
            self._read_by(REST_S if self.cycle.response_complete else self._body_s)
        elif self._ends:
            self._leave()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - as uvicorn has it
        self._refuse(MALFORMED)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._writing = self.loop.call_later(UNREAD_S, self.transport.abort)
        self._make_room()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say with an answer that the connection closes, where what was asked has not all come."""

        async def say(message: Message) -> None:
            early = message["type"] == "http.response.start" and self._in_body and not self.pipeline
            if early:
                self._ends, self.cycle.keep_alive = True, False
            self._next_bytes = len(message.get("body", b""))
            if self.flow.write_paused:
                self._make_room()
            await send(message)
            self._next_bytes = 0
            if early:
                # uvicorn would close as soon as it has answered; a caller who still writes would not read it.
                self.cycle.keep_alive = True

        # Nothing more is made for who has not read what was: it would wait beside it.
        await self.flow.drain()
        try:
            await self._serve(scope, receive, say)
        finally:
            # What was refused waits for the collector, in its error's frames: not with what nobody read of its body.
            request: Any = getattr(receive, "__self__", None)
            if isinstance(request, RequestResponseCycle):
                request.body = bytearray()

    def _begin(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._read_by(HEAD_S)

    def _is_next(self) -> bool:
        """Whether all that was asked before what is under way is answered."""
        if self._in_body:
            return not self.pipeline
        return self.cycle is None or self.cycle.response_complete

    def _stopped(self) -> bool:
        return self._refused is not None or self._is_over()

    def _is_over(self) -> bool:
        return self._left is not None or self.transport.is_closing()

    def _read_by(self, seconds: float | None) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if seconds is not None and self._is_next():
            self._unset_keepalive_if_required()
            self._reading = self.loop.call_later(seconds, self._refuse, TOO_LATE)

    def _refuse(self, status: str) -> None:
        """Without a body: who is refused here said too little, or too much, to be answered in its language."""
        self._read_by(None)
        self._refused = self._refused or status
        if self._is_over():
            return
        if not self._is_next():
            self.flow.pause_reading()
        elif self._in_body and self.cycle.response_started:
            # Whatever is missing of the answer, nothing else can stand behind it.
            self.transport.close()
        else:
            if self._in_body:
                # Whoever waits for the rest of the body is told, and answers nobody.
                self.cycle.disconnected = True
                self.cycle.message_event.set()
            self.transport.write(f"HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".encode())
            self._leave()

    def _leave(self) -> None:
        """All is said. What still comes is read, until the caller has ended too or `LINGER_S` is over."""
        self._left = self.loop.call_later(LINGER_S, self.transport.abort)
        self.transport.write_eof()
        self.flow.resume_reading()

    def _make_room(self) -> None:
        """Cut the one with most unread, of the address that has most, where it is more than there is room for."""
        unread = Counter[str | None]()
        for each in self._all():
            unread[each.address] += each.unread
        [(worst, most)] = unread.most_common(1)
        if most > UNREAD_SHARE or unread.total() > UNREAD_BYTES:
            log.warning("too_much_unread", most=UNREAD_BYTES, share=UNREAD_SHARE)
            theirs = (each for each in self._all() if each.address == worst)
            max(theirs, key=lambda each: each.unread).transport.abort()

    @property
    def unread(self) -> int:
        """Bytes that its caller has not read yet."""
        return 0 if self.transport.is_closing() else max(self.transport.get_write_buffer_size(), self._next_bytes)

    def _of_my_address(self) -> int:
        return sum(each.address == self.address for each in self._all())

    def _all(self) -> Iterator["Connection"]:
        return (each for each in self.connections if isinstance(each, Connection))
