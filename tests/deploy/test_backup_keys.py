"""Keys of persons and backups: a backup has none, and what was erased since it stays erased when it is restored."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from deploy.engines.postgres_server import PostgresServer
from deploy.local import backups
from deploy.local.client import LocalClient
from deploy.local.wrapping import marks
from shared.sealing import keys, tables
from shared.sealing.encryption import KeyAwayError, encryption
from shared.sealing.keys import INDEX, Name
from shared.sealing.register import Register
from shared.sealing.values import ERASED
from shared.testing.databases import Templates


@pytest.fixture
async def url(postgres: PostgresServer, templates: Templates) -> AsyncIterator[str]:
    """A store with keys, and one beside it that was restored and has none yet."""

    async def with_keys(url: str) -> None:
        connection = await asyncpg.connect(url, timeout=10)
        await connection.execute(tables.STATEMENTS[0])
        await connection.close()

    url = await templates.copy("keys", with_keys)
    name = name_of(url)
    postgres.execute(f"CREATE DATABASE {name}_restored TEMPLATE template_keys")
    yield url
    for other in ("restored", "replaced"):
        postgres.execute(f"DROP DATABASE IF EXISTS {name}_{other} WITH (FORCE)")
    await templates.drop(url)


@pytest.fixture
def client(postgres: PostgresServer, tmp_path: Path) -> LocalClient:
    return cast("Any", SimpleNamespace(postgres=postgres, data=tmp_path))


def name_of(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


async def test_a_restore_takes_the_keys_that_there_are_now_and_then_those_of_its_file(
    url: str, client: LocalClient, tmp_path: Path
) -> None:
    name, file = name_of(url), tmp_path / "x.backup"
    erased, lives, lost = (Name(uuid4(), uuid4()) for _ in range(3))
    connection = await asyncpg.connect(url, timeout=10)
    ring = await keys.ensure(connection, [erased, lives, lost])
    kept = {each: ring.seal(each, "a", "Ana") for each in (erased, lives, lost)}
    backups.keep_keys(client, name, file)
    await keys.destroy(connection, [erased])
    await connection.execute("DELETE FROM data_key WHERE person = $1", lost.person)
    await connection.close()
    brought = await asyncio.to_thread(backups.bring_keys, client, name, backups.keys_of(file))
    assert set(brought) == {erased}
    restored = await asyncpg.connect(f"{url}_restored", timeout=10)
    # The service does so before it serves.
    assert await keys.destroy_again(restored, brought) == {erased}
    found = await keys.find(restored, [erased, lives, lost])
    await restored.close()
    assert [found.open(each, "a", kept[each]) for each in (erased, lives, lost)] == [ERASED, "Ana", "Ana"]
    assert (backups.keys_of(file).stat().st_mode & 0o777) == 0o600


async def test_a_key_that_an_old_file_has_is_not_brought_where_the_register_says_that_it_was_erased(
    url: str, client: LocalClient, tmp_path: Path
) -> None:
    """The store is lost, and with it that anything was erased."""
    name, file, erased = name_of(url), tmp_path / "x.backup", Name(uuid4(), uuid4())
    connection = await asyncpg.connect(url, timeout=10)
    await keys.ensure(connection, [erased])
    backups.keep_keys(client, name, file)
    await keys.destroy(connection, [erased])
    await Register((tmp_path / "erasures").as_uri(), name).add(await keys.destroyed(connection))
    await connection.execute("TRUNCATE data_key")
    await connection.close()
    await asyncio.to_thread(backups.bring_keys, client, name, backups.keys_of(file))
    restored = await asyncpg.connect(f"{url}_restored", timeout=10)
    assert await restored.fetch("SELECT FROM data_key") == []
    await restored.close()


@pytest.mark.parametrize("anew", [True, False])
async def test_what_is_found_by_digests_is_found_after_a_restore(
    url: str, client: LocalClient, tmp_path: Path, *, anew: bool
) -> None:
    """Also where the store that is replaced had served already, and made a key of its own; one that was only wrapped
    anew since stays as it is now.
    """
    name, file = name_of(url), tmp_path / "x.backup"
    connection = await asyncpg.connect(url, timeout=10)
    before = (await keys.ensure(connection, [INDEX])).digest("rfc", "VECJ880326XXX")
    backups.keep_keys(client, name, file)
    if anew:
        await connection.execute("TRUNCATE data_key")
        assert (await keys.ensure(connection, [INDEX])).digest("rfc", "VECJ880326XXX") != before
    else:
        again = encryption().wrap((await keys.kept(connection, INDEX)) or b"", INDEX.about)
        await connection.execute("UPDATE data_key SET wrapped = $1", again)
    now_has = await connection.fetchval("SELECT wrapped FROM data_key")
    await connection.close()
    await asyncio.to_thread(backups.bring_keys, client, name, backups.keys_of(file))
    restored = await asyncpg.connect(f"{url}_restored", timeout=10)
    assert (await keys.find(restored, [INDEX])).digest("rfc", "VECJ880326XXX") == before
    assert (await restored.fetchval("SELECT wrapped FROM data_key") == now_has) is not anew
    await restored.close()


async def test_the_store_of_before_keeps_no_keys_of_persons(url: str, client: LocalClient, tmp_path: Path) -> None:
    who = Name(uuid4(), uuid4())
    connection = await asyncpg.connect(url, timeout=10)
    kept = (await keys.ensure(connection, [who, INDEX])).seal(who, "a", "Ana")
    await connection.close()
    await asyncio.to_thread(backups.bring_keys, client, name_of(url), None)
    backups.swap(client, name_of(url))
    store, before = [await asyncpg.connect(each, timeout=10) for each in (url, f"{url}_replaced")]
    assert (await keys.find(store, [who])).open(who, "a", kept) == "Ana"
    left = await keys.find(before, [who, INDEX])
    assert INDEX in left
    with pytest.raises(KeyAwayError):
        left.open(who, "a", kept)
    for each in (store, before):
        await each.close()


async def test_what_still_wraps_is_asked_of_the_stores(url: str, postgres: PostgresServer) -> None:
    connection = await asyncpg.connect(url, timeout=10)
    await keys.ensure(connection, [INDEX])
    await connection.close()
    assert marks(postgres, [name_of(url), "nowhere"]) == {name_of(url): {encryption().mark}}
