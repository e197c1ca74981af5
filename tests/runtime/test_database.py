import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlmodel import func, select

from deploy.engines.ports import free_port
from shared.runtime import database as database_module
from shared.runtime.database import READ_POOL_SIZE, Connection, Database, refuse_read_only
from shared.runtime.failures import INFRASTRUCTURE
from shared.runtime.servers import KEEPALIVE, USER_TIMEOUT_MS
from shared.testing.faults import Proxy
from tests.conformance.stage import eventually
from tests.conftest import SwitchOver


@pytest.fixture
async def database(store_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    monkeypatch.setattr("shared.runtime.database.ACQUIRE_TIMEOUT_S", 0.2)
    monkeypatch.setattr("shared.runtime.database.STATEMENT_TIMEOUT_MS", "1000")
    database = Database(store_url, application="test", pool_size=1)
    await database.open()
    yield database
    await database.close()


async def test_a_read_that_the_store_cuts_off_fails_as_every_other_way_to_it_does(database: Database) -> None:
    with pytest.raises(INFRASTRUCTURE):
        async with database.session() as session:
            await session.exec(select(func.pg_terminate_backend(func.pg_backend_pid())))


async def test_every_way_to_the_store_names_its_service(database: Database) -> None:
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT current_setting('application_name')") == "test"
    async with database.session() as session:
        assert (await session.exec(select(func.current_setting("application_name")))).one() == "test"


async def test_the_longest_statement_is_prepared_once(database: Database) -> None:
    long = f"SELECT $1::int /* {'x' * 40_000} */"
    alone = await database.dedicated()
    try:
        async with database.connection() as pooled:
            for connection in (alone, pooled):
                assert [await connection.fetchval(long, number) for number in range(2)] == [0, 1]
                found = await connection.fetchval(
                    "SELECT count(*) FROM pg_prepared_statements WHERE statement = $1", long
                )
                assert found == 1
    finally:
        await alone.close()


async def test_a_stuck_statement_gives_its_connection_back(database: Database) -> None:
    with pytest.raises(INFRASTRUCTURE):
        async with database.connection() as connection:
            await connection.execute("SELECT pg_sleep(5)")
    with pytest.raises(INFRASTRUCTURE):
        async with database.session() as session:
            await session.exec(select(func.pg_sleep(5)))


async def test_a_used_up_pool_is_a_store_that_is_away(database: Database) -> None:
    async with database.connection():
        with pytest.raises(INFRASTRUCTURE):
            await _begin(database)
    await _begin(database)


async def test_a_used_up_pool_of_reads_is_a_store_that_is_away(database: Database) -> None:
    async with AsyncExitStack() as held:
        for _ in range(READ_POOL_SIZE):
            await (await held.enter_async_context(database.session())).exec(select(1))
        with pytest.raises(INFRASTRUCTURE):
            await _read(database)
    await _read(database)


async def _begin(database: Database) -> None:
    async with database.transaction():
        pass


async def _read(database: Database) -> None:
    async with database.session() as session:
        await session.exec(select(1))


async def test_both_sides_of_every_connection_notice_that_the_other_is_gone(database: Database) -> None:
    alone = await database.dedicated()
    try:
        async with database.connection() as pooled:
            for connection in (alone, pooled):
                await _notices(connection)
    finally:
        await alone.close()
    async with database.session() as session:
        raw = await (await session.connection()).get_raw_connection()
        await _notices(raw.driver_connection)


async def _notices(connection: Any) -> None:
    told = [await connection.fetchval(f"SHOW {name}") for name in ("tcp_keepalives_idle", "tcp_user_timeout")]
    assert told == ["5", "10000"]
    assert await connection.fetchval("SHOW idle_in_transaction_session_timeout") == "1min"
    sock = connection._transport.get_extra_info("socket")
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == KEEPALIVE["IDLE"]
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == USER_TIMEOUT_MS


@pytest.fixture
async def distant(store_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Database, Proxy]]:
    """A store behind a network that can fall silent, and three connections to it."""
    monkeypatch.setattr("shared.runtime.database.COMMAND_TIMEOUT_S", 1.0)
    url = urlsplit(store_url)
    with Proxy(free_port(), url.port or 5432) as net:
        there = url._replace(netloc=re.sub(r":\d+$", f":{net.port}", url.netloc)).geturl()
        database = Database(there, application="distant", pool_size=3)
        await database.open()
        async with AsyncExitStack() as stack:
            for _ in range(3):
                await stack.enter_async_context(database.connection())
        yield database, net
        database.pool.terminate()
        await database.close()


