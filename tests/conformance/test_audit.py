"""The audit log: written with what it tells of, sealed afterwards, and whatever is done to it later is found."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.cli.commands.audit import _size
from deploy.cli.proof import Finding, Leaves, findings, prove
from shared.contracts.audit import log_of
from shared.contracts.event import Actor, Cause
from shared.messaging import audit, sealer
from shared.messaging.actors import UNREADABLE
from shared.messaging.commands import Commands, CommandUnit
from shared.messaging.decision import Decision, Refused
from shared.messaging.sealer import Sealer
from shared.messaging.unit_of_work import unit_of_work
from shared.runtime.clock import now
from shared.security.merkle import includes, leaf_hash
from shared.security.notes import Signer, opened
from shared.service.recorded import LogView
from tests.conformance.stage import Account, Bench, accounts

SERVICE, SEED, EVERY_S = "registration", "07" * 32, 60.0
KEY = Signer.of(log_of(SERVICE), SEED).public
ANA = Actor("ana", "supplier", UUID(int=7))
CHANGED = Cause("c-1", actor=ANA, action="registration:supplier:changed")


class Log:
    """The log of a bench's store, and whoever keeps its checkpoints."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.sealer = Sealer(bench.database, SERVICE, SEED, EVERY_S)
        self.kept: list[str] = []

    async def act(self, *about: UUID) -> None:
        async with unit_of_work(self.bench.database, SERVICE) as work:
            for id_ in about:
                work.record(id_, CHANGED)
            await work.flush()

    async def seal(self) -> int:
        async with self.bench.database.connection() as connection:
            sealed = await self.sealer.seal(connection)
            told = await connection.fetch("SELECT body FROM journal WHERE topic = $1 ORDER BY id", log_of(SERVICE))
        self.kept = [json.loads(row["body"])["data"]["note"] for row in told]
        return sealed

    async def do(self, *statements: str) -> None:
        async with self.bench.database.connection() as connection:
            for statement in statements:
                await connection.execute(statement)

    async def rows(self) -> Sequence[audit.Entry]:
        async with self.bench.database.connection() as connection:
            return await audit.page(connection, 0, 1000)

    async def found(self, at: datetime | None = None) -> list[Finding]:
        return list(findings(SERVICE, Leaves.of(await self.rows(), at or now()), self.kept, KEY))


@pytest.fixture
async def log(bench: Bench) -> Log:
    """Seven rows under two checkpoints, and one that is not sealed yet."""
    log = Log(bench)
    await log.act(*(uuid4() for _ in range(4)))
    assert await log.seal() == 4
    await log.act(*(uuid4() for _ in range(3)))
    assert await log.seal() == 3
    await log.act(uuid4())
    return log


async def test_a_command_is_recorded_with_what_it_changes_or_not_at_all(bench: Bench) -> None:
    commands, log = Commands(bench.database, SERVICE), Log(bench)
    id_, other = uuid4(), uuid4()

    def refuse(account: Account | None, _: object) -> Decision[Account] | Refused:
        return Refused("conflict", "no")

    await commands.run(accounts, id_, lambda *_: Decision(Account(id_, ())), CHANGED)
    await commands.run(accounts, other, refuse, CHANGED)
    with pytest.raises(ZeroDivisionError):
        await _failing(commands, other)
    (row,) = await log.rows()
    assert (row.action, row.actor, row.about, row.correlation_id) == (CHANGED.action, ANA, id_, "c-1")


async def _failing(commands: Commands, id_: UUID) -> None:
    async def decide(unit: CommandUnit) -> None:
        await unit.load(accounts, [id_])
        unit.apply(accounts, id_, Decision(Account(id_, ())))
        raise ZeroDivisionError

    await commands.run_unit(CHANGED, decide)


