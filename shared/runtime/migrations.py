"""Alembic for every service: its scripts are in `services/<name>/migrations`, its tables in `store.py`."""

import asyncio
import sys
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import MetaData
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.messaging.tables import NAMES
from shared.runtime.settings import ServiceSettings

SERVICES = Path(__file__).parents[2] / "services"
LOCK = 0x5044_5002
"""Two processes that start at once must not both migrate."""


def upgrade(service: str, url: str, revision: str = "head") -> None:
    """Bring a service's store to a revision."""
    command.upgrade(_config(service, url), revision)


def main() -> None:
    """`python -m shared.runtime.migrations SERVICE` brings the store of `PDP_DATABASE_URL` to the newest revision."""
    upgrade(sys.argv[1], ServiceSettings().database_url)


def autogenerate(service: str, url: str, message: str) -> None:
    """Write the script that leads from the store as it is to the tables as declared."""
    command.revision(_config(service, url), message, autogenerate=True)


def run(metadata: MetaData) -> None:
    """What a service's `migrations/env.py` calls."""
    asyncio.run(_run(metadata, context.config.get_main_option("sqlalchemy.url") or ""))


def _config(service: str, url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SERVICES / service / "migrations"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


async def _run(metadata: MetaData, url: str) -> None:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(_migrate, metadata)
    await engine.dispose()


def _migrate(connection: Connection, metadata: MetaData) -> None:
    context.configure(connection=connection, target_metadata=metadata, include_name=_is_own, compare_type=True)
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    context.run_migrations()


def _is_own(name: str | None, type_: str, _: object) -> bool:
    """The messaging tables are created by `shared.messaging.tables`, not by comparing."""
    return type_ != "table" or name is None or not (name in NAMES or name.startswith("journal_"))


if __name__ == "__main__":
    main()
