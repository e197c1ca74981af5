"""Callers who never end what they say, or say too much of it, against a real server."""

import asyncio
import contextlib
from typing import Any

import pytest

from shared.service.http import connection
from tests.service.given import GET, LONG, POST, SOON, Server, dripping


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


async def test_an_answer_that_is_not_read(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UNREAD_BYTES", "UNREAD_SHARE"):
        monkeypatch.setattr(connection, name, 1_000_000_000)
    _, writer = await server.connect(GET.replace(b" / ", b" /large ") + b"\r\n")
    transport: Any = writer.transport
    transport.pause_reading()
    await asyncio.wait_for(server.lost.wait(), 10)


LARGE = GET.replace(b" / ", b" /large ") + b"\r\n"


async def _unread(server: Server, address: str = "127.0.0.1") -> tuple[asyncio.StreamReader, Any]:
    """A caller of a large answer who reads its first byte alone."""
    reader, writer = await server.connect(LARGE, address=address)
    transport: Any = writer.transport
    await reader.readexactly(1)
    transport.pause_reading()
    return reader, transport


@pytest.mark.parametrize(("most", "share"), [(1_000_000_000, 60_000_000), (60_000_000, 1_000_000_000)])
async def test_answers_that_nobody_reads_have_a_bound(
    server: Server, monkeypatch: pytest.MonkeyPatch, most: int, share: int
) -> None:
    """Of one address, and of all; whoever reads goes on. Each large one is of 50 MB."""
    for name, value in {"UNREAD_S": LONG, "UNREAD_BYTES": most, "UNREAD_SHARE": share}.items():
        monkeypatch.setattr(connection, name, value)
    await _unread(server)
    reader, _ = await server.connect(GET + b"\r\n", address="127.0.0.2")
    assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    assert not server.lost.is_set()
    await _unread(server)
    # Sooner than a connection between two requests is closed.
    await asyncio.wait_for(server.lost.wait(), 2)


async def test_addresses_share_what_is_unread(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"UNREAD_S": LONG, "UNREAD_SHARE": 60_000_000}.items():
        monkeypatch.setattr(connection, name, value)
    monkeypatch.setattr(connection, "UNREAD_BYTES", 1_000_000_000)
    await _unread(server)
    await _unread(server, "127.0.0.2")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(server.lost.wait(), SOON)


async def test_nothing_more_is_made_for_who_has_not_read_what_was(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "UNREAD_S", LONG)
    for name in ("UNREAD_BYTES", "UNREAD_SHARE"):
        monkeypatch.setattr(connection, name, 1_000_000_000)
    reader, transport = await _unread(server)
    transport.write(GET.replace(b" / ", b" /slow ") + b"\r\n")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(server.asked.wait(), SOON)
    transport.resume_reading()
    await reader.readexactly(50_000_000)
    await asyncio.wait_for(server.asked.wait(), 10)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (GET, b"408"),
        (POST % 1_000_000, b"408"),
        (GET + b"X: " + b"a" * 40_000, b"431"),
        (b"nonsense\r\n\r\n", b"400"),
        ((GET + b"\r\n") * (connection.MAX_AHEAD + 10), b"429"),
    ],
)
async def test_who_reads_when_all_is_written_reads_why_it_is_refused(
    server: Server, monkeypatch: pytest.MonkeyPatch, said: bytes, status: bytes
) -> None:
    monkeypatch.setattr(connection, "LINGER_S", LONG)
    reader, writer = await server.connect(said)
    transport: Any = writer.transport
    transport.pause_reading()
    await server.hears(writer, b"x" * 1_000, 2 * SOON)
    transport.resume_reading()
    assert b"HTTP/1.1 " + status in await asyncio.wait_for(reader.read(), 10)
    assert not server.lost.is_set()
    writer.close()
    await asyncio.wait_for(server.lost.wait(), 10)


@pytest.mark.parametrize("said", [GET, POST % 1_000_000, GET + b"X: " + b"a" * 40_000])
async def test_who_is_refused_and_goes_on_is_cut(server: Server, said: bytes) -> None:
    opened = await server.connect(said)
    with contextlib.suppress(ConnectionError):
        assert (await dripping(opened, b"x")).startswith(b"HTTP/1.1 4")
        await server.hears(opened[1], b"x", 10)
    assert server.lost.is_set()


async def test_more_requests_ahead_than_anybody_needs(server: Server) -> None:
    reader, _ = await server.connect((GET + b"\r\n") * (connection.MAX_AHEAD + 10))
    assert b"HTTP/1.1 429" in await reader.read()


async def third_is_refused(server: Server) -> None:
    kept = [await server.connect(GET + b"\r\n") for _ in range(2)]
    for reader, _ in kept:
        await reader.readuntil(b"0")
    reader, _ = await server.connect(GET + b"\r\n")
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""


async def test_more_connections_than_a_process_has(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MOST", 2)
    await third_is_refused(server)


async def test_one_address_leaves_connections_to_others(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SHARE", 2)
    await third_is_refused(server)
    reader, _ = await server.connect(GET + b"\r\n", address="127.0.0.2")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
