"""PostgreSQL: a database per service that only its own role reaches, kept over restarts and crashes."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.engines.ports import free_port
from deploy.engines.postgres import Postgres
from deploy.engines.postgres_server import PostgresError, PostgresServer
from tests.conftest import Engines


@pytest.fixture(scope="module")
def postgres(engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    with engines.postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server


async def value(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_a_service_owns_its_database(postgres: PostgresServer) -> None:
    dsn = postgres.ensure_database("matching")
    assert postgres.ensure_database("matching") == dsn
    assert await value(dsn, "SELECT current_user || '@' || current_database()") == "matching@matching"
    await value(dsn, "CREATE TABLE offering (id int)")
    assert await value(dsn, "SHOW server_version_num") >= "180000"  # type: ignore[operator]
    assert await value(dsn, "SELECT datcollate FROM pg_database WHERE datname = 'matching'") == "C"


@pytest.mark.parametrize("database", ["financing", "postgres", "template1"])
async def test_a_role_cannot_use_another_database(postgres: PostgresServer, database: str) -> None:
    dsn = postgres.ensure_databases(["diagnosis", "financing"])["diagnosis"]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await value(dsn.removesuffix("diagnosis") + database, "SELECT 1")


@pytest.mark.parametrize("role", ["portal", "postgres"])
async def test_a_wrong_password_is_refused(postgres: PostgresServer, role: str) -> None:
    postgres.ensure_database("portal")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await value(f"postgresql://{role}:guess@127.0.0.1:{postgres.port}/{role}", "SELECT 1")


def test_odd_names_are_refused(postgres: PostgresServer) -> None:
    with pytest.raises(PostgresError, match="database_name"):
        postgres.ensure_database('x"; DROP ROLE postgres; --')


def test_a_failed_statement_says_why(postgres: PostgresServer) -> None:
    with pytest.raises(PostgresError, match="nowhere"):
        postgres.execute("SELECT * FROM nowhere")


def test_secrets_are_closed_to_others_and_never_logged(postgres: PostgresServer) -> None:
    if not isinstance(postgres, Postgres):
        pytest.skip("about the files of a server that is a process of this machine")
    dsn = postgres.ensure_database("registration")
    password = dsn.split(":")[2].split("@")[0]
    state = postgres.log.parent / "server.json"
    assert password in state.read_text()
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert password not in postgres.log.read_text()


async def test_a_restart_keeps_port_and_rows(tmp_path: Path) -> None:
    first = Postgres(tmp_path, port=free_port(), durable=True)
    first.start()
    first.wait_ready()
    dsn = first.ensure_database("development")
    await value(dsn, "CREATE TABLE plan (id int)")
    await value(dsn, "INSERT INTO plan VALUES (7)")
    assert first.pid is not None
    os.kill(first.pid, signal.SIGKILL)
    first.stop()

    again = Postgres(tmp_path, port=0)
    again.start()
    try:
        again.wait_ready()
        assert again.ensure_database("development") == dsn
        assert await value(dsn, "SELECT id FROM plan") == 7
    finally:
        again.stop()


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "cluster").mkdir(mode=0o700)  # not a cluster
    broken = Postgres(tmp_path, port=0)
    broken.start()
    with pytest.raises(PostgresError, match="engine_ended"):
        broken.wait_ready(10)
