"""The stage on a store of its own, migrated as in production, with a local issuer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from services.financing import api, consume
from services.financing.catalogue.reading import read
from services.financing.domain.terms import Limits
from services.financing.store.terms import terms_of
from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause, EventData
from shared.messaging import journal
from shared.messaging.batch import BatchRunner, Outcome
from shared.messaging.codec import Record, encode
from shared.messaging.commands import Commands
from shared.messaging.sweeps import SweepWorker
from shared.messaging.timers import TimerWorker
from shared.runtime import http, migrations
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.security.callers import Role
from shared.security.tokens import LocalIssuer, Verifier

ISSUER = "http://issuer.test"
CAUSE = Cause(correlation_id="test-correlation")
TERMS = terms_of(read(), Limits())


@dataclass(frozen=True)
class Stage:
    """One running stage, without its broker."""

    database: Database
    issuer: LocalIssuer
    client: httpx.AsyncClient

    async def learn(self, *events: EventData, topic: str | None = None) -> Outcome:
        """Take events in as one batch, from their bytes on."""
        envelopes = [Envelope(new_id(), "test", now(), event, CAUSE) for event in events]
        records = [
            Record(topic or each.data.topic, 0, offset, str(each.data.key).encode(), encode(each))
            for offset, each in enumerate(envelopes)
        ]
        return await BatchRunner(self.database, "financing", consume.routes(TERMS)).take_in(records)

    async def call(
        self, method: str, path: str, role: Role, supplier_id: UUID | None = None, body: object = None
    ) -> tuple[int, Any]:
        claims: Any = {} if supplier_id is None else {"supplier_id": str(supplier_id)}
        token = self.issuer.issue(f"{role}-1", [str(role)], **claims)
        answer = await self.client.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
        return answer.status_code, answer.json()

    async def timers(self) -> None:
        """Decide every moment that is due."""
        worker = TimerWorker(self.database, "financing", consume.timers(TERMS))
        async with self.database.connection() as connection:
            while await worker.step(connection) == 0:
                pass

    async def sweeps(self) -> None:
        worker = SweepWorker(self.database, "financing", consume.sweeps(TERMS))
        async with self.database.connection() as connection:
            while await worker.step(connection) == 0:
                pass

    async def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        async with self.database.connection() as connection:
            return [dict(row) for row in await connection.fetch(query, *values)]

    async def told(self) -> list[str]:
        """The type of every event that the stage decided, in order."""
        return [row["type"] for row in await self.rows("SELECT type FROM journal ORDER BY id")]


@pytest.fixture
async def stage(store_url: str, tmp_path: Path) -> AsyncIterator[Stage]:
    await asyncio.to_thread(migrations.upgrade, "financing", store_url)
    database = Database(store_url, application="financing")
    await database.open()
    async with database.connection() as connection:
        await journal.ensure_partitions(connection, now())
    issuer = LocalIssuer(tmp_path, ISSUER)
    issuer.ensure_key()
    app = FastAPI()
    app.state.verifier = Verifier(ISSUER, str(issuer.jwks_path), "pdp")
    http.install(app)
    app.include_router(api.router(Commands(database, "financing"), database, terms=TERMS))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://financing.test") as client:
        yield Stage(database, issuer, client)
    await database.close()
