"""Registration on a store of its own, with its API, its sweeps and a look at its journal."""

import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from deploy.local.postgres import Postgres
from services.registration.api import router
from services.registration.consume import SWEEPS
from services.registration.settings import RegistrationSettings
from services.registration.store import Table
from shared.messaging.commands import Commands
from shared.messaging.sweeps import SweepWorker
from shared.messaging.tables import NAMES
from shared.runtime import http, migrations
from shared.runtime.database import Database
from shared.security.tokens import LocalIssuer, Verifier

ISSUER = "http://127.0.0.1/pdp"


@pytest.fixture(scope="session")
def migrated_url(postgres: Postgres) -> str:
    """One store for all tests of registration, as its migrations make it."""
    url = postgres.ensure_database(f"test_{secrets.token_hex(6)}")
    migrations.upgrade("registration", url)
    return url


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    database = Database(migrated_url, application="registration")
    await database.open()
    async with database.connection() as connection:
        await connection.execute(f"TRUNCATE {', '.join((*Table.metadata.tables, *NAMES))} RESTART IDENTITY")
        await connection.execute("ALTER SEQUENCE supplier_folio RESTART")
    yield database
    await database.close()


@dataclass
class Stage:
    """What a test does with the stage."""

    database: Database
    commands: Commands
    client: AsyncClient
    issuer: LocalIssuer
    seen: list[int] = field(default_factory=lambda: [0])

    def token(self, role: str, **claims: str) -> dict[str, str]:
        lifespan = timedelta(hours=1)
        return {"Authorization": f"Bearer {self.issuer.issue('person-1', [role], lifespan, **claims)}"}

    @property
    def operator(self) -> dict[str, str]:
        return self.token("operator")

    def supplier(self, id_: str) -> dict[str, str]:
        return self.token("supplier", supplier_id=id_)

    async def upload(self, path: str, content: bytes, **fields: str) -> Response:
        files = {"file": ("file", content)}
        return await self.client.post(path, files=files, data=fields, headers=self.operator)

    async def sweep(self) -> None:
        """Let every open sweep run to its end."""
        worker = SweepWorker(self.database, "registration", SWEEPS)
        async with self.database.connection() as connection:
            while await worker.step(connection) == 0:
                pass

    async def events(self) -> list[tuple[str, UUID, dict[str, Any]]]:
        """Type, key and data of what was decided since the last look, in order."""
        async with self.database.connection() as connection:
            rows = await connection.fetch(
                "SELECT id, type, key, body FROM journal WHERE id > $1 ORDER BY id", self.seen[-1]
            )
        self.seen += [row["id"] for row in rows]
        return [
            (row["type"].removeprefix("registration."), row["key"], json.loads(row["body"])["data"]) for row in rows
        ]


@pytest.fixture
async def stage(database: Database, tmp_path: Path) -> AsyncIterator[Stage]:
    issuer = LocalIssuer(tmp_path / "issuer", ISSUER)
    issuer.ensure_key()
    commands = Commands(database, "registration")
    settings = RegistrationSettings(registrations_burst=30, import_max_bytes=100_000, import_max_rows=600)
    app = FastAPI()
    app.state.verifier = Verifier(ISSUER, str(issuer.jwks_path), "pdp")
    http.install(app)
    app.include_router(router(settings, commands, database))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield Stage(database, commands, client, issuer)
