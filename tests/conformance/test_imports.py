"""What a stage promises about files of rows."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.files.rows import Header
from shared.messaging import imports
from shared.messaging.import_worker import BATCH, MOST_ATTEMPTS, ImportWorker, SmallImportWorker
from shared.messaging.importing import Importer, Kinds, Written
from shared.messaging.imports import TakenOverError
from shared.runtime.database import Connection
from tests.conformance.importing import (
    ACCOUNTS,
    CAUSE,
    KINDS,
    Accounts,
    Broken,
    Halting,
    Whole,
    content,
    found,
    rows,
    sent,
    taken_in,
    working,
)
from tests.conformance.stage import Account, Bench, accounts, eventually


async def test_each_row_goes_in_or_is_refused_alone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "MOST_FAULTS", 3)
    full = uuid4()
    async with bench.database.transaction() as connection:
        await accounts.save_many(connection, [Account(full, (1,)), Account(ACCOUNTS[1], ())], [])
    file = content(ACCOUNTS[0], "x", ACCOUNTS[1], full, ACCOUNTS[0], "y", "z", ACCOUNTS[2])
    id_ = await sent(bench, file)
    done = await taken_in(bench, id_, KINDS)
    assert (done.state, done.rows, done.read, done.accepted, done.refused) == ("done", 8, 8, 3, 5)
    assert done.outcomes == {"opened": 2, "unchanged": 1}
    async with bench.database.connection() as connection:
        faults = await imports.faults(connection, id_)
        back = await imports.refused_rows(connection, id_, 0)
    assert [(fault.line, fault.reason) for fault in faults] == [
        (3, "cell_number"),
        (5, "account_full"),
        (6, "account_repeated"),
    ], "the first ones, by line; the others are counted"
    assert [(row.line, [*row.sent], [fault.reason for fault in row.faults]) for row in back] == [
        (3, ["x"], ["cell_number"]),
        (5, [str(full)], ["account_full"]),
        (6, [str(ACCOUNTS[0])], ["account_repeated"]),
        (7, ["y"], ["cell_number"]),
        (8, ["z"], ["cell_number"]),
    ]
    assert done.header == Header(["account"], ["account"], [], ",")
    assert await rows(bench, "SELECT number FROM import_part") == [], "the file is forgotten"


async def test_who_sent_it_is_on_record_with_the_file_and_with_each_row(bench: Bench) -> None:
    id_ = await sent(bench, content(*ACCOUNTS[:2]))
    await taken_in(bench, id_, KINDS)
    acts = await rows(bench, "SELECT about, action, actor->>'subject', correlation_id FROM audit ORDER BY id")
    assert acts == [(about, CAUSE.action, "operator-1", "import-1") for about in (id_, *ACCOUNTS[:2])]
    events = await rows(bench, "SELECT key, actor->>'subject' FROM journal ORDER BY id")
    assert events == [(account, "operator-1") for account in ACCOUNTS[:2]]


async def test_a_process_that_dies_in_the_middle_leaves_the_rest_to_another_one(bench: Bench) -> None:
    again, halted = ACCOUNTS[0], asyncio.Event()
    id_ = await sent(bench, content(*ACCOUNTS, again))
    dying = ImportWorker(bench.database, "conformance", {"accounts": _halting(halted)})
    task = asyncio.create_task(dying.run())
    await halted.wait()
    async with working(bench, KINDS) as other:
        await other.idle.wait()
        assert (await found(bench, id_)).line == BATCH + 1, "nobody else works on it meanwhile"
    task.cancel()
    await asyncio.wait({task})
    done = await taken_in(bench, id_, KINDS)
    assert (done.state, done.read, done.outcomes) == ("done", len(ACCOUNTS) + 1, {"opened": len(ACCOUNTS)})
    assert await rows(bench, "SELECT count(*), count(DISTINCT key) FROM journal") == [(len(ACCOUNTS),) * 2]
    assert await rows(bench, "SELECT line, reason FROM import_fault") == [(len(ACCOUNTS) + 2, "account_repeated")]


def _halting(halted: asyncio.Event) -> Callable[..., Importer[Any]]:
    Halting.halted = halted
    return Halting


async def test_whoever_was_taken_for_dead_writes_nothing_more(bench: Bench) -> None:
    id_ = await sent(bench, content(*ACCOUNTS))
    before = await found(bench, id_)

    async def got_on(connection: Connection, line: int) -> None:
        await accounts.save_many(connection, [Account(uuid4(), ())], [])
        await imports.advance(connection, before, replace(before, line=line), [], [])

    async with bench.database.transaction() as connection:
        await got_on(connection, 2)
    with pytest.raises(TakenOverError):
        async with bench.database.transaction() as connection:
            await got_on(connection, 3)
    assert await rows(bench, "SELECT count(*) FROM account") == [(1,)]


async def test_a_stop_ends_what_is_under_way_and_the_next_start_goes_on(bench: Bench) -> None:
    halted = asyncio.Event()
    id_ = await sent(bench, content(*ACCOUNTS))

    class Stopping(Accounts):
        async def apply(self, batch: Sequence[tuple[int, UUID]], written: Written) -> None:
            await super().apply(batch, written)
            halted.set()

    async with working(bench, {"accounts": Stopping}):
        await halted.wait()
    left = await found(bench, id_)
    assert (left.state, left.ended_at, 0 < left.read < len(ACCOUNTS)) == ("running", None, True)
    assert (await taken_in(bench, id_, KINDS)).accepted == len(ACCOUNTS)


async def test_a_fault_of_ours_stops_one_file_and_not_the_next(bench: Bench) -> None:
    kinds: Kinds = {"broken": Broken, "accounts": Accounts}
    broken, good = await sent(bench, content(*ACCOUNTS), "broken"), await sent(bench, content(ACCOUNTS[0]))
    assert (await taken_in(bench, good, kinds)).state == "done"
    stopped = await found(bench, broken, "broken")
    assert (stopped.state, stopped.reason, stopped.read) == ("stopped", "import_failed", 0)


async def test_a_file_with_which_nobody_gets_on_is_not_begun_for_ever(bench: Bench) -> None:
    id_ = await sent(bench, content(*ACCOUNTS))
    async with bench.database.connection() as connection:
        await connection.execute("UPDATE import SET attempts = $1", MOST_ATTEMPTS)
    assert (await taken_in(bench, id_, KINDS)).state == "stopped"


@pytest.mark.parametrize(
    ("file", "fields", "reason"),
    [
        (content("a", "?"), {}, "file_format"),
        (content("a"), {"older": "yes"}, "older"),
        (b"x", {}, "file_column_missing"),
    ],
)
async def test_a_file_that_goes_in_as_a_whole_or_not(
    bench: Bench, file: bytes, fields: dict[str, str], reason: str
) -> None:
    Whole.discarded = []
    id_ = await sent(bench, file, "whole", **fields)
    refused = await taken_in(bench, id_, {"whole": Whole}, "whole")
    assert (refused.state, refused.reason, Whole.discarded) == ("refused", reason, [id_])
    assert (refused.accepted, refused.outcomes, refused.refused) == (0, {}, refused.read), "nothing of it went in"
    whole = await sent(bench, content("a"), "whole")
    assert ((await taken_in(bench, whole, {"whole": Whole}, "whole")).state, Whole.discarded) == ("done", [id_])


async def test_a_small_file_does_not_wait_behind_a_large_one(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    halted = asyncio.Event()
    monkeypatch.setattr(SmallImportWorker, "most_bytes", 1_000)
    kinds: Kinds = {"halting": _halting(halted), "accounts": Accounts}
    await sent(bench, content(*ACCOUNTS), "halting")
    small = await sent(bench, content(ACCOUNTS[0]))

    async def done() -> bool:
        return (await found(bench, small)).state == "done"

    large = ImportWorker(bench.database, "conformance", kinds)
    task = asyncio.create_task(large.run())
    await halted.wait()
    async with working(bench, kinds, SmallImportWorker):
        await eventually(done)
    task.cancel()
    await asyncio.wait({task})


async def test_an_import_is_forgotten_with_its_faults_some_time_after_it_ended(bench: Bench) -> None:
    ended, open_ = await sent(bench, content("x")), await sent(bench, content("x"), "other")
    await taken_in(bench, ended, KINDS)
    async with bench.database.connection() as connection:
        await imports.forget(connection, timedelta(days=1))
        assert len(await imports.faults(connection, ended)) == 1
        assert len(await imports.refused_rows(connection, ended, 0)) == 1
        await connection.execute("UPDATE import SET ended_at = ended_at - $1::interval", imports.REFUSED_KEPT)
        await imports.forget(connection, timedelta(days=30))
        assert len(await imports.faults(connection, ended)) == 1
        assert await imports.refused_rows(connection, ended, 0) == [], "people's data go before what was wrong with it"
        await imports.forget(connection, timedelta(0))
        assert await imports.faults(connection, ended) == []
    assert await rows(bench, "SELECT id FROM import") == [(open_,)]
