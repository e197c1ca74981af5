"""A service as its own role: it does its work, and what it has recorded it can neither change nor remove."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.engines.postgres_server import PostgresServer
from services.financing.app import build
from shared.contracts.event import Actor, Cause
from shared.messaging import grants, journal, tables
from shared.messaging.resend import Resender, Wanted
from shared.messaging.sealer import Sealer
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service import housekeeping, migrations
from shared.testing.stage import StageUnderTest
from tests.financing import test_api as financing


@pytest.fixture
async def stage(postgres: PostgresServer) -> AsyncIterator[StageUnderTest]:
    name = f"grants_{secrets.token_hex(4)}"
    await asyncio.to_thread(migrations.upgrade, "financing", postgres.ensure_database(name))
    financing_stage, _ = build()
    async with StageUnderTest(financing_stage, postgres.service_urls([name])[name]) as running:
        yield running


async def test_a_service_works_as_its_own_role(stage: StageUnderTest) -> None:
    """Partitions, decisions, an erasure in the journal, timers, resends, the sealer, and what is forgotten."""
    await housekeeping.ensure_partitions(stage.database)
    await housekeeping.ensure_next_partitions(stage.database)
    await financing.test_taking_the_consent_back_erases_it_everywhere(stage)
    async with stage.database.connection() as connection:
        assert await Sealer(stage.database, "financing", "07" * 32, 60).seal(connection) > 0
        await journal.published(connection, [1, 2, 3])
    ana = Cause("c-1", actor=Actor("ana", "operator"), action="financing:journal:resent")
    resent = await Resender(stage.database, "financing").resend(
        Wanted(topic="financing.referral.v1", reason="a trial"), ana
    )
    assert resent.events > 0
    await housekeeping.forget(stage.database)
    assert await stage.rows("SELECT version_num FROM alembic_version") != []


CHANGES = (
    "UPDATE {0} SET {1} = {1}",
    "DELETE FROM {0}",
    "TRUNCATE {0} CASCADE",
    "DROP TABLE {0} CASCADE",
    "ALTER TABLE {0} ADD COLUMN more text",
    "ALTER TABLE {0} DISABLE TRIGGER ALL",
)
COLUMN = {"journal": "body", "audit_leaf": "hash", "audit_checkpoint": "note", "alembic_version": "version_num"}


@pytest.mark.parametrize("table", [*grants.KEPT, "alembic_version"])
async def test_what_is_recorded_stays(stage: StageUnderTest, table: str) -> None:
    for change in CHANGES:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await stage.rows(change.format(table, COLUMN.get(table, "at")))


async def test_neither_do_parts_of_the_journal_nor_its_functions_lead_around_it(stage: StageUnderTest) -> None:
    await housekeeping.ensure_partitions(stage.database)
    for part in ("journal_default", f"journal_{now():%Y_%m}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await stage.rows(f"DELETE FROM {part}")
    with pytest.raises(asyncpg.InvalidParameterValueError):
        await stage.rows("SELECT journal_partition('audit; DROP TABLE audit', now(), now())")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await stage.rows("SET ROLE postgres")


async def test_every_other_table_of_the_shell_takes_what_the_shell_does(stage: StageUnderTest) -> None:
    rights = await stage.rows(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        " AND NOT has_table_privilege(oid, 'UPDATE')"
    )
    refused = {row["relname"] for row in rights if not row["relname"].startswith("journal_")}
    assert refused == {*grants.KEPT, "alembic_version"}
    assert set(grants.KEPT) <= set(tables.NAMES)


WRITTEN = {
    "journal": {"event_id", "topic", "key", "type", "body", "actor"},
    "audit": {"action", "actor", "about", "correlation_id"},
    "dead_letter_action": {"dead_letter_id", "action", "by", "at", "reason", "error", "released"},
}
"""What a service says of a row of its records. The store says the rest: its number, and when it was recorded."""


@pytest.mark.parametrize("table", WRITTEN)
async def test_the_store_alone_says_the_number_and_the_time_of_a_row(stage: StageUnderTest, table: str) -> None:
    rights = await stage.rows(
        f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped"
        f" AND has_column_privilege('{table}', attname, 'INSERT')"
    )
    assert {row["attname"] for row in rights} == WRITTEN[table]


@pytest.mark.parametrize(
    ("names", "row"),
    [
        ("id, action, actor, correlation_id", "-7, 'x', '{}', 'c'"),
        ("id, action, actor, correlation_id", "9007199254740993, 'x', '{}', 'c'"),
        ("at, action, actor, correlation_id", "'2020-01-01', 'x', '{}', 'c'"),
    ],
)
async def test_nobody_else_numbers_or_dates_a_row(stage: StageUnderTest, names: str, row: str) -> None:
    """Seen: a row of the number -7, which no reader came to, so that a whole log was said to be cut off."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await stage.rows(f"INSERT INTO audit ({names}) OVERRIDING SYSTEM VALUE VALUES ({row})")


@pytest.mark.parametrize(
    "setting", ["search_path = x", "default_transaction_isolation = 'serializable'", "lock_timeout = '1ms'"]
)
async def test_what_a_role_sets_for_itself_holds_for_no_connection(stage: StageUnderTest, setting: str) -> None:
    name = setting.split(" = ", maxsplit=1)[0]
    [before] = await stage.rows(f"SHOW {name}")
    await stage.rows(f"ALTER ROLE CURRENT_USER SET {setting}")
    again = Database(stage.database.url, application="again")
    await again.open()
    try:
        async with again.connection() as connection:
            assert await connection.fetchval(f"SHOW {name}") == before[name]
            assert await connection.fetchval("SELECT count(*) FROM audit") == 0
    finally:
        await again.close()
        await stage.rows(f"ALTER ROLE CURRENT_USER RESET {name}")