async def test_trap_13_connections_that_died_without_a_sign_cost_one_wait(distant: tuple[Database, Proxy]) -> None:
    database, net = distant
    net.silence()
    with pytest.raises(INFRASTRUCTURE):
        async with database.transaction() as connection:
            await connection.execute("SELECT 1")
    async with asyncio.timeout(0.9 * database_module.COMMAND_TIMEOUT_S):
        for _ in range(3):
            async with database.transaction() as connection:
                assert await connection.fetchval("SELECT 1") == 1


async def test_trap_13_a_read_over_a_silent_connection_fails_and_the_next_one_works(
    distant: tuple[Database, Proxy],
) -> None:
    database, net = distant
    async with database.session() as session:
        await session.exec(select(1))
    net.silence()
    with pytest.raises(INFRASTRUCTURE):
        async with database.session() as session:
            await session.exec(select(1))
    async with database.session() as session:
        assert (await session.exec(select(1))).one() == 1


async def test_trap_13_after_a_switch_over_one_use_fails_and_the_pool_connects_anew(
    store_url: str, switch_over: SwitchOver
) -> None:
    database = Database(store_url, application="test", pool_size=3)
    await database.open()
    async with AsyncExitStack() as held:
        first, *_ = [await held.enter_async_context(database.connection()) for _ in range(3)]
        await first.execute("CREATE TABLE written (number int)")
    await switch_over()
    await eventually(lambda: _fails(database))
    for number in range(3):
        async with database.transaction() as connection:
            await connection.execute("INSERT INTO written VALUES ($1)", number)
    await database.close()


async def _fails(database: Database) -> bool:
    """Once it does: then nothing of before the switch is left."""
    try:
        async with database.transaction() as connection:
            await connection.execute("DELETE FROM written")
    except INFRASTRUCTURE:
        return True
    return False


async def test_trap_13_a_connection_that_only_reads_sees_the_switch_over_too(
    store_url: str, switch_over: SwitchOver
) -> None:
    database = Database(store_url, application="test")
    await database.open()
    alone = await database.dedicated()
    await switch_over()
    await eventually(lambda: _is_refused(alone))
    await alone.close()
    refuse_read_only(anew := await database.dedicated())
    await anew.close()
    await database.close()


async def _is_refused(connection: Connection) -> bool:
    await connection.execute("SELECT 1")
    try:
        refuse_read_only(connection)
    except INFRASTRUCTURE:
        return True
    return False


@pytest.mark.parametrize("says_nothing", [False, True], ids=["refuses", "says nothing"])
async def test_every_way_to_the_store_finds_the_primary_among_several_hosts(
    store_url: str, says_nothing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the first takes connections, as a host that is frozen does."""
    monkeypatch.setattr("shared.runtime.servers.CONNECT_TIMEOUT_S", 4.0)
    url = urlsplit(store_url)
    role, _, host = url.netloc.rpartition("@")
    with Proxy(free_port(), url.port or 5432) as away:
        away.set("blackhole" if says_nothing else "refuse")
        several = url._replace(netloc=f"{role}@127.0.0.1:{away.port},{host}", query="target_session_attrs=read-write")
        database = Database(several.geturl(), application="x")
        await database.open()
        await _begin(database)
        await _read(database)
        await (await database.dedicated()).close()
        await database.close()


async def test_a_server_that_takes_no_writes_is_none_of_several(store_url: str) -> None:
    connection = await asyncpg.connect(store_url)
    name = urlsplit(store_url).path.removeprefix("/")
    await connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await connection.close()
    with pytest.raises(INFRASTRUCTURE):
        await Database(f"{store_url}?target_session_attrs=read-write", application="x").open()
