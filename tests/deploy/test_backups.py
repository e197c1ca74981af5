"""What a store has of its topics, as `pdp restore` and `pdp rewind` tell it."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import asyncpg

from deploy.engines.postgres_server import PostgresServer
from deploy.local import backups
from deploy.local.backups import Counts
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
