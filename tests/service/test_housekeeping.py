"""What a store needs from time to time must stop no process of its service."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from structlog.testing import capture_logs

from shared.messaging import inbox, journal, tables
from shared.runtime import clock
from shared.runtime.database import Connection, Database
from shared.service import housekeeping
from tests.conformance.stage import eventually

AHEAD = timedelta(days=90)
YEARS_AHEAD = datetime(2090, 11, 1, tzinfo=UTC)
WANTED = {"journal_2090_11", "journal_2090_12", "journal_2091_01", "journal_2091_02"}

WRITE = """
    INSERT INTO journal (event_id, topic, key, type, body)
    VALUES (gen_random_uuid(), 't', gen_random_uuid(), 't', '')
"""
FIRST = asyncio.FIRST_COMPLETED


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(store_url)
    for statement in tables.ALL:
        await connection.execute(statement)
    yield connection
    await connection.close()


async def test_the_inbox_forgets_in_statements_of_a_bounded_size(
    store: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "FORGOTTEN_AT_ONCE", 10)
    for age, rows in (("2 days", 35), ("1 hour", 5)):
        await store.execute(
            f"INSERT INTO inbox SELECT gen_random_uuid(), now() - interval '{age}' FROM generate_series(1, {rows})"
        )
    statements: list[str] = []
    with store.query_logger(lambda record: statements.append(record.query)):
        await inbox.forget(store, timedelta(days=1))
        await store.execute("SELECT")  # The logger is told in the loop's next round.
    assert sum("DELETE" in statement for statement in statements) == 4
    assert await store.fetchval("SELECT count(*) FROM inbox") == 5


async def test_a_host_whose_clock_is_weeks_ahead_forgets_nothing_early(
    store: Connection, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every age is the store's to judge, in every statement of the chores."""
    real = clock.now
    for module in [module for name, module in sys.modules.items() if name.startswith("shared.")]:
        if getattr(module, "now", None) is real:
            monkeypatch.setattr(module, "now", lambda: real() + AHEAD)
    await store.execute("INSERT INTO inbox VALUES (gen_random_uuid())")
    await store.execute("INSERT INTO idempotency VALUES ('key', '', '', now())")
    await store.execute(
        'INSERT INTO dead_letter (id, topic, partition, "offset", value, reason, error, at, closed_at)'
        " VALUES (gen_random_uuid(), 'partner.a.answers.v1', 0, 0, 'v', 'r', 'e', now(), now())"
    )
    database = Database(store_url, application="test")
    await database.open()
    await housekeeping.ensure_partitions(database)
    await housekeeping.forget(database)
    await database.close()
    for kept in ("inbox", "idempotency", "dead_letter WHERE value IS NOT NULL"):
        assert await store.fetchval(f"SELECT count(*) FROM {kept}") == 1, kept
    made = await store.fetch(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'journal'::regclass"
    )
    assert {row["name"] for row in made} == {"journal_default", f"journal_{real():%Y_%m}"}


async def test_two_processes_may_make_the_same_partitions_at_once(store: Connection, store_url: str) -> None:
    other = await asyncpg.connect(store_url)
    async with store.transaction():
        await journal.ensure_partitions(store, YEARS_AHEAD)
        second = asyncio.create_task(journal.ensure_partitions(other, YEARS_AHEAD))
        await eventually(lambda: _somebody_waits(store))
    await second
    await other.close()
    assert await _partitions(store) >= WANTED


async def test_a_month_that_is_in_the_default_partition_already_stops_nothing(store: Connection) -> None:
    await store.execute(
        "INSERT INTO journal (recorded_at, event_id, topic, key, type, body)"
        " VALUES ($1, gen_random_uuid(), 't', gen_random_uuid(), 't', '')",
        YEARS_AHEAD,
    )
    with capture_logs() as logs:
        await journal.ensure_partitions(store, YEARS_AHEAD)
    assert WANTED - await _partitions(store) == {"journal_2090_11"}
    assert [(line["event"], line["partition"]) for line in logs] == [("journal_partition_refused", "journal_2090_11")]


async def test_trap_16_a_reader_of_the_journal_keeps_no_decision_waiting(store: Connection, store_url: str) -> None:
    reader, decider = await asyncpg.connect(store_url), await asyncpg.connect(store_url)
    async with reader.transaction():
        await reader.fetch("SELECT * FROM journal")
        making = asyncio.create_task(journal.ensure_partitions(store, YEARS_AHEAD))
        await asyncio.wait({making, asyncio.create_task(_until_somebody_waits(decider))}, return_when=FIRST)
        await decider.execute(WRITE, timeout=10)
        with contextlib.suppress(asyncpg.LockNotAvailableError):
            await making
    await journal.ensure_partitions(store, YEARS_AHEAD)
    await asyncio.gather(reader.close(), decider.close())
    attached = await store.fetch("SELECT inhrelid::regclass::text AS name FROM pg_inherits")
    assert {row["name"] for row in attached} >= WANTED


async def _until_somebody_waits(connection: Connection) -> None:
    await eventually(lambda: _somebody_waits(connection))


async def _partitions(store: Connection) -> set[str]:
    rows = await store.fetch("SELECT relname FROM pg_class WHERE relname LIKE 'journal_2%'")
    return {row["relname"] for row in rows}


async def _somebody_waits(store: Connection) -> bool:
    return await store.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0


async def test_every_reference_is_found_by_an_index(store: Connection) -> None:
    """Without one a look for what refers to a row, or its deletion, reads the whole table."""
    rows = await store.fetch("""
        SELECT conrelid::regclass::text AS name FROM pg_constraint AS c WHERE contype = 'f' AND NOT EXISTS (
            SELECT FROM pg_index AS i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1]
        )
    """)
    assert [row["name"] for row in rows] == []
