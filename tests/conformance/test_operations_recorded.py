"""What operators do is recorded in the transaction that does it, or is not done."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.contracts import acts as acts_of_all
from shared.contracts import audit as catalogue
from shared.messaging.codec import Record
from shared.messaging.producer import partition_of
from shared.messaging.topics import SUPPLIER
from tests.conformance.stage import Bench, Consuming, eventually
from tests.conformance.test_operations import consuming, operator

__all__ = ["consuming", "operator"]

CHANGED = (
    *("audit", "audit_unsealed", "blocked_key", "blocked_record", "dead_letter", "dead_letter_action"),
    *("outbox", "record_gap", "resend", "skip"),
)


class Operations:
    """Does each first while the audit log takes no row, and then again."""

    def __init__(self, bench: Bench, operator: httpx.AsyncClient) -> None:
        self.done: set[str] = set()
        self._bench = bench
        self._operator = operator

    async def do(
        self,
        name: str,
        path: str,
        body: Mapping[str, Any] | None,
        *about: UUID | None,
        undone: Callable[[], bool] = lambda: True,
    ) -> None:
        async with self._bench.database.connection() as connection:
            before = [await connection.fetch(f"SELECT * FROM {table}") for table in CHANGED]
            await connection.execute("ALTER TABLE audit ADD CONSTRAINT closed CHECK (false) NOT VALID")
            failed = await self._operator.post(path, json=body)
            await connection.execute("ALTER TABLE audit DROP CONSTRAINT closed")
            assert failed.status_code == 500, (name, failed.text)
            assert [await connection.fetch(f"SELECT * FROM {table}") for table in CHANGED] == before, name
            assert undone(), name
            last = await connection.fetchval("SELECT coalesce(max(id), 0) FROM audit")
            done = await self._operator.post(path, json=body)
            assert done.status_code == 200, (name, done.text)
            rows = await connection.fetch("SELECT action, actor ->> 'subject', about FROM audit WHERE id > $1", last)
        assert [tuple(row) for row in rows] == [(catalogue.change("portal", name), "ana", each) for each in about], name
        self.done.add(name)


async def test_every_operation_is_recorded_with_what_it_does_or_is_not_done(
    bench: Bench, consuming: Consuming, operator: httpx.AsyncClient, topic: str
) -> None:
    operations = Operations(bench, operator)
    await _skip(bench, consuming, operations, topic)
    await _dead_letters(bench, operations)
    await _gaps(bench, operations)
    await _resume(consuming, operations)
    assert operations.done == acts_of_all.OPERATIONS.keys()


async def _skip(bench: Bench, consuming: Consuming, operations: Operations, topic: str) -> None:
    partition = partition_of(str(key := uuid4()).encode(), 3)
    place = {"topic": topic, "partition": partition, "offset": 1}

    async def consumed() -> bool:
        found = await consuming.subscriber.standing(topic, partition)
        return found is not None and found.goes_on == 1

    bench.rule.failing = lambda event: ConnectionError() if event.number == 2 else None
    await bench.tell(topic, key, 1)
    async with consuming:
        await eventually(consumed)
        await bench.tell(topic, key, 2)
        await operations.do("skip_record", "/dead-letters/skip", place | {"reason": "it hangs"}, None)
        await operations.do("withdraw_skip", "/dead-letters/skip/withdraw", place, None)


async def _dead_letters(bench: Bench, operations: Operations) -> None:
    """One with a record behind it, which takes its place."""
    key = str(uuid4()).encode()
    await bench.runner.consume([Record("t.v1", 0, offset, key, b"-") for offset in range(2)])
    async with bench.database.connection() as connection:
        letter = await connection.fetchval("SELECT id FROM dead_letter")
    everything = {"all": True}
    await operations.do("replay_dead_letters", "/dead-letters/replay", everything, letter)
    async with bench.database.connection() as connection:
        await connection.execute("DELETE FROM blocked_record")
    await operations.do("discard_dead_letters", "/dead-letters/discard", everything, letter)


async def _gaps(bench: Bench, operations: Operations) -> None:
    async with bench.database.connection() as connection:
        await connection.execute(
            "INSERT INTO record_gap (consumer_group, topic, partition, first, last) VALUES ('matching', $1, 3, 5, 9)",
            SUPPLIER.name,
        )
    await operations.do("close_record_gaps", "/record-gaps/close", {"all": True, "reason": "resent"}, None)
    await operations.do("resend_events", "/journal/resend", {"topic": SUPPLIER.name, "reason": "gap 1"}, None)


async def _resume(consuming: Consuming, operations: Operations) -> None:
    """Its act is none of the store's: who stopped has not gone on where it was not recorded."""
    stopped = consuming.subscriber._runner.limit
    stopped.reached = True
    await operations.do("resume_consuming", "/dead-letters/resume", None, None, undone=lambda: stopped.reached)
    assert not stopped.reached
