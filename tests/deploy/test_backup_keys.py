"""Keys of persons and backups: a backup has none, and what was erased since it stays erased when it is restored."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from deploy.engines.postgres_server import PostgresServer
from deploy.local import backups
from shared.sealing import keys, tables
from shared.sealing.keys import Name
from shared.sealing.values import ERASED
from shared.testing.databases import Templates


async def test_a_restore_takes_the_keys_that_there_are_now_and_then_those_of_its_file(
    postgres: PostgresServer, templates: Templates, tmp_path: Path
) -> None:
    async def with_keys(url: str) -> None:
        connection = await asyncpg.connect(url, timeout=10)
        await connection.execute(tables.STATEMENTS[0])
        await connection.close()

    url = await templates.copy("keys", with_keys)
    name, file = urlsplit(url).path.removeprefix("/"), tmp_path / "x.backup"
    client = cast("Any", SimpleNamespace(postgres=postgres))
    erased, lives, lost = (Name(uuid4(), uuid4()) for _ in range(3))
    connection = await asyncpg.connect(url, timeout=10)
    ring = await keys.ensure(connection, [erased, lives, lost])
    kept = {each: ring.seal(each, "a", "Ana") for each in (erased, lives, lost)}
    backups.keep_keys(client, name, file)
    await keys.destroy(connection, [erased])
    await connection.execute("DELETE FROM data_key WHERE person = $1", lost.person)
    await connection.close()
    postgres.execute(f"CREATE DATABASE {name}_restored TEMPLATE template_keys")
    try:
        backups.bring_keys(client, name, file)
        restored = await asyncpg.connect(f"{url}_restored", timeout=10)
        found = await keys.find(restored, [erased, lives, lost])
        await restored.close()
    finally:
        postgres.execute(f"DROP DATABASE {name}_restored WITH (FORCE)")
        await templates.drop(url)
    assert [found.open(each, "a", kept[each]) for each in (erased, lives, lost)] == [ERASED, "Ana", "Ana"]
    assert (backups.keys_of(file).stat().st_mode & 0o777) == 0o600
