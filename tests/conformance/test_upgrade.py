"""A release beside the one before, on the real pair: events flow while the store is migrated and the next starts."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from shared.contracts.event import Cause
from shared.messaging.commands import Commands
from shared.messaging.decision import Refused
from shared.runtime.database import Connection
from shared.service.migrations import LOCK_TIMEOUT_S
from shared.testing.ledger import Balance, Books, Mark, balance
from shared.testing.migrations import Scripts, upgrade
from tests.conformance.next_release import EXPAND, INDEX
from tests.conformance.stage import Account, Bench, accounts, eventually
from tests.conftest import Broker
from tests.faults import stage
from tests.faults.plant import START_S
from tests.faults.source import Source
from tests.faults.worker import Worker

CAUSE = Cause(correlation_id="upgrade")
ROWS = 100_000
"""That others wrote: a build takes a second or more."""
PAUSE_S = 10 * LOCK_TIMEOUT_S
"""Consuming never pauses for longer while the store is migrated: a few revisions, each with a lock timeout."""


@dataclass
class Release:
    """This release under load, and the scripts of the next."""

    url: str
    store: asyncpg.Connection
    scripts: Scripts
    source: Source
    folder: Path
    env: dict[str, str]
    workers: list[Worker] = field(default_factory=list)

    async def start(self, module: str) -> Worker:
        worker = Worker("", self.env, self.folder / f"{module}.log", module)
        self.workers.append(worker)
        worker.start()
        await eventually(worker.ready, START_S)
        return worker

    async def migrate(self) -> asyncio.subprocess.Process:
        command = [sys.executable, "-m", "shared.testing.migrations", str(self.scripts.folder), self.url]
        return await asyncio.create_subprocess_exec(*command)

    async def clock(self) -> datetime:
        """The store's, which dates the effects."""
        found: datetime = await self.store.fetchval("SELECT clock_timestamp()")
        return found

    async def effects(self, hop: int) -> list[Mark]:
        rows = await self.store.fetch("SELECT key, number FROM effect WHERE hop = $1 ORDER BY serial", hop)
        return [(row["key"], row["number"]) for row in rows]

    async def all_took_effect(self) -> bool:
        return len(await self.effects(2)) >= len(self.source.sent)

    async def catches_up(self) -> bool:
        """Whether what is sent from now on takes effect."""
        sent = len(self.source.sent)
        await eventually(lambda: self._reaches(sent + 1))
        return True

    async def _reaches(self, count: int) -> bool:
        return len(await self.effects(1)) >= count

    async def books(self) -> list[Balance]:
        return [balance(Books(self.source.sent, await self.effects(hop))) for hop in (1, 2)]


@pytest.fixture
async def release(store_url: str, broker: Broker, tmp_path: Path) -> AsyncIterator[Release]:
    topics = [
        await broker.create_topic(f"upgrade.{tmp_path.name.replace('_', '-')}.{name}.v1") for name in ("told", "noted")
    ]
    await stage.make_store(store_url)
    scripts = Scripts(tmp_path / "migrations")
    scripts.add("pass")
    await asyncio.to_thread(upgrade, scripts.folder, store_url)
    settings = broker.settings()
    env = {
        "PDP_DATABASE_URL": store_url,
        "PDP_KAFKA_BOOTSTRAP": settings.bootstrap,
        "PDP_KAFKA_USER": settings.user,
        "PDP_KAFKA_PASSWORD": settings.password.get_secret_value(),
        "PDP_TOPICS": ",".join(topics),
        "PDP_STOP_GRACE_S": "5",
    }
    store = await asyncpg.connect(store_url)
    release = Release(store_url, store, scripts, Source(settings, topics[0]), tmp_path, env)
    sending = asyncio.create_task(release.source.run())
    try:
        await release.start("tests.faults.service")
        yield release
    finally:
        release.source.stop()
        await sending
        await asyncio.gather(*(worker.stop() for worker in release.workers))
        await store.close()


