"""Matching on a store of its own, with its API, its batches, moments and sweeps, and a look at its journal."""

import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from deploy.local.postgres import Postgres
from services.matching.api import router
from services.matching.consume import ROUTES, SWEEPS, TIMERS
from services.matching.settings import MatchingSettings
from services.matching.store import Table
from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause, EventData
from shared.messaging import journal
from shared.messaging.batch import BatchRunner, Outcome
from shared.messaging.codec import Record, encode
from shared.messaging.commands import Commands
from shared.messaging.sweeps import SweepWorker
from shared.messaging.tables import NAMES
from shared.messaging.timers import TimerWorker
from shared.runtime import http, migrations
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.security.tokens import LocalIssuer, Verifier

ISSUER = "http://127.0.0.1/pdp"


@pytest.fixture(scope="session")
def migrated_url(postgres: Postgres) -> str:
    """One store for all tests of matching, as its migrations make it."""
    url = postgres.ensure_database(f"test_{secrets.token_hex(6)}")
    migrations.upgrade("matching", url)
    return url


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    database = Database(migrated_url, application="matching")
    await database.open()
    async with database.connection() as connection:
        await connection.execute(f"TRUNCATE {', '.join((*Table.metadata.tables, *NAMES))} RESTART IDENTITY")
        await journal.ensure_partitions(connection, now())
    yield database
    await database.close()


@dataclass
class Stage:
    """What a test does with the stage."""

    database: Database
    client: AsyncClient
    issuer: LocalIssuer
    seen: int = 0

    def token(self, role: str, **claims: str) -> dict[str, str]:
        lifespan = timedelta(hours=1)
        return {"Authorization": f"Bearer {self.issuer.issue('person-1', [role], lifespan, **claims)}"}

    @property
    def operator(self) -> dict[str, str]:
        return self.token("operator")

    def anchor(self, id_: UUID) -> dict[str, str]:
        return self.token("anchor", anchor_id=str(id_))

    def supplier(self, id_: UUID) -> dict[str, str]:
        return self.token("supplier", supplier_id=str(id_))

    async def tell(self, *events: EventData) -> Outcome:
        """Let the stage take in these events of other stages as one batch."""
        records = [
            Record(event.topic, 0, offset, str(event.key).encode(), encode(_envelope(event)))
            for offset, event in enumerate(events)
        ]
        return await BatchRunner(self.database, "matching", ROUTES).take_in(records)

    async def sweep(self) -> None:
        """Let every open sweep run to its end."""
        worker = SweepWorker(self.database, "matching", SWEEPS)
        async with self.database.connection() as connection:
            while await worker.step(connection) == 0:
                pass

    async def fire(self, kind: str) -> None:
        """Let the moments of this kind be due now."""
        async with self.database.connection() as connection:
            await connection.execute("UPDATE due SET at = now() - interval '1 second' WHERE kind = $1", kind)
            await TimerWorker(self.database, "matching", TIMERS).step(connection)

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Type and data of what was decided since the last look, in order."""
        async with self.database.connection() as connection:
            rows = await connection.fetch("SELECT id, type, body FROM journal WHERE id > $1 ORDER BY id", self.seen)
        self.seen = max((row["id"] for row in rows), default=self.seen)
        return [(row["type"].removeprefix("matching."), json.loads(row["body"])["data"]) for row in rows]

    async def types(self) -> list[str]:
        return [type_ for type_, _ in await self.events()]


def _envelope(event: EventData) -> Envelope:
    return Envelope(uuid4(), "test", now(), event, Cause(correlation_id=str(uuid4())))


@pytest.fixture
async def stage(database: Database, tmp_path: Path) -> AsyncIterator[Stage]:
    issuer = LocalIssuer(tmp_path / "issuer", ISSUER)
    issuer.ensure_key()
    settings = MatchingSettings(import_max_bytes=100_000, import_max_rows=600)
    app = FastAPI()
    app.state.verifier = Verifier(ISSUER, str(issuer.jwks_path), "pdp")
    http.install(app)
    app.include_router(router(settings, Commands(database, "matching"), database))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield Stage(database, client, issuer)
