"""What a store has of its topics, as `pdp restore` and `pdp rewind` tell it."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.engines.postgres_server import PostgresServer
from deploy.local import backups
from deploy.local.backups import Counts
from deploy.local.carried import CARRIED, JUDGED_AGAIN, UNTOLD, carry, partners_of
from deploy.provision.partners import FIRST
from services.financing.handlers.partners import PARTNER_CHANGED
from shared.contracts.dead_letters import ServiceName
from shared.messaging import tables
from shared.messaging.topics import SERVICES
from tests.conftest import Migrated
from tests.sealing.test_held_tables import TABLES


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


async def test_what_no_event_tells_of_is_carried_into_a_restored_store(
    postgres: PostgresServer, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was asked, or whoever was shut out, since the backup is in neither its rows nor on a topic."""
    service = store_url.rpartition("/")[2]
    monkeypatch.setitem(CARRIED, service, {"arco_request": "day IS NULL OR day > '2026-01-01'"})
    made = (
        "CREATE TABLE arco_request (id int PRIMARY KEY, wanted text UNIQUE, day date, more jsonb NOT NULL DEFAULT '[]'"
    )
    postgres.execute(f"CREATE DATABASE {service}_restored")
    try:
        postgres.execute(f"{made}); INSERT INTO arco_request VALUES (1, 'a\tb', '2026-11-02', '[]')", service)
        postgres.execute(
            "INSERT INTO arco_request VALUES (2, NULL, NULL, '[1]'), (9, 'z', '2025-01-01', '[]')", service
        )
        # What may be there once is another row's by now.
        then = ", since int NOT NULL DEFAULT 7); INSERT INTO arco_request VALUES (2, 'a\tb'), (3, 'y')"
        postgres.execute(f"{made}{then}", f"{service}_restored")
        client: Any = SimpleNamespace(postgres=postgres)
        assert carry(client, service) == 2
        rows = postgres.execute("SELECT * FROM arco_request ORDER BY id", f"{service}_restored").splitlines()
        assert rows == ["1|a\tb|2026-11-02|[]|7", "2|||[1]|7", "3|y||[]|7"]
        assert carry(client, service) == 0
    finally:
        postgres.execute(f"DROP DATABASE {service}_restored WITH (FORCE)")


async def test_what_was_judged_by_other_partners_is_judged_again(
    postgres: PostgresServer, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A suspension is as the store before has it, also of a partner of whom the backup knows nothing of its own."""
    service = store_url.rpartition("/")[2]
    monkeypatch.setitem(CARRIED, service, CARRIED["financing"])
    monkeypatch.setitem(JUDGED_AGAIN, service, JUDGED_AGAIN["financing"])
    postgres.execute(f"CREATE DATABASE {service}_restored")
    made = """
        CREATE TABLE partner (id int PRIMARY KEY, code text, active boolean);
        CREATE TABLE offer (id int PRIMARY KEY, editions jsonb);
        CREATE TABLE sweep (id uuid, kind text, args jsonb, requested_at timestamptz, correlation_id text);
    """
    client: Any = SimpleNamespace(postgres=postgres)
    try:
        for database in (service, f"{service}_restored"):
            postgres.execute(f"{made} INSERT INTO partner VALUES (1, 'a', true)", database)
        assert carry(client, service) == 0
        assert partners_of(client, service) == (["a", *sorted(FIRST)], [])
        suspended = "UPDATE partner SET active = false; INSERT INTO partner VALUES (2, 'b', false)"
        postgres.execute(suspended, service)
        assert carry(client, service) == 2
        restored = f"{service}_restored"
        assert partners_of(client, restored) == (sorted(FIRST), ["a", "b"])
        assert postgres.execute("SELECT kind, args FROM sweep", restored).strip() == "partner_changed|{}"
    finally:
        postgres.execute(f"DROP DATABASE {service}_restored WITH (FORCE)")


def test_what_is_judged_again_is_a_sweep_of_its_service() -> None:
    assert JUDGED_AGAIN == {"financing": PARTNER_CHANGED}


MACHINERY = {
    "alembic_version", "audit_checkpoint", "audit_leaf", "audit_unsealed", "backup", "blocked_key", "blocked_record",
    "data_key", "dead_letter", "dead_letter_action", "idempotency", "import", "import_fault", "import_part",
    "import_refused_row", "inbox", "journal", "outbox", "record_gap", "request_limit", "resend", "skip", "sweep",
    "timer", "audit",
}  # fmt: skip
"""Of messaging: the runbook says of each kind what a restore makes of it."""
BY_EVENTS = {
    "registration": {"anchor", "supplier", "supplier_past"},
    "matching": {
        "anchor", "answers", "area_revision", "demand_revision", "due", "judged_profile", "match", "meeting",
        "offering", "offering_area", "open_demand", "pair", "process_offer",
    },
    "diagnosis": {"gap", "pair", "sheet"},
    "development": {"outcome", "requirement"},
    "financing": {"consent", "consent_text", "financing_case", "need", "referral"},
    "portal": {"anchor", "candidate", "checkpoint", "firm", "letter", "requirement", "story"},
}  # fmt: skip
"""Events bring them back, are listed to be repeated, or they are made of such."""
OF_NO_CONSEQUENCE = {
    "registration": {"attachment_secret", "telling"},
    "matching": {"telling"},
    "diagnosis": {"attachment_secret", "measurement"},
    "development": {"attachment_secret"},
    "financing": {"trial"},
    "portal": {"draft", "session", "sign_in"},
}
"""Links of a minute, what was asked for once and is done, tests; whoever was signed in signs in again."""


@pytest.mark.parametrize("service", SERVICES)
async def test_each_table_comes_back_or_is_carried_over_or_named(service: ServiceName, migrated: Migrated) -> None:
    """A new table is in none of these, and a restore must not lose it in silence."""
    store = await asyncpg.connect(await migrated(service))
    tables = {row["relname"] for row in await store.fetch(TABLES)}
    await store.close()
    carried, untold = {*CARRIED.get(service, {})}, {*UNTOLD[service]}
    assert tables == MACHINERY | BY_EVENTS[service] | OF_NO_CONSEQUENCE[service] | carried | untold
    assert not carried & (BY_EVENTS[service] | OF_NO_CONSEQUENCE[service])
    assert not untold & (BY_EVENTS[service] | OF_NO_CONSEQUENCE[service])
