"""Bodies that are claimed, and bodies that are not needed any more, against a real server."""

import asyncio
import contextlib
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from shared.service.http import connection
from tests.service.given import GET, LONG, POST, Server, dripping, serving

UNREAD = POST.replace(b" / ", b" /unread ")


async def test_a_claim_buys_no_more_time_than_the_largest_body_that_a_route_takes(server: Server) -> None:
    reader, _ = await server.connect(POST % 10**15 + b"x")
    assert (await asyncio.wait_for(reader.read(), 10)).startswith(b"HTTP/1.1 408")


async def test_what_is_left_of_a_body_after_the_answer_has_seconds_only(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BODY_S", LONG)
    opened = await server.connect(UNREAD % 1_000_000)
    assert (await opened[0].readline()).startswith(b"HTTP/1.1 200")
    with contextlib.suppress(ConnectionError):
        # Nothing behind the answer: a second one would be taken for the next request's.
        assert (await asyncio.wait_for(dripping(opened, b"x"), 10)).endswith(b"\r\n\r\n0")
    await asyncio.wait_for(server.lost.wait(), 10)


@pytest.mark.parametrize("more", [b"", b"Connection: close\r\n"])
async def test_an_answer_before_the_body_says_that_the_connection_closes_and_is_read(
    server: Server, monkeypatch: pytest.MonkeyPatch, more: bytes
) -> None:
    """By a caller who reads when all is written, too."""
    monkeypatch.setattr(connection, "REST_S", LONG)
    size = 20_000_000
    reader, writer = await server.connect((UNREAD % size).replace(b"\r\n\r\n", b"\r\n" + more + b"\r\n"))
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert head.lower().count(b"connection: close") == 1
    writer.write(b"x" * size)
    await writer.drain()
    assert await asyncio.wait_for(reader.read(), 10) == b"0"


async def test_behind_a_body_that_was_not_needed_nothing_is_served(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "REST_S", LONG)
    reader, writer = await server.connect(UNREAD % 10)
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"x" * 10 + GET + b"\r\n")
    assert await asyncio.wait_for(reader.read(), 10) == b"0"


async def test_an_answer_to_a_whole_request_keeps_the_connection(server: Server) -> None:
    reader, _ = await server.connect(POST % 3 + b"xxx")
    assert b"connection" not in await reader.readuntil(b"\r\n\r\n")


AHEAD = (GET + b"\r\n") * (connection.MAX_AHEAD + 10)


@pytest.mark.parametrize(
    ("behind", "then"),
    [
        (b"\r\n", b"408"),
        (b"GET / HT", b"408"),
        (GET, b"408"),
        (POST % 10 + b"x", b"408"),
        (GET + b"\r\n" + GET, b"408"),
        (b"nonsense\r\n\r\n", b"400"),
        (POST.replace(b"Content-Length: %d", b"Transfer-Encoding: chunked") + b"nonsense\r\n", b"400"),
        (GET + b"X: " + b"a" * 40_000, b"431"),
        (GET + b"X: " + b"a" * 40_000 + b"\r\n\r\n" + GET + b"\r\n", b"431"),
        (AHEAD, b"429"),
    ],
)
async def test_what_is_behind_a_request_waits_until_that_one_is_answered(
    server: Server, behind: bytes, then: bytes
) -> None:
    first, writer = await server.connect((POST % 1).replace(b" / ", b" /slow ") + b"x")
    await server.asked.wait()
    writer.write(behind)
    # By the time that this one is told, the deadline of what was sent before it would be over.
    second, _ = await server.connect(GET)
    assert (await second.read()).startswith(b"HTTP/1.1 408")
    server.decided.set()
    said = await asyncio.wait_for(first.read(), 10)
    assert said.startswith(b"HTTP/1.1 200")
    assert b"\r\n\r\n1HTTP/1.1 " in said
    assert said[said.rindex(b"HTTP/1.1 ") :].startswith(b"HTTP/1.1 " + then)


async def test_what_nobody_read_of_a_body_goes_with_its_answer() -> None:
    """Whatever still refers to the request, as an error's frames do until they are collected."""
    kept: list[Any] = []

    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        kept.append(receive)
        await PlainTextResponse("no")(scope, receive, send)

    async with serving(refusing) as server:
        reader, _ = await server.connect(POST % 1_000 + b"x" * 900)
        assert (await reader.readuntil(b"no")).startswith(b"HTTP/1.1 200")
        assert kept[0].__self__.body == b""
