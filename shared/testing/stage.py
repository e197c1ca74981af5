"""One stage as it runs, without its broker and without a port: what a test of a service talks to."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Self
from uuid import UUID

import httpx
from fastapi import APIRouter, FastAPI

from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause, EventData
from shared.messaging import sealed_events
from shared.messaging.batch import Outcome
from shared.messaging.codec import Record, encode
from shared.messaging.commands import Commands
from shared.messaging.import_worker import ImportWorker
from shared.messaging.sweeps import SweepWorker
from shared.messaging.timers import TimerWorker
from shared.messaging.worker import Worker
from shared.runtime.clock import now
from shared.runtime.database import Database
from shared.runtime.ids import new_id
from shared.sealing.register import Register
from shared.security.tokens import Issuer, LocalIssuer, Verifier
from shared.security.trust import trust
from shared.service.erasures import Erasures
from shared.service.mailing import MailWorker
from shared.service.stage import Stage

ISSUER = "http://issuer.test"
AUDIENCE = "pdp"
TOKEN_LIFESPAN = timedelta(hours=1)
CAUSE = Cause(correlation_id="test-correlation")


class Told(NamedTuple):
    """One event that the stage decided."""

    type: str
    key: UUID
    data: dict[str, Any]


def types(told: Iterable[Told]) -> list[str]:
    return [event.type for event in told]


class StageUnderTest:
    """A stage on a migrated store of its own. Everything that comes in is decided before the call returns."""

    def __init__(self, stage: Stage, url: str) -> None:
        self.name = stage.name
        self.database = Database(url, application=stage.name)
        self.commands = Commands(self.database, stage.name)
        self._stage = stage
        self._runner = stage.runner(self.database)
        self._timers = TimerWorker(self.database, stage.name, stage.timers)
        self._sweeps = SweepWorker(self.database, stage.name, stage.sweeps)
        self._mails = None if stage.mails is None else MailWorker(self.database, stage.name, stage.mails)
        self._offsets: Iterator[int] = count()
        self._seen = 0
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            self._issuer = LocalIssuer(Path(opening.enter_context(TemporaryDirectory())), ISSUER, AUDIENCE)
            self._issuer.ensure_key()
            await self.database.open()
            opening.push_async_callback(self.database.close)
            self._open = opening.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    def trust(self, issuer: LocalIssuer) -> None:
        """Take this issuer's tokens, as the others do that run beside it; before anybody calls."""
        self._issuer = issuer

    # Routes take a tenth of a second to make: only where a test calls.
    @cached_property
    def router(self) -> APIRouter:
        return self._stage.router(self.commands, self.database)

    @cached_property
    def client(self) -> httpx.AsyncClient:
        """Calls the stage's API; without `headers` as nobody."""
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://stage.test", verify=trust()
        )
        self._open.push_async_callback(client.aclose)
        if self._stage.imports:
            self._open.push_async_callback(self._work(ImportWorker(self.database, self.name, self._stage.imports)))
        return client

    def _work(self, worker: Worker) -> Callable[[], Awaitable[None]]:
        """Have it work beside the calls. Returns what ends it."""
        working = asyncio.create_task(worker.run())

        async def end() -> None:
            worker.stop()
            await working

        return end

    @cached_property
    def app(self) -> FastAPI:
        """What answers `client`."""
        issuer = Issuer(Verifier(ISSUER, str(self._issuer.jwks_path), AUDIENCE))
        return self._stage.application(issuer, self.router, self.database)

    def headers(
        self,
        *roles: str,
        subject: str = "",
        supplier_id: UUID | str | None = None,
        anchor_id: UUID | str | None = None,
        partner_code: str | None = None,
    ) -> dict[str, str]:
        """Of a caller with these roles; `subject` is `<role>-1` of the first unless given."""
        bound = {"supplier_id": supplier_id, "anchor_id": anchor_id, "partner_code": partner_code}
        claims = {name: str(id_) for name, id_ in bound.items() if id_ is not None}
        token = self._issuer.issue(subject or f"{roles[0]}-1", list(map(str, roles)), TOKEN_LIFESPAN, **claims)
        return {"Authorization": f"Bearer {token}"}

    async def consume(
        self, *events: EventData, topic: str | None = None, arrived_at: datetime | None = None
    ) -> Outcome:
        """Take events in as one batch, from their bytes on; each on its own topic unless another is given."""
        return await self._runner.consume([self._record(event, topic or event.topic, arrived_at) for event in events])

    def _record(self, event: EventData, topic: str, arrived_at: datetime | None) -> Record:
        value = encode(Envelope(new_id(), "test", now(), event, CAUSE))
        arrived_ms = None if arrived_at is None else round(arrived_at.timestamp() * 1000)
        return Record(topic, 0, next(self._offsets), str(event.key).encode(), value, arrived_ms=arrived_ms)

    async def sweep(self, steps: int | None = None) -> None:
        """Run every open sweep to its end, or so many steps at most."""
        await self._exhaust(self._sweeps, steps)

    async def sweep_as_started(self) -> None:
        """What a start asks for, and every open sweep."""
        stage = self._stage
        await self._exhaust(SweepWorker(self.database, self.name, stage.sweeps, stage.once, stage.again))

    async def tick(self) -> None:
        """Fire every timer that is due."""
        await self._exhaust(self._timers)

    async def post(self) -> None:
        """Send every mail that is due."""
        if self._mails is not None:
            await self._exhaust(self._mails)

    def erasures(self, register: Register | None) -> Erasures:
        """What keeps its erasures, and erases again what comes back."""
        files = self._stage.attachments is not None
        return Erasures(self.database, register, self._stage.erase_again, files=files)

    async def _exhaust(self, worker: Worker, steps: int | None = None) -> None:
        async with self.database.connection() as connection:
            for _ in count() if steps is None else range(steps):
                if await worker.step(connection):
                    break

    async def told(self) -> list[Told]:
        """What was decided since the last look, in order."""
        found = await self.rows("SELECT id, type, key, body FROM journal WHERE id > $1 ORDER BY id", self._seen)
        self._seen = max((row["id"] for row in found), default=self._seen)
        bodies = await self.opened(row["body"] for row in found)
        return [Told(row["type"], row["key"], body["data"]) for row, body in zip(found, bodies, strict=True)]

    async def opened(self, bodies: Iterable[bytes]) -> list[dict[str, Any]]:
        """Events of the journal as whoever reads their topic gets them."""
        async with self.database.connection() as connection:
            return [json.loads(body) for body in await sealed_events.opened(connection, [*bodies])]

    async def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """What a statement gives."""
        async with self.database.connection() as connection:
            return [dict(row) for row in await connection.fetch(query, *values)]
