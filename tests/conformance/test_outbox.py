"""Events of one transaction share rows of the outbox, and each of them is published all the same."""

from collections.abc import Iterator
from uuid import uuid4

import asyncpg
import pytest

from shared.messaging import outbox, outbox_tables
from shared.runtime.database import Connection, columns
from tests.conformance.events import Told
from tests.conformance.relaying import published, running, waiting
from tests.conformance.stage import Bench, eventually

_ROWS = "SELECT topic, id, ids FROM outbox ORDER BY id"


async def _rows(connection: Connection) -> list[tuple[str, list[int]]]:
    """The topic and the ids of each row."""
    return [(row["topic"], row["ids"] or [row["id"]]) for row in await connection.fetch(_ROWS)]


async def test_a_row_has_the_events_of_one_transaction_on_one_topic(bench: Bench, topic: str) -> None:
    other = f"{topic}.other"
    await bench.write_down(*(Told(on=topic, account=uuid4(), number=n) for n in range(outbox.TOGETHER + 1)))
    await bench.write_down(*(Told(on=on, account=uuid4(), number=n) for n in range(2) for on in (topic, other)))
    async with bench.database.connection() as connection:
        rows = await _rows(connection)
        assert await connection.fetchval("SELECT count(*) FROM outbox WHERE ids IS NULL") == 1, "an id needs no list"
        ids = await connection.fetchval("SELECT array_agg(id ORDER BY id) FROM journal")
    assert [(on, len(found)) for on, found in rows] == [(topic, outbox.TOGETHER), (topic, 1), (topic, 2), (other, 2)]
    assert sorted(id_ for _, found in rows for id_ in found) == ids


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As while a release runs that cannot read such rows."""
    monkeypatch.setenv("PDP_OUTBOX_TOGETHER", "false")
    outbox.together.cache_clear()
    yield
    outbox.together.cache_clear()


@pytest.mark.usefixtures("apart")
async def test_beside_a_release_that_cannot_read_it_no_row_is_shared(bench: Bench, topic: str) -> None:
    await bench.write_down(*(Told(on=topic, account=uuid4(), number=n) for n in range(3)))
    assert await bench.count("outbox", "ids IS NULL") == 3
    async with running(bench.relay()):
        await eventually(lambda: published(bench))
    assert len(await bench.told_on(topic)) == 3


async def test_of_a_row_that_is_published_in_part_the_rest_stays(bench: Bench, topic: str) -> None:
    await bench.write_down(*(Told(on=topic, account=uuid4(), number=n) for n in range(5)))
    async with bench.database.connection() as connection:
        entries = await outbox.unpublished(connection, 100, 1_000_000)
        first, *rest = [entry.id for entry in entries]
        round_ = outbox.Round(entries)
        await round_.published(connection, [first, rest[2]])
        left = [rest[0], rest[1], rest[3]]
        assert [entry.id for entry in await outbox.unpublished(connection, 100, 1_000_000)] == left
        assert await connection.fetchval("SELECT id FROM outbox") == first, "the row keeps its name"
        await round_.published(connection, left[:1])
        assert [entry.id for entry in await outbox.unpublished(connection, 100, 1_000_000)] == left[1:]
        await round_.published(connection, left[1:])
        assert await bench.count("outbox") == 0


async def test_two_leaders_that_published_a_part_each_leave_nothing_behind(bench: Bench, topic: str) -> None:
    """Who lost the lock ends the round that it has: neither takes off what only the other knows of."""
    await bench.write_down(*(Told(on=topic, account=uuid4(), number=n) for n in range(4)))
    async with bench.database.connection() as connection:
        before = await outbox.unpublished(connection, 100, 1_000_000)
        ids = [entry.id for entry in before]
        late, new = outbox.Round(before), outbox.Round(before)
        await new.published(connection, ids[2:])
        await late.published(connection, ids[:1])
        assert await waiting(bench) == 1
        await late.published(connection, ids[1:2])
        assert await bench.count("outbox") == 0, "a row without ids would be old for ever"


async def test_a_round_that_ends_within_a_row_goes_on_with_its_rest(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In order, each once, also where the next round is fetched while this one is under way."""
    monkeypatch.setattr("shared.messaging.relay.ROUND", 3)
    key = uuid4()
    for first in (0, 7):
        await bench.write_down(*(Told(on=topic, account=key, number=first + n) for n in range(7)))
    async with running(bench.relay()):
        await eventually(lambda: published(bench))
    assert [told.number for told in await bench.told_on(topic)] == list(range(14))


