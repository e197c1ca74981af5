"""Alembic for every service: its scripts are in `services/<name>/migrations`, its tables in `store`.

A migration runs while the version before goes on consuming (decision 17): each revision is a transaction of its own
that would make others wait gives up by a short lock timeout, and is tried again. What a script may do is in
`shared/testing/migration_rules.py`.
"""

import asyncio
import sys
import time
from itertools import count
from pathlib import Path
from typing import Literal

from alembic import command, context
from alembic.config import Config
from alembic.operations.ops import MigrationScript
from alembic.script import Script, ScriptDirectory
from sqlalchemy import MetaData, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel.sql.sqltypes import AutoString

from shared.attachments import tables as attachments
from shared.messaging.grants import GRANTS, SERVICE_ROLE
from shared.messaging.retry import Backoff
from shared.messaging.tables import NAMES
from shared.runtime import logging
from shared.runtime.database import BOTH_SIDES
from shared.runtime.servers import Servers
from shared.runtime.settings import ServiceSettings

SERVICES = Path(__file__).parents[2] / "services"
LOCK = 0x5044_5002
"""Two processes that start at once must not both migrate."""
TURN_S = 0.5
"""Between two looks whether the other process is done."""
LOCK_TIMEOUT_S = 1
"""Behind a statement that waits for a table, every later reader and writer of it waits too: no longer than this. A
batch holds its rows for less, and PostgreSQL would end one of two that wait for each other after as long."""
PATIENCE_S = 300
"""From its first lock timeout until a migration is given up: half of what a rollout waits for a process."""
IN_THE_WAY = {"55P03": "lock_not_available", "40P01": "deadlock_detected"}
"""SQL states of a revision that is expected to succeed when tried again."""

_UNFINISHED = """
    SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE NOT indisvalid AND relkind = 'i' AND relnamespace = current_schema()::regnamespace
      AND indexrelid NOT IN (SELECT index_relid FROM pg_stat_progress_create_index)
"""
_HOLDERS = """
    SELECT format('pid %s (%s, %s, for %s s)', pid, application_name, state,
                  extract(epoch FROM clock_timestamp() - xact_start)::int)
    FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
    ORDER BY xact_start LIMIT 3
"""

_SERVICE_MISSING = """
    SELECT current_user || $1::text FROM pg_roles WHERE rolname = current_user AND NOT rolsuper
    AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = current_user || $1::text)
"""
"""A superuser that migrates its own store serves from it too."""

log = logging.get(__name__)


class LockedOutError(Exception):
    """A table stayed in use for too long. What was migrated until then stays; call again."""


class RoleMissingError(Exception):
    """Nothing was granted to the service: its role is not there yet."""


def upgrade(service: str, url: str, revision: str = "head") -> None:
    """Bring a service's store to a revision. Raises `LockedOutError`."""
    command.upgrade(_config(service, url), revision)


def main() -> None:
    """`python -m shared.service.migrations SERVICE` brings the store of `PDP_DATABASE_URL` to the newest revision."""
    service, settings = sys.argv[1], ServiceSettings()
    logging.configure(service, settings.log_level)
    try:
        upgrade(service, settings.database_url)
        asyncio.run(_require_service(settings.database_url))
    except (LockedOutError, RoleMissingError) as error:
        sys.exit(str(error))


def check(service: str, url: str) -> None:
    """Raises `CommandError` where the store is not as `store` declares it."""
    command.check(_config(service, url))


def autogenerate(service: str, url: str, message: str) -> Path | None:
    """Write the script that leads from the store as it is to the tables as declared; None where they are the same."""
    config = _config(service, url)
    number = len([*ScriptDirectory.from_config(config).walk_revisions()]) + 1
    script = command.revision(
        config, message, autogenerate=True, rev_id=f"{number:04}", process_revision_directives=_drop_empty
    )
    return Path(script.path) if isinstance(script, Script) else None


def _drop_empty(_context: object, _revision: object, directives: list[MigrationScript]) -> None:
    if directives[0].upgrade_ops is None or directives[0].upgrade_ops.is_empty():
        directives.clear()


def run(metadata: MetaData) -> None:
    """What a service's `migrations/env.py` calls."""
    if context.is_offline_mode():
        context.configure(dialect_name="postgresql", target_metadata=metadata, transaction_per_migration=True)
        context.run_migrations()
    else:
        asyncio.run(_run(metadata, context.config.get_main_option("sqlalchemy.url") or ""))


