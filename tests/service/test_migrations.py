"""Migrations on a store that others use: who waits for whom, and what a failure leaves behind."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from shared.messaging.retry import Backoff
from shared.service import migrations
from shared.service.migrations import LockedOutError
from shared.testing.migrations import Scripts, upgrade
from tests.conformance.stage import eventually

FIRST = 'op.create_table("firm", sa.Column("id", sa.Integer(), primary_key=True))'
EXPAND = 'op.add_column("firm", sa.Column("size", sa.Integer(), nullable=False, server_default="7"))'
INDEX = """
with op.get_context().autocommit_block():
    op.create_index("firm_size", "firm", ["size"], unique=True, if_not_exists=True, postgresql_concurrently=True)
"""
IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('firm_size')"
BUILDS = "SELECT count(*) FROM pg_stat_progress_create_index"

InUse = Callable[[str], AbstractAsyncContextManager[None]]


@pytest.fixture
def scripts(tmp_path: Path) -> Scripts:
    scripts = Scripts(tmp_path / "migrations")
    scripts.add(FIRST)
    return scripts


@pytest.fixture
async def store(store_url: str, scripts: Scripts) -> AsyncIterator[asyncpg.Connection]:
    """A store at the first revision."""
    await _upgrade(scripts, store_url)
    connection = await asyncpg.connect(store_url)
    yield connection
    await connection.close()


@pytest.fixture
def in_use(store_url: str) -> InUse:
    """A transaction that stays open, after a statement."""

    @asynccontextmanager
    async def open_after(statement: str) -> AsyncIterator[None]:
        connection = await asyncpg.connect(store_url, server_settings={"application_name": "report"})
        try:
            async with connection.transaction(isolation="repeatable_read"):
                await connection.execute(statement)
                yield
        finally:
            await connection.close()

    return open_after


@pytest.fixture
def lock_timeouts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The attempts that ended by lock timeout."""
    attempts: list[int] = []

    def pause(_: Backoff, attempt: int) -> float:
        attempts.append(attempt)
        return 0.5

    monkeypatch.setattr(Backoff, "pause", pause)
    return attempts


async def _upgrade(scripts: Scripts, url: str) -> None:
    await asyncio.to_thread(upgrade, scripts.folder, url)


async def _start(scripts: Scripts, url: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "shared.testing.migrations", str(scripts.folder), url
    )


async def _revision(store: asyncpg.Connection) -> str:
    found: str = await store.fetchval("SELECT version_num FROM alembic_version")
    return found


async def test_each_revision_is_a_transaction_of_its_own(
    scripts: Scripts, store: asyncpg.Connection, store_url: str
) -> None:
    scripts.add(EXPAND)
    scripts.add(EXPAND.replace("size", "age") + "\n" + EXPAND)
    with pytest.raises(Exception, match="already exists"):
        await _upgrade(scripts, store_url)
    assert await _revision(store) == "0002"
    columns = await store.fetch("SELECT column_name FROM information_schema.columns WHERE table_name = 'firm'")
    assert {row["column_name"] for row in columns} == {"id", "size"}


async def test_readers_do_not_queue_behind_a_migration_that_waits(
    scripts: Scripts, store: asyncpg.Connection, store_url: str, in_use: InUse, lock_timeouts: list[int]
) -> None:
    scripts.add(EXPAND)
    async with in_use("SELECT FROM firm"):
        migrating = asyncio.create_task(_upgrade(scripts, store_url))
        await eventually(_async(lambda: len(lock_timeouts) >= 3))
        await asyncio.wait_for(store.execute("INSERT INTO firm VALUES (1)"), 10)
        assert not migrating.done()
    await migrating
    assert await store.fetchval("SELECT size FROM firm") == 7


