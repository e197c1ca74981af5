"""A service as its own role: it does its work, and what it has recorded it can neither change nor remove."""

import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.engines.postgres_server import PostgresServer
from deploy.target.services import present
from services.financing.app import build
from shared.contracts import acts as acts_of_all
from shared.contracts import audit as catalogue
from shared.contracts.event import Actor, Cause
from shared.messaging import grants, outbox, record_tables, tables
from shared.messaging.resend import Resender, Wanted
from shared.messaging.sealer import Sealer
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.service import housekeeping
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated
from tests.financing import test_api as financing


@pytest.fixture
async def stage(postgres: PostgresServer, migrated: Migrated) -> AsyncIterator[StageUnderTest]:
    store = urlsplit(await migrated("financing"))
    owner = store.username or ""
    url = urlsplit(postgres.service_urls([owner])[owner])._replace(path=store.path).geturl()
    financing_stage, _ = build()
    async with StageUnderTest(financing_stage, url) as running:
        yield running


async def test_a_service_works_as_its_own_role(stage: StageUnderTest) -> None:
    """Partitions, decisions, an erasure in the journal, timers, resends, the sealer, and what is forgotten."""
    await housekeeping.ensure_partitions(stage.database)
    await housekeeping.ensure_next_partitions(stage.database)
    await financing.test_taking_the_consent_back_erases_it_everywhere(stage)
    async with stage.database.connection() as connection:
        assert await Sealer(stage.database, "financing", "07" * 32, 60).seal(connection) > 0
        entries = await outbox.unpublished(connection, 3, 100_000)
        await outbox.Round(entries).published(connection, [entry.id for entry in entries[:-1]])
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


RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")
OF_ONE = {table: {"SELECT"} for table in (*grants.KEPT, "alembic_version")}
OF_ONE["audit_unsealed"] = {"SELECT", "INSERT", "DELETE"}
"""Rights on whole tables; of records a service may say some columns of a new row (`WRITTEN`)."""
USUAL = {"SELECT", "INSERT", "UPDATE", "DELETE"}


@pytest.mark.parametrize("service", present())
async def test_of_every_table_a_service_has_the_rights_that_it_uses_and_no_other(
    service: str, migrated: Migrated
) -> None:
    url = await migrated(service)
    role = f"{urlsplit(url).username}{grants.SERVICE_ROLE}"
    connection = await asyncpg.connect(url, timeout=10)
    try:
        rights = await connection.fetch(
            "SELECT relname, ARRAY(SELECT e FROM unnest($2::text[]) AS e WHERE has_table_privilege($1, oid, e)) AS held"
            " FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relnamespace = 'public'::regnamespace",
            role,
            RIGHTS,
        )
        functions = await connection.fetch(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " AND has_function_privilege($1, oid, 'EXECUTE')",
            role,
        )
        beyond = await connection.fetchrow(
            "SELECT has_schema_privilege($1, 'public', 'CREATE'), rolsuper, rolcreaterole, rolcreatedb, rolbypassrls,"
            " rolreplication, EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid),"
            " pg_has_role($1, current_user, 'MEMBER') FROM pg_roles WHERE rolname = $1",
            role,
        )
    finally:
        await connection.close()
    held = {row["relname"]: {*row["held"]} for row in rights}
    assert held == {name: set() if name.startswith("journal_") else OF_ONE.get(name, USUAL) for name in held}
    assert {row["proname"] for row in functions} == {
        "journal_hold",
        "journal_partition",
        "journal_redact",
        "journal_seal",
    }
    assert beyond is not None
    assert not any(beyond.values())
    assert {*grants.KEPT, "audit_unsealed"} <= set(tables.NAMES) <= held.keys()


NONSENSE = {
    "audit (action, actor, correlation_id)": (
        """'x', '{"subject": "ana"}', 'c'""",
        """repeat('a', 61) || ':b:c', '{"subject": "ana"}', 'c'""",
        "'a:b:c', '{}', 'c'",
        "'a:b:c', '[]', 'c'",
        "'a:b:c', 'null', 'c'",
        """'a:b:c', '{"subject": 7}', 'c'""",
        """'a:b:c', jsonb_build_object('subject', repeat('x', 2000)), 'c'""",
        """'a:b:c', '{"subject": "ana"}', ''""",
        """'a:b:c', '{"subject": "ana"}', repeat('c', 201)""",
    ),
    "audit_leaf (position, audit_id, hash)": ("-1, 1, sha256('')", "0, 0, sha256('')", "0, 1, 'x'"),
    "audit_checkpoint (size, at, peaks, note)": (
        "0, now(), sha256(''), 'n'",
        "1, now(), 'x', 'n'",
        "1, now(), '', 'n'",
        "1, now(), sha256(''), ''",
        "1, now(), sha256(''), repeat('n', 2001)",
    ),
}


async def test_a_row_that_no_service_writes_is_refused_by_the_store(stage: StageUnderTest) -> None:
    for table, rows in NONSENSE.items():
        for row in rows:
            with pytest.raises(asyncpg.CheckViolationError):
                await stage.rows(f"INSERT INTO {table} VALUES ({row})")
    checked = await stage.rows("SELECT conname FROM pg_constraint WHERE contype = 'c' AND convalidated")
    assert {f"{table.partition(' ')[0]}_row" for table in NONSENSE} <= {row["conname"] for row in checked}


def test_every_act_of_the_catalogue_is_one_that_the_store_takes() -> None:
    changes = {act for acts in catalogue.CHANGES.values() for act in acts.values()}
    reads = {
        read.act
        for reads in (*catalogue.READS.values(), acts_of_all.LOOKS, acts_of_all.OPENED)
        for read in reads.values()
    }
    given = {*acts_of_all.OPERATIONS.values(), *acts_of_all.GIVEN.values()}
    acts = changes | reads | given | {catalogue.ANSWERED, catalogue.FIRED}
    found = {f"{service}:{act}" for service in present() for act in acts}
    assert [act for act in found if re.fullmatch(record_tables.ACT, act) is None] == []


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
