"""The faulty network itself: what each mode does to a connection."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from deploy.engines.ports import free_port
from shared.testing.faults import Proxy

SOON_S = 0.3


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """In front of a server that says back what it hears."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    target = free_port()
    async with await asyncio.start_server(echo, "127.0.0.1", target):
        with Proxy(free_port(), target) as proxy:
            yield proxy


async def _said_back(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> bytes:
    reader, writer = connection
    writer.write(b"ping")
    async with asyncio.timeout(SOON_S):
        return await reader.read(100)


async def _through(proxy: Proxy) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", proxy.port)


async def test_bytes_pass(proxy: Proxy) -> None:
    connection = await _through(proxy)
    assert await _said_back(connection) == b"ping"
    connection[1].close()


async def test_a_delay_is_kept_each_way(proxy: Proxy) -> None:
    proxy.set("delay")
    connection = await _through(proxy)
    with pytest.raises(TimeoutError):
        await _said_back(connection)
    assert await connection[0].read(100) == b"ping"
    connection[1].close()


async def test_a_blackhole_swallows_and_gives_back_what_it_held(proxy: Proxy) -> None:
    old = await _through(proxy)
    await _said_back(old)
    proxy.set("blackhole")
    new = await _through(proxy)
    for connection in (old, new):
        with pytest.raises(TimeoutError):
            await _said_back(connection)
    proxy.set("pass")
    for reader, writer in (old, new):
        assert await asyncio.wait_for(reader.read(100), SOON_S) == b"ping"
        writer.close()


async def test_a_reset_ends_what_is_open_and_lets_the_next_pass(proxy: Proxy) -> None:
    old = await _through(proxy)
    await _said_back(old)
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        await _said_back(old)
    new = await _through(proxy)
    assert await _said_back(new) == b"ping"
    new[1].close()


async def test_refusing_resets_every_connection(proxy: Proxy) -> None:
    proxy.set("refuse")
    with pytest.raises(ConnectionResetError):
        await _said_back(await _through(proxy))