async def test_a_table_that_stays_in_use_ends_the_migration_and_names_who_uses_it(
    scripts: Scripts, store: asyncpg.Connection, store_url: str, in_use: InUse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "PATIENCE_S", 2)
    scripts.add(EXPAND)
    async with in_use("SELECT FROM firm"):
        with pytest.raises(
            LockedOutError, match=r"gave up after 2 s.*pid \d+ \(report, idle in transaction, for \d+ s\)"
        ):
            await _upgrade(scripts, store_url)
        assert await _revision(store) == "0001"


async def test_a_concurrent_build_waits_for_older_transactions_and_holds_nobody_up(
    scripts: Scripts, store: asyncpg.Connection, store_url: str, in_use: InUse, lock_timeouts: list[int]
) -> None:
    scripts.add(EXPAND)
    await _upgrade(scripts, store_url)
    scripts.add(INDEX)
    async with in_use("SELECT FROM firm"):
        migrating = asyncio.create_task(_upgrade(scripts, store_url))
        await asyncio.sleep(2 * migrations.LOCK_TIMEOUT_S)
        await asyncio.wait_for(store.execute("INSERT INTO firm VALUES (1)"), 1)
        assert not migrating.done()
    await migrating
    assert lock_timeouts == []
    assert await store.fetchval(IS_VALID) is True


async def test_an_index_that_a_failed_build_left_is_built_anew(
    scripts: Scripts, store: asyncpg.Connection, store_url: str
) -> None:
    scripts.add(EXPAND)
    scripts.add(INDEX)
    await store.execute("INSERT INTO firm VALUES (1), (2)")
    with pytest.raises(Exception, match="could not create unique index"):
        await _upgrade(scripts, store_url)
    assert await store.fetchval(IS_VALID) is False
    await store.execute("UPDATE firm SET size = id")
    await _upgrade(scripts, store_url)
    assert await store.fetchval(IS_VALID) is True


async def test_of_two_that_start_at_once_one_migrates_and_the_other_waits(
    scripts: Scripts, store: asyncpg.Connection, store_url: str, in_use: InUse
) -> None:
    scripts.add(EXPAND)
    await _upgrade(scripts, store_url)
    scripts.add(INDEX)
    async with in_use("SELECT FROM firm"):
        both = [await _start(scripts, store_url) for _ in range(2)]
        await eventually(lambda: store.fetchval(BUILDS))
        # Longer than PostgreSQL takes to find that a build and a starter behind it wait for each other.
        await asyncio.sleep(5)
        assert [each.returncode for each in both] == [None, None]
    assert await asyncio.gather(*(each.wait() for each in both)) == [0, 0]
    assert await _revision(store) == "0003"
    assert await store.fetchval(IS_VALID) is True


async def test_the_program_says_in_one_line_why_it_gave_up(store_url: str, in_use: InUse) -> None:
    impatient = "import runpy; from shared.service import migrations; migrations.PATIENCE_S = 1; "
    program = impatient + "runpy.run_module('shared.service.migrations', run_name='__main__')"
    async with in_use("CREATE SEQUENCE journal_id_seq"):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program, "matching"),
            env={**os.environ, "PDP_DATABASE_URL": store_url, "PDP_LOG_LEVEL": "ERROR"},
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await process.communicate()
    assert process.returncode == 1
    assert said.decode().splitlines()[-1].startswith("gave up after 1 s, because a table stayed in use.")
    assert b"Traceback" not in said


def _async(check: Callable[[], bool]) -> Callable[[], object]:
    async def look() -> bool:
        return check()

    return look


async def test_a_release_that_is_gone_back_to_takes_the_store_as_it_is(
    store: asyncpg.Connection, store_url: str, scripts: Scripts, tmp_path: Path
) -> None:
    scripts.add(EXPAND)
    await _upgrade(scripts, store_url)
    before = Scripts(tmp_path / "before")
    before.add(FIRST)
    await _upgrade(before, store_url)
    assert await _revision(store) == "0002"
    assert await store.fetchval("SELECT count(*) FROM information_schema.columns WHERE table_name = 'firm'") == 2