@pytest.mark.timeout(240)
async def test_events_are_consumed_while_the_store_is_migrated_and_the_next_release_starts(
    release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    await release.store.execute(_OTHERS)
    await release.catches_up()
    release.scripts.add(EXPAND)
    release.scripts.add(INDEX)
    begun = await release.clock()
    assert await (await release.migrate()).wait() == 0
    ended = await release.clock()
    await release.start("tests.conformance.next_release")
    await release.catches_up()
    assert await release.workers[0].stop()
    await release.catches_up()
    release.source.stop()
    await eventually(release.all_took_effect, 60)

    during, pause = await _meanwhile(release, begun, ended)
    with capsys.disabled():
        sys.stdout.write(f"\nstore migrated: {during} events consumed meanwhile, longest pause {pause:.2f} s")
    assert during > 0
    assert pause < PAUSE_S
    assert await _releases(release) == {1, 2}
    assert [(hop.lost, hop.doubled, hop.disordered) for hop in await release.books()] == [(0, 0, 0)] * 2


@pytest.mark.timeout(240)
async def test_a_migration_gives_way_to_a_table_in_use_and_consuming_goes_on(
    release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    await release.catches_up()
    release.scripts.add(EXPAND)
    begun = await release.clock()
    reader = await asyncpg.connect(release.url)
    try:
        async with reader.transaction():
            await reader.execute("SELECT FROM effect LIMIT 1")
            migrating = await release.migrate()
            await eventually(lambda: release.store.fetchval(_TRIES))
            for _ in range(3):
                await asyncio.sleep(LOCK_TIMEOUT_S)
                await release.catches_up()
            assert migrating.returncode is None
    finally:
        await reader.close()
    assert await migrating.wait() == 0
    during, pause = await _meanwhile(release, begun, await release.clock())
    with capsys.disabled():
        sys.stdout.write(f"\ntable in use: {during} events consumed meanwhile, longest pause {pause:.2f} s")
    await release.catches_up()
    release.source.stop()
    await eventually(release.all_took_effect, 60)
    assert await _releases(release) == {1}
    assert [(hop.lost, hop.doubled, hop.disordered) for hop in await release.books()] == [(0, 0, 0)] * 2


async def test_a_command_that_reads_all_columns_bears_a_new_one(bench: Bench) -> None:
    commands = Commands(bench.database, "conformance")

    async def run() -> Account | Refused:
        return await commands.run(accounts, uuid4(), lambda *_: Refused("invalid", "no"), CAUSE, all_columns)

    async def all_columns(connection: Connection) -> int:
        return len(await connection.fetch("SELECT * FROM account"))

    await run()
    async with bench.database.connection() as connection:
        await connection.execute("ALTER TABLE account ADD COLUMN size integer")
    assert isinstance(await run(), Refused)


_OTHERS = f"INSERT INTO effect (hop, key, number) SELECT 0, gen_random_uuid(), 0 FROM generate_series(1, {ROWS})"
_PAUSE = """
    SELECT count(*) FILTER (WHERE at BETWEEN $1 AND $2) AS during,
           extract(epoch FROM max(at - before) FILTER (WHERE at >= $1 AND before <= $2))::float AS pause
    FROM (SELECT at, lag(at) OVER (ORDER BY at) AS before FROM effect WHERE hop = 1) AS each
"""
_TRIES = """
    SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE application_name = 'migrations' AND relation = 'effect'::regclass AND NOT granted
"""


async def _meanwhile(release: Release, begun: datetime, ended: datetime) -> tuple[int, float]:
    """Events consumed between two moments, and the longest time between two of them."""
    (row,) = await release.store.fetch(_PAUSE, begun, ended)
    return row["during"], row["pause"]


async def _releases(release: Release) -> set[int]:
    rows = await release.store.fetch("SELECT DISTINCT release FROM effect WHERE hop > 0")
    return {row["release"] for row in rows}
