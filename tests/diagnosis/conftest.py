"""The stage on a real PostgreSQL: events go in as records, commands as HTTP requests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from services.diagnosis.app import build
from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause, EventData
from shared.messaging.batch import BatchRunner, Outcome
from shared.messaging.codec import Record, encode
from shared.messaging.commands import Commands
from shared.runtime import http, migrations
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.security.tokens import LocalIssuer, Verifier

from .builders import NOW

ISSUER = "http://127.0.0.1/test"


class Stage:
    """The service without Kafka and without a port."""

    def __init__(self, database: Database, issuer: LocalIssuer) -> None:
        stage, _ = build()
        self.database = database
        self._issuer = issuer
        self._runner = BatchRunner(database, stage.name, stage.routes)
        self.app = FastAPI()
        self.app.state.verifier = Verifier(ISSUER, str(issuer.jwks_path), "pdp")
        http.install(self.app)
        self.router = stage.router(Commands(database, stage.name), database)
        self.app.include_router(self.router)

    async def take_in(self, *events: EventData) -> Outcome:
        """One batch of these events, each as its record."""
        records = [
            Record(
                event.topic,
                0,
                offset,
                str(event.key).encode(),
                encode(Envelope(new_id(), "test", NOW, event, Cause(correlation_id="test-0001"))),
            )
            for offset, event in enumerate(events)
        ]
        return await self._runner.take_in(records)

    async def told(self) -> list[str]:
        """Types of the events in the journal, in order."""
        async with self.database.connection() as connection:
            return [row["type"] for row in await connection.fetch("SELECT type FROM journal ORDER BY id")]

    def client(self, role: str, subject: str = "", supplier_id: UUID | None = None) -> httpx.AsyncClient:
        """A caller with one role."""
        bound: dict[str, Any] = {} if supplier_id is None else {"supplier_id": str(supplier_id)}
        token = self._issuer.issue(subject or role, [role], **bound)
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://diagnosis",
            headers={"Authorization": f"Bearer {token}"},
        )


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    # In a thread: Alembic's environment runs a loop of its own.
    await asyncio.to_thread(migrations.upgrade, "diagnosis", store_url)
    database = Database(store_url, application="test", pool_size=4)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def stage(database: Database, tmp_path: Path) -> Stage:
    issuer = LocalIssuer(tmp_path, ISSUER)
    issuer.ensure_key()
    return Stage(database, issuer)


Body = Callable[..., dict[str, Any]]


@pytest.fixture
def sheet() -> Body:
    """The body of answers: levels, and a reason for each null."""

    def body(levels: dict[str, int | None], **notes: str) -> dict[str, Any]:
        reasons = {code: "no special process" for code, level in levels.items() if level is None}
        return {"levels": levels, "reasons": reasons, "notes": notes}

    return body
