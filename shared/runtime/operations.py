"""The routes that operators and their tools find on every service."""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from shared.contracts.dead_letters import ServiceName
from shared.messaging.dead_letters import Resolution
from shared.messaging.replay import Replayed, Replayer, UnknownDeadLetterError
from shared.runtime import logging, metrics
from shared.runtime.asyncapi import document
from shared.runtime.database import Database
from shared.runtime.health import Health
from shared.runtime.http import Problem
from shared.security.callers import Caller, Role, allow, open_to_all

Operator = Annotated[Caller, allow(Role.OPERATOR)]
PAGE = 200

_LIST = """
    SELECT id, topic, partition, "offset", key, event_id, event_type, reason, error, at, attempts, resolution,
        (SELECT count(*) FROM parked_record AS p WHERE p.topic = d.topic AND p.key = d.key) AS behind
    FROM dead_letter AS d
    WHERE ($1 OR resolution IS NULL) AND ($2::text IS NULL OR reason = $2)
    ORDER BY at, id LIMIT $3
"""
_SHOW = 'SELECT id, topic, partition, "offset", key, value, reason, error, at, attempts FROM dead_letter WHERE id = $1'
_BACKLOG = """
    SELECT (SELECT count(*) FROM outbox) AS outbox,
        (SELECT coalesce(extract(epoch FROM now() - min(recorded_at)), 0) FROM outbox) AS age,
        (SELECT count(*) FROM parked_key) AS parked,
        (SELECT count(*) FROM dead_letter WHERE resolution IS NULL) AS dead,
        (SELECT count(*) FROM sweep WHERE finished_at IS NULL) AS sweeps
"""

log = logging.get(__name__)


class DeadLetterView(BaseModel):
    id: UUID
    topic: str
    partition: int
    offset: int
    key: str | None
    event_id: str | None
    event_type: str | None
    reason: str
    error: str
    at: datetime
    attempts: int
    resolution: str | None
    behind: int
    """Records that wait for this one."""


class DeadLetterContent(BaseModel):
    id: UUID
    topic: str
    reason: str
    error: str
    event: Any = None
    """The record's value where it is JSON of a stage's topic."""
    raw_base64: str | None = None
    hidden: bool = False
    """A partner's topic holds personal data: its bytes stay in the store."""


class ReplayView(BaseModel):
    resolved: bool
    released: int
    error: str | None

    @classmethod
    def of(cls, replayed: Replayed) -> "ReplayView":
        return cls(resolved=replayed.resolved, released=replayed.released, error=replayed.error)


def router(
    service: ServiceName,
    database: Database,
    health: Health,
    replayer: Replayer,
    lags: Callable[[], dict[tuple[str, int], int]],
) -> APIRouter:
    """Health, metrics, the API of events, and dead letters."""
    api = APIRouter(tags=["operations"])

    @api.get("/live", dependencies=[open_to_all()])
    async def live() -> dict[str, str]:
        return {"service": service}

    @api.get("/ready", dependencies=[open_to_all()])
    async def ready(response: Response) -> dict[str, str]:
        troubles = health.troubles()
        response.status_code = 503 if troubles else 200
        return troubles

    @api.get("/metrics", dependencies=[open_to_all()])
    async def measured() -> Response:
        await _observe_backlog(database)
        metrics.LAG.clear()
        for (topic, partition), lag in lags().items():
            metrics.LAG.labels(topic, str(partition)).set(lag)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @api.get("/asyncapi", dependencies=[open_to_all()])
    async def asyncapi() -> dict[str, Any]:
        return document(service)

    @api.get("/dead-letters", dependencies=[allow(Role.OPERATOR)])
    async def list_(reason: str | None = None, *, resolved: bool = False) -> list[DeadLetterView]:
        async with database.connection() as connection:
            rows = await connection.fetch(_LIST, resolved, reason, PAGE)
        return [DeadLetterView(**dict(row) | {"key": _text(row["key"])}) for row in rows]

    @api.get("/dead-letters/{letter_id}", dependencies=[allow(Role.OPERATOR)])
    async def show(letter_id: UUID) -> DeadLetterContent:
        async with database.connection() as connection:
            row = await connection.fetchrow(_SHOW, letter_id)
        if row is None:
            raise _unknown()
        return _content(dict(row))

    async def resolve(letter_id: UUID, resolution: Resolution, by: Caller) -> ReplayView:
        try:
            replayed = await replayer.resolve(letter_id, resolution, by.subject)
        except UnknownDeadLetterError as error:
            raise _unknown() from error
        log.info("dead_letter_resolved", dead_letter_id=str(letter_id), resolution=resolution, by=by.subject)
        return ReplayView.of(replayed)

    @api.post("/dead-letters/{letter_id}/replay")
    async def replay(letter_id: UUID, caller: Operator) -> ReplayView:
        return await resolve(letter_id, "replayed", caller)

    @api.post("/dead-letters/{letter_id}/discard")
    async def discard(letter_id: UUID, caller: Operator) -> ReplayView:
        return await resolve(letter_id, "discarded", caller)

    return api


async def _observe_backlog(database: Database) -> None:
    async with database.connection() as connection:
        row = await connection.fetchrow(_BACKLOG)
    if row is not None:
        metrics.OUTBOX_ROWS.set(row["outbox"])
        metrics.OUTBOX_AGE.set(float(row["age"]))
        metrics.PARKED_KEYS.set(row["parked"])
        metrics.DEAD_LETTERS.set(row["dead"])
        metrics.SWEEPS_OPEN.set(row["sweeps"])


def _unknown() -> Problem:
    return Problem(404, "dead_letter_unknown", "There is no open dead letter of that id; list them to see which are.")


def _text(key: bytes | None) -> str | None:
    return None if key is None else key.decode("utf-8", "backslashreplace")


def _content(row: dict[str, Any]) -> DeadLetterContent:
    known = DeadLetterContent(id=row["id"], topic=row["topic"], reason=row["reason"], error=row["error"])
    if row["topic"].startswith("partner."):
        return known.model_copy(update={"hidden": True})
    value: bytes | None = row["value"]
    try:
        return known.model_copy(update={"event": None if value is None else json.loads(value)})
    except (ValueError, RecursionError):
        return known.model_copy(update={"raw_base64": base64.b64encode(value or b"").decode()})
