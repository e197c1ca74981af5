"""The stage on a store of its own, migrated as in production, with a local issuer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from services.development import api
from services.development.consume import ROUTES
from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause, EventData
from shared.messaging import journal
from shared.messaging.batch import BatchRunner
from shared.messaging.codec import Record, encode
from shared.messaging.commands import Commands
from shared.runtime import http, migrations
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.security.callers import Role
from shared.security.tokens import LocalIssuer, Verifier

ISSUER = "http://issuer.test"
CAUSE = Cause(correlation_id="test-correlation")


@dataclass(frozen=True)
class Stage:
    """One running stage, without its broker."""

    database: Database
    commands: Commands
    issuer: LocalIssuer
    client: httpx.AsyncClient

    async def learn(self, *events: EventData) -> None:
        """Take events in as one batch, from their bytes on."""
        envelopes = [Envelope(new_id(), "test", now(), event, CAUSE) for event in events]
        records = [
            Record(each.data.topic, 0, offset, str(each.data.key).encode(), encode(each))
            for offset, each in enumerate(envelopes)
        ]
        outcome = await BatchRunner(self.database, "development", ROUTES).take_in(records)
        assert outcome.applied == len(events)

    def as_(self, role: Role, supplier_id: UUID | None = None) -> dict[str, str]:
        """The headers of a caller."""
        subject, roles = f"{role}-1", [str(role)]
        if supplier_id is None:
            token = self.issuer.issue(subject, roles)
        else:
            token = self.issuer.issue(subject, roles, supplier_id=str(supplier_id))
        return {"Authorization": f"Bearer {token}"}

    async def journal(self) -> list[tuple[str, UUID]]:
        """Type and key of every event that the stage decided, in order."""
        async with self.database.connection() as connection:
            rows = await connection.fetch("SELECT type, key FROM journal ORDER BY id")
        return [(row["type"], row["key"]) for row in rows]


@pytest.fixture
async def stage(store_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    await asyncio.to_thread(migrations.upgrade, "development", store_url)
    database = Database(store_url, application="development")
    await database.open()
    async with database.connection() as connection:
        await journal.ensure_partitions(connection, now())
    issuer = LocalIssuer(tmp_path, ISSUER)
    issuer.ensure_key()
    commands = Commands(database, "development")
    app = FastAPI()
    app.state.verifier = Verifier(ISSUER, str(issuer.jwks_path), "pdp")
    http.install(app)
    app.include_router(partial(api.router, default_capacity=2)(commands, database))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://development.test") as client:
        yield Stage(database, commands, issuer, client)
    await database.close()