def _config(service: str, url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SERVICES / service / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


async def _require_service(url: str) -> None:
    """Where this program migrates, a service comes behind it as its own role. Raises `RoleMissingError`."""
    connection = await Servers(url).connect()
    try:
        missing = await connection.fetchval(_SERVICE_MISSING, SERVICE_ROLE)
    finally:
        await connection.close()
    if missing is not None:
        raise RoleMissingError(f"the store has no role {missing}, which the service works as: make it, then migrate")


async def _run(metadata: MetaData, url: str) -> None:
    # A concurrent build waits for transactions older than itself, and nobody for it: its lock_timeout is the long one.
    session = {"application_name": "migrations", "lock_timeout": f"{PATIENCE_S}s", **BOTH_SIDES}
    engine = create_async_engine(
        "postgresql+asyncpg://",
        poolclass=NullPool,
        connect_args={"server_settings": session, "async_creator_fn": Servers(url).connect},
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_migrate, metadata)
    finally:
        await engine.dispose()


def _migrate(connection: Connection, metadata: MetaData) -> None:
    event.listen(connection, "begin", _give_way)
    _take_turn(connection)
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=_is_own,
        compare_type=True,
        render_item=_without_sqlmodel,
        transaction_per_migration=True,
    )
    if ahead := _ahead():
        log.info("store_is_ahead", revisions=ahead)
        return
    backoff, given_up_at = Backoff(first_s=1), float("inf")
    for attempt in count(1):
        try:
            _drop_unfinished_indexes(connection)
            context.run_migrations()
            connection.exec_driver_sql(GRANTS)
            connection.commit()
        except DBAPIError as error:
            reason = IN_THE_WAY.get(getattr(error.orig, "sqlstate", ""))
            if reason is None:
                raise
            given_up_at = min(given_up_at, time.monotonic() + PATIENCE_S)
            if (pause := backoff.pause(attempt)) + time.monotonic() > given_up_at:
                raise LockedOutError(_who_is_in_the_way(connection)) from error
            log.warning("migration_lock_timeout", reason=reason, attempt=attempt, pause_s=round(pause, 2))
            time.sleep(pause)
        else:
            return


def _ahead() -> list[str]:
    """What a later release did to the store. This one is started to go back to it, and the store never goes back."""
    known = {script.revision for script in context.script.walk_revisions()}
    return [revision for revision in context.get_context().get_current_heads() if revision not in known]


def _give_way(connection: Connection) -> None:
    """At the start of each transaction; concurrent builds are outside of one."""
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'")


def _without_sqlmodel(kind: str, item: object, _context: object) -> str | Literal[False]:
    """A script outlives the library that wrote it: SQLModel's own type of text is SQLAlchemy's."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


def _take_turn(connection: Connection) -> None:
    """Become the one that migrates. Asks again instead of waiting in the store: the statement that waits there is a
    transaction, and a concurrent build of the other process would wait for its end.
    """
    waits = False
    while not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({LOCK})").scalar():
        connection.rollback()
        if not waits:
            log.info("another_process_migrates")
            waits = True
        time.sleep(TURN_S)
    connection.commit()


def _drop_unfinished_indexes(connection: Connection) -> None:
    """A concurrent build that failed leaves an invalid index, which every write keeps up and `IF NOT EXISTS` takes for
    the one that is wanted.
    """
    unfinished = connection.exec_driver_sql(_UNFINISHED).scalars().all()
    connection.commit()
    with context.get_context().autocommit_block():
        for name in unfinished:
            log.warning("unfinished_index_dropped", index=name)
            context.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def _who_is_in_the_way(connection: Connection) -> str:
    holders = connection.exec_driver_sql(_HOLDERS).scalars().all()
    return (
        f"gave up after {PATIENCE_S} s, because a table stayed in use. The longest transactions: "
        f"{'; '.join(holders) or 'none any more'}. Wait for them or end them (SELECT pg_terminate_backend(pid)), "
        "and migrate again."
    )


def _is_own(name: str | None, type_: str, _: object) -> bool:
    """The messaging tables are created by `shared.messaging.tables`, partitions (`…_of_…`) by scripts alone."""
    if type_ != "table" or name is None:
        return True
    return not (name in (*NAMES, *attachments.NAMES) or name.startswith("journal_") or "_of_" in name)


if __name__ == "__main__":
    # As `env.py` imports it: the program is another module, with a LockedOutError of its own.
    from shared.service import migrations  # noqa: PLW0406 - see above

    migrations.main()