async def test_a_mark_that_the_store_did_not_answer_is_made_again_and_takes_nothing_else_off(
    bench: Bench, topic: str
) -> None:
    """As where the row was locked: nobody knows what became of the statement."""
    await bench.write_down(*(Told(on=topic, account=uuid4(), number=n) for n in range(2)))
    async with bench.database.connection() as connection, bench.database.connection() as other:
        entries = await outbox.unpublished(connection, 100, 1_000_000)
        round_, first = outbox.Round(entries), entries[0].id
        transaction = other.transaction()
        await transaction.start()
        await other.execute("SELECT FROM outbox FOR UPDATE")
        await connection.execute("SET statement_timeout = 100")
        with pytest.raises(asyncpg.QueryCanceledError):
            await round_.published(connection, [first])
        await transaction.rollback()
        await round_.published(connection, [first])
        await round_.published(connection, [first])
        assert [entry.id for entry in await outbox.unpublished(connection, 100, 1_000_000)] == [entries[1].id]
        await connection.execute("RESET statement_timeout")


async def _resend(connection: Connection, topic: str) -> None:
    """As `resend.py` does, all that the journal has."""
    rows = await connection.fetch("SELECT id, recorded_at FROM journal ORDER BY id")
    await connection.execute(outbox.AGAIN, *columns([tuple(row) for row in rows]), topic)


async def test_what_is_resent_while_its_row_waits_goes_once_and_in_order(bench: Bench, topic: str) -> None:
    key = uuid4()
    await bench.write_down(*(Told(on=topic, account=key, number=n) for n in range(3)))
    async with bench.database.connection() as connection:
        entries = await outbox.unpublished(connection, 100, 1_000_000)
        # The row keeps the name of the one that is off it.
        await outbox.Round(entries).published(connection, [entries[0].id])
        await _resend(connection, topic)
        await _resend(connection, topic)
        assert await waiting(bench) == 5, "three once more, two for the first time"
    async with running(bench.relay()):
        await eventually(lambda: published(bench))
    assert [told.number for told in await bench.told_on(topic)] == [0, 1, 2]


async def test_an_entry_without_a_line_in_the_journal_holds_up_nobody(
    bench: Bench, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part of the journal is detached, or was not restored."""
    monkeypatch.setattr("shared.messaging.relay.ROUND", 5)
    await bench.write_down(*(Told(on=topic, account=uuid4(), number=n) for n in range(7)))
    async with bench.database.connection() as connection:
        await connection.execute("DELETE FROM journal WHERE id <> (SELECT max(id) FROM journal)")
    await bench.write_down(Told(on=topic, account=uuid4(), number=7))
    async with running(bench.relay()):
        await eventually(lambda: published(bench, but=6))
    assert {told.number for told in await bench.told_on(topic)} == {6, 7}


async def test_without_the_column_each_event_has_a_row_again(bench: Bench, topic: str) -> None:
    await bench.write_down(*(Told(on=topic, account=uuid4(), number=n) for n in range(3)))
    async with bench.database.connection() as connection:
        await _resend(connection, topic)
        before = sorted({entry.id for entry in await outbox.unpublished(connection, 100, 1_000_000)})
        transaction = connection.transaction()
        await transaction.start()
        for statement in outbox_tables.REMOVED:
            await connection.execute(statement)
        assert [row["id"] for row in await connection.fetch("SELECT id FROM outbox ORDER BY id")] == before
        await transaction.rollback()
