"""The regression gate: what the hot paths cost, counted, against `baseline.json`."""

from math import ceil
from uuid import uuid4

import pytest

from services.registration.app import build
from shared.contracts.matching import MatchFound
from shared.messaging import journal
from shared.messaging.batch import BatchRunner
from shared.messaging.codec import Record
from shared.messaging.producer import Publisher
from shared.messaging.relay import ROUND, Relay
from shared.messaging.routing import on
from shared.runtime import logging
from shared.runtime.database import Connection, Database
from shared.testing.stage import StageUnderTest
from tests.bench.counters import counted, judge
from tests.bench.workload import PARTITIONS, TOPIC, accounts, entries, found, match_found
from tests.conftest import Broker, Migrated
from tests.registration.suppliers import body

BATCH = 500
KEYS = 100
SETTLED = 10
"""Uses of a statement after which PostgreSQL has made up its mind about the plan that it keeps."""


def _records(first: int) -> list[Record]:
    made = entries(TOPIC, first, BATCH, KEYS)
    return [Record(TOPIC, 0, first + place, entry.key, entry.body) for place, entry in enumerate(made)]


async def test_a_batch_costs_no_more_than_it_did(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "_many", {"service": "bench"})
    runner = BatchRunner(store, "portal", (on(MatchFound, accounts, match_found),))
    for warm in range(SETTLED):
        await runner.consume(_records(warm * BATCH))
    records = _records(SETTLED * BATCH)
    async with counted(store) as cost:
        outcome = await runner.consume(records)
    assert outcome.applied == BATCH
    judge(
        "batch",
        {
            "statements": cost.statements,
            "round_trips": cost.round_trips,
            "planned": cost.planned,
            "rows_scanned": cost.rows_scanned,
            "calls_per_event": cost.calls / BATCH,
        },
    )


async def test_a_single_event_has_no_statement_planned_for_it(store: Database) -> None:
    """An array of one makes a plan of its own look cheaper, at every use."""
    runner = BatchRunner(store, "portal", (on(MatchFound, accounts, match_found),))
    records = _records(0)
    for record in records[:SETTLED]:
        await runner.consume([record])
    async with counted(store) as cost:
        await runner.consume([records[SETTLED]])
    assert cost.statements > 3
    assert cost.planned == 0


async def test_the_plan_of_a_small_table_does_not_read_a_large_one(store: Database) -> None:
    runner = BatchRunner(store, "portal", (on(MatchFound, accounts, match_found),))
    records = _records(0)
    await runner.consume(records[:30])
    async with store.connection() as connection:
        await connection.execute("ALTER TABLE account SET (autovacuum_enabled = false)")
        await connection.execute("ANALYZE account")
    for record in records[KEYS : KEYS + SETTLED]:
        await runner.consume([record])
    async with store.connection() as connection:
        await connection.execute(
            "INSERT INTO account (id, taken, best) SELECT gen_random_uuid(), 1, 1 FROM generate_series(1, 20000)"
        )
        before = await _fetched(connection)
    await runner.consume([records[KEYS + SETTLED]])
    async with store.connection() as connection:
        assert await _fetched(connection) - before < 20


async def _fetched(connection: Connection) -> int:
    """Rows of the aggregates that were read by an index."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    rows: int = await connection.fetchval("SELECT idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'account'")
    return rows


async def test_a_round_of_the_relay_costs_no_more_than_it_did(
    store: Database, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = await broker.create_topic(f"bench.{uuid4().hex}.v1", PARTITIONS)
    publisher = Publisher(broker.settings(), "counters")
    relay = Relay(store, publisher)
    sent: list[str] = []
    async with store.connection() as connection:
        await _write_down(connection, topic, 2 * ROUND)
        # Counted is a round like most of a backlog: it was fetched while this one was under way.
        await relay.step(connection)
    _note_requests(publisher, monkeypatch, sent)
    async with counted(store) as cost, store.connection() as connection:
        await relay.step(connection)
    await publisher.close()
    async with store.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM outbox") == 0
    judge(
        "relay",
        {
            "statements": cost.statements,
            "round_trips": cost.round_trips,
            "rows_scanned": cost.rows_scanned,
            # How many partitions share a request depends on when each of them is ready.
            "produce_requests_per_partition": ceil(sent.count("ProduceRequest") / PARTITIONS),
            "calls_per_event": cost.calls / ROUND,
        },
    )


async def _write_down(connection, topic: str, count: int) -> None:
    await journal.append(connection, [found(number, KEYS) for number in range(count)])
    for table in ("journal", "outbox"):
        await connection.execute(f"UPDATE {table} SET topic = $1", topic)


def _note_requests(publisher: Publisher, monkeypatch: pytest.MonkeyPatch, sent: list[str]) -> None:
    producer = publisher._producer
    assert producer is not None
    send = producer.client.send

    async def noted(node, request, **more):
        sent.append(type(request).__name__.partition("_")[0])
        return await send(node, request, **more)

    monkeypatch.setattr(producer.client, "send", noted)


async def test_a_registration_over_http_costs_no_more_than_it_did(
    migrated: Migrated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDP_REGISTRATIONS_BURST", "1000")
    stage, _ = build()
    async with StageUnderTest(stage, await migrated("registration")) as registration:
        for number in range(SETTLED):
            (await registration.client.post("/suppliers", json=body(number))).raise_for_status()
        async with counted(registration.database) as cost:
            answer = await registration.client.post("/suppliers", json=body(SETTLED))
        assert answer.status_code == 202
    judge(
        "registration",
        {
            "statements": cost.statements,
            "round_trips": cost.round_trips,
            "rows_scanned": cost.rows_scanned,
            "calls": cost.calls,
        },
    )
