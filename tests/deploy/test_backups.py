"""What a store has of its topics, as `pdp restore` and `pdp rewind` tell it."""

import importlib
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.engines.postgres_server import PostgresServer
from deploy.local import backups
from deploy.local.backups import Counts
from deploy.local.carried import CARRIED, carry
from shared.messaging import tables


async def test_a_new_dead_letter_is_told_from_what_took_effect(postgres: PostgresServer, store_url: str) -> None:
    store = await asyncpg.connect(store_url)
    for statement in tables.ALL:
        await store.execute(statement)
    await store.execute("INSERT INTO inbox (message_id) SELECT gen_random_uuid() FROM generate_series(1, 3)")
    await store.execute(
        'INSERT INTO dead_letter (id, topic, partition, "offset", key, value, reason, error, at)'
        " VALUES ($1, 't', 0, 0, 'k', 'v', 'skipped', 'e', now())",
        uuid4(),
    )
    await store.execute(
        "INSERT INTO blocked_record (topic, partition, \"offset\", key, value, at) VALUES ('t', 0, 1, 'k', 'v', now())"
    )
    await store.close()
    client: Any = SimpleNamespace(postgres=postgres)
    assert backups.counts(client, store_url.rpartition("/")[2]) == Counts(known=3, stuck=2)


async def test_requests_that_the_law_has_answered_are_carried_into_a_restored_store(
    postgres: PostgresServer, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No event tells of them: whatever was asked or answered since the backup is in neither its rows nor on a topic."""
    service = store_url.rpartition("/")[2]
    monkeypatch.setitem(CARRIED, service, CARRIED["registration"])
    made = "CREATE TABLE arco_request (id int PRIMARY KEY, wanted text, day date, more jsonb NOT NULL DEFAULT '[]'"
    postgres.execute(f"CREATE DATABASE {service}_restored")
    try:
        postgres.execute(f"{made}); INSERT INTO arco_request VALUES (1, 'a\tb', '2026-11-02', '[]')", service)
        postgres.execute("INSERT INTO arco_request VALUES (2, NULL, NULL, '[1]')", service)
        then = ", since int NOT NULL DEFAULT 7); INSERT INTO arco_request VALUES (2, 'x'), (3, 'y')"
        postgres.execute(f"{made}{then}", f"{service}_restored")
        client: Any = SimpleNamespace(postgres=postgres)
        assert carry(client, service) == 2
        rows = postgres.execute("SELECT * FROM arco_request ORDER BY id", f"{service}_restored").splitlines()
        assert rows == ["1|a\tb|2026-11-02|[]|7", "2|||[1]|7", "3|y||[]|7"]
        assert carry(client, service) == 0
    finally:
        postgres.execute(f"DROP DATABASE {service}_restored WITH (FORCE)")


@pytest.mark.parametrize(("service", "table"), [(each, table) for each, tables in CARRIED.items() for table in tables])
def test_what_is_carried_is_a_table_of_its_service(service: str, table: str) -> None:
    base = importlib.import_module(f"services.{service}.store.tables").Table
    assert "id" in base.metadata.tables[table].columns