async def test_what_was_signed_is_found_whole_and_each_row_is_proved(log: Log) -> None:
    assert await log.found() == []
    assert [opened(note, KEY).size for note in log.kept] == [4, 7]
    rows = await log.rows()
    for row in rows[:7]:
        proof = prove(SERVICE, rows, row.id, log.kept, KEY)
        assert proof is not None
        checkpoint = opened(proof["checkpoint"], proof["key"])
        path, leaf = [bytes.fromhex(each) for each in proof["path"]], leaf_hash(proof["entry"].encode())
        assert includes(leaf, proof["position"], checkpoint.size, path, checkpoint.root)
    assert prove(SERVICE, rows, rows[7].id, log.kept, KEY) is None
    assert prove(SERVICE, rows, 0, log.kept, KEY) is None


COLUMNS = {
    "at": "at + interval '1 microsecond'",
    "action": "'registration:supplier:viewed'",
    "actor": """jsonb_set(actor, '{subject}', '"luis"')""",
    "about": "gen_random_uuid()",
    "correlation_id": "'c-2'",
}


@pytest.mark.parametrize("column", COLUMNS)
async def test_a_row_that_was_altered_is_found(log: Log, column: str) -> None:
    third = (await log.rows())[2].id
    await log.do(f"UPDATE audit SET {column} = {COLUMNS[column]} WHERE id = {third}")
    assert await log.found() == [Finding("altered", third, third)]


async def test_a_row_that_was_altered_with_its_leaf_is_found(log: Log) -> None:
    third = (await log.rows())[2]
    forged = leaf_hash(third._replace(correlation_id="c-2").leaf).hex()
    await log.do(
        f"UPDATE audit SET correlation_id = 'c-2' WHERE id = {third.id}",
        f"UPDATE audit_leaf SET hash = '\\x{forged}' WHERE position = 2",
    )
    assert await log.found() == [Finding("differs", 4, 4)]


async def test_a_row_that_was_removed_is_found(log: Log) -> None:
    third = (await log.rows())[2].id
    await log.do(f"DELETE FROM audit WHERE id = {third}")
    assert await log.found() == [Finding("removed", 2, 2)]


async def test_a_log_that_was_closed_up_behind_a_removed_row_is_found(log: Log) -> None:
    rows = await log.rows()
    await log.do(
        f"DELETE FROM audit WHERE id = {rows[2].id}",
        "DELETE FROM audit_leaf WHERE position = 2",
        "UPDATE audit_leaf SET position = position + 1000 WHERE position > 2",
        "UPDATE audit_leaf SET position = position - 1001 WHERE position > 1000",
    )
    assert Finding("cut_off", 6, 6) in await log.found()
    await log.seal()
    assert await log.found() != []


async def test_an_end_that_was_cut_off_is_found_also_where_the_log_has_grown_again(log: Log) -> None:
    rows = await log.rows()
    await log.do(
        f"DELETE FROM audit WHERE id > {rows[3].id}",
        "DELETE FROM audit_leaf WHERE position > 3",
        "DELETE FROM audit_checkpoint WHERE size > 4",
        "DELETE FROM audit_unsealed",
    )
    assert await log.found() == [Finding("cut_off", 4, 6)]
    await log.act(*(uuid4() for _ in range(3)))
    await log.seal()
    assert await log.found() == [Finding("differs", 7, 7)]


async def test_a_row_that_nobody_seals_and_a_checkpoint_of_another_key_are_found(log: Log) -> None:
    unsealed = (await log.rows())[7].id
    assert await log.found(now() + timedelta(minutes=11)) == [Finding("unsealed", unsealed, unsealed)]
    other = Signer.of(log_of(SERVICE), "08" * 32)
    leaves = Leaves.of(await log.rows(), now())
    assert [each.kind for each in findings(SERVICE, leaves, log.kept, other.public)] == ["unsigned"] * 2


async def test_what_is_under_way_is_sealed_the_next_time(log: Log) -> None:
    """Its id is lower than that of a row which is sealed before."""
    await log.seal()
    async with log.bench.database.transaction() as connection:
        await audit.record(connection, [audit.Act("registration:supplier:changed", ANA, uuid4(), "c-3")])
        await log.act(uuid4())
        assert await log.seal() == 1
    assert await log.seal() == 1
    assert await log.found() == []
    rows = await log.rows()
    assert [row.position for row in rows[-2:]] == [9, 8]


async def test_there_is_a_checkpoint_a_minute_and_none_without_news(log: Log) -> None:
    async with log.bench.database.connection() as connection:
        assert await log.sealer.step(connection) == EVERY_S
        await log.act(uuid4())
        assert 0 < await log.sealer.step(connection) <= EVERY_S
    assert await log.bench.count("audit_checkpoint") == 3
    assert await log.seal() == 1
    assert await log.seal() == 0


FORGED = (
    "{}",
    "[]",
    "null",
    '{"subject": 7}',
    '{"subject": "' + "x" * 300 + '"}',
    '{"subject": "ana", "on_behalf_of": "nobody"}',
    '{"subject": "ana", "via": "x"}',
)


@pytest.mark.parametrize("actor", FORGED)
async def test_a_row_that_says_nobody_ends_no_reader_and_is_named(log: Log, actor: str) -> None:
    """Seen: one INSERT by whoever has the store's password, and nothing was shown, sealed or proved again."""
    await log.do(
        # As before the store looked at rows itself; of what it still takes, not all is an actor.
        "ALTER TABLE audit DROP CONSTRAINT audit_row",
        f"INSERT INTO audit (action, actor, correlation_id) VALUES ('x', '{actor}', 'c')",
        "INSERT INTO audit_unsealed SELECT max(id) FROM audit",
    )
    await log.act(uuid4())
    forged = (await log.rows())[-2]
    assert forged.actor == UNREADABLE
    LogView.of_entry(forged)
    assert await log.seal() == 3
    assert await log.found() == [Finding("unreadable", forged.id, forged.id)]


async def test_a_checkpoint_beyond_the_log_is_not_where_the_sealer_goes_on(log: Log) -> None:
    await log.do("INSERT INTO audit_checkpoint VALUES (1000000, now(), sha256(''), 'no note')")
    assert await log.seal() == 1
    assert await log.found() == []


LONG = 20_000
LONG_LOG = (
    "WITH new AS (INSERT INTO audit (action, actor, about, correlation_id)"
    """ SELECT 'a:b:c', '{"subject": "ana"}', $1::uuid, 'c' FROM generate_series(1, $2::int) RETURNING id)"""
    " INSERT INTO audit_leaf SELECT 1000 + id, id, sha256('') FROM new"
)


def _read(node: dict[str, Any]) -> int:
    """Rows that a plan read out of tables, or of their indexes, whatever became of them."""
    own = (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return sum(map(_read, node.get("Plans", ())), round(own) if "Relation Name" in node else 0)


async def test_a_page_at_the_end_of_a_long_log_reads_as_much_as_one_at_its_beginning(log: Log) -> None:
    """Seen: a merge join that read all leaves from the first one on, for each page of a log of a million rows."""
    firm, page = uuid4(), 201
    async with log.bench.database.connection() as connection:
        await connection.execute(LONG_LOG, firm, LONG)
        await connection.execute("INSERT INTO audit_unsealed SELECT id FROM audit ORDER BY id DESC LIMIT 201")
        await connection.execute("ANALYZE audit, audit_leaf, audit_unsealed")
        # The plan that a statement has after its fifth use.
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        end = await connection.fetchval("SELECT max(id) - 1000 FROM audit")
        asked = ((audit._PAGE, end, page), (audit._ABOUT, firm, end, page), (sealer._UNSEALED, page))
        for statement, *given in asked:
            (row,) = await connection.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *given)
            assert _read(json.loads(row[0])[0]["Plan"]) <= 3 * page, statement
        await connection.execute("RESET plan_cache_mode")


@pytest.mark.parametrize("note", ["", "x", "x\ny\nz", "x\n-7\n", "x\n" + "9" * 5000 + "\n"])
def test_a_note_that_says_no_size(note: str) -> None:
    assert _size(note) == 0
