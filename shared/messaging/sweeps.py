"""The way in for one change that touches many aggregates: chunks, each its own transaction, with a stored cursor."""

import json
import time
from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID, uuid5

from shared.contracts.event import Cause
from shared.messaging import actors
from shared.messaging.decision import SweepRequest
from shared.messaging.retry import TRY_AGAIN
from shared.messaging.routing import Again, Slices, Sweep, Sweeps
from shared.messaging.sweep_requests import SWEEP_CHANNEL, request_sweeps
from shared.messaging.unit_of_work import UnitOfWork
from shared.messaging.worker import WATCHDOG_S, Worker
from shared.runtime import logging, metrics, tracing
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database, Row

ONCE = UUID("5b0a7f0e-3a0c-5c39-9a2e-5d6f2a4b8c01")
"""Namespace of sweeps that a store has once."""

CHUNK = 500
"""Most aggregates of one transaction."""

AIM_S = 0.05
"""What a chunk is to take: its locks are held so long, and whoever waits for one of its aggregates waits."""

FEWEST = 20
"""Of fewer the transaction costs more than its work."""

_NEXT = """
    SELECT oldest.* FROM unnest($1::text[]) AS known(kind) CROSS JOIN LATERAL (
        SELECT id, kind, args, cursor, correlation_id, causation_id, traceparent, actor FROM sweep
        WHERE finished_at IS NULL AND kind = known.kind
        ORDER BY requested_at, id LIMIT 1
        FOR UPDATE SKIP LOCKED
    ) AS oldest LIMIT 1
"""
"""Kind after kind until one has an open sweep, so that thousands of them are not sorted for each step."""

_ADVANCE = "UPDATE sweep SET cursor = $2, touched = touched + $3 WHERE id = $1"
_FINISH = "UPDATE sweep SET finished_at = $2 WHERE id = $1"

_REQUEST_ONCE = """
    INSERT INTO sweep (id, kind, args, requested_at, correlation_id)
    VALUES ($1, $2, $3::jsonb, $4, $5) ON CONFLICT (id) DO NOTHING
"""
_REQUEST_AGAIN = _REQUEST_ONCE.replace(
    "DO NOTHING",
    """DO UPDATE SET cursor = NULL, finished_at = NULL, requested_at = excluded.requested_at
    WHERE sweep.finished_at IS NOT NULL""",
)

log = logging.get(__name__)


async def _request(connection: Connection, query: str, requests: Iterable[SweepRequest]) -> None:
    """Ask for sweeps of a start: each has one record for its kind and arguments."""
    for request in requests:
        args = json.dumps(dict(request.args), sort_keys=True)
        id_ = uuid5(ONCE, f"{request.kind} {args}")
        await connection.execute(query, id_, request.kind, args, now(), str(id_))


def aimed(done: int, seconds: float, most: int) -> int:
    """How many to take next, so that they take about as long as they should; twice as many as last at most, as the next
    may be dearer.
    """
    return max(FEWEST, min(most, 2 * done, int(done * AIM_S / max(seconds, 0.001))))


class SweepWorker(Worker):
    """Takes the oldest open sweep, of the kind that comes first, one chunk further. Several processes share the work, a
    sweep each.
    """

    name: ClassVar[str] = "sweeps"
    channel: ClassVar[str] = SWEEP_CHANNEL

    def __init__(
        self,
        database: Database,
        service: str,
        sweeps: Sweeps,
        once: tuple[SweepRequest, ...] = (),
        again: tuple[Again, ...] = (),
    ) -> None:
        super().__init__(database)
        self._once, self._again = once, again
        self._service = service
        self._sweeps = {sweep.kind: sweep for sweep in sweeps}
        self._most = dict.fromkeys(self._sweeps, CHUNK // 5)
        """By kind: an aggregate of one may take ten times as long as one of another."""

    async def step(self, connection: Connection) -> float:
        if self._once:
            await _request(connection, _REQUEST_ONCE, self._once)
            self._once = ()
        if self._again:
            wanted = [each.request for each in self._again if await connection.fetchval(each.wanted)]
            await _request(connection, _REQUEST_AGAIN, wanted)
            self._again = ()
        async with connection.transaction():
            row = await connection.fetchrow(_NEXT, list(self._sweeps))
            if row is None:
                return WATCHDOG_S
            sweep, args = self._sweeps[row["kind"]], json.loads(row["args"])
            actor = actors.later(actors.of(row["actor"]), "sweep")
            cause = Cause(row["correlation_id"], row["causation_id"], row["traceparent"], actor)
            if isinstance(sweep, Slices):
                await self._slice(connection, sweep, row, args, cause)
                return 0
            decided = await self._chunk(connection, sweep, row, args, cause)
        for work in decided:
            await work.tell()
        return 0

    async def _slice(self, connection: Connection, sweep: Slices, row: Row, args: dict[str, str], cause: Cause) -> None:
        cursor, touched, sweeps = await sweep.step(connection, args, row["cursor"])
        await request_sweeps(connection, [(asked, cause) for asked in sweeps], now())
        if cursor is None:
            await connection.execute(_FINISH, row["id"], now())
        else:
            await connection.execute(_ADVANCE, row["id"], cursor, touched)
        metrics.SWEPT.inc(touched)

    async def _chunk(
        self, connection: Connection, sweep: Sweep, row: Row, args: dict[str, Any], cause: Cause
    ) -> list[UnitOfWork]:
        ids = await sweep.select(connection, args, row["cursor"], min(self._most[sweep.kind], CHUNK))
        if not ids:
            await connection.execute(_FINISH, row["id"], now())
            return []
        began = time.perf_counter()
        try:
            with tracing.step(f"sweep {sweep.kind}", cause.traceparent) as traceparent:
                caused = cause._replace(traceparent=traceparent)
                decided = [await self._decide(connection, sweep, args, ids, caused)]
        except TRY_AGAIN:
            raise
        except Exception:  # noqa: BLE001 - one aggregate's trouble must not stop the others
            decided = await self._one_by_one(connection, sweep, args, ids, cause)
        self._most[sweep.kind] = aimed(len(ids), time.perf_counter() - began, CHUNK)
        await connection.execute(_ADVANCE, row["id"], ids[-1], len(ids))
        metrics.SWEPT.inc(len(ids))
        return decided

    async def _decide(
        self, connection: Connection, sweep: Sweep, args: dict[str, Any], ids: list[UUID], cause: Cause
    ) -> UnitOfWork:
        """All of it or, when it raises, nothing."""
        async with connection.transaction():
            work = UnitOfWork(connection, self._service, now())
            reference = await sweep.reference(connection)
            await work.load(sweep.repository, ids)
            for id_ in ids:
                decision = sweep.decide(work.state(sweep.repository, id_), args, work.now, reference)
                work.apply(sweep.repository, id_, decision, cause)
            await work.flush()
        return work

    async def _one_by_one(
        self, connection: Connection, sweep: Sweep, args: dict[str, Any], ids: list[UUID], cause: Cause
    ) -> list[UnitOfWork]:
        decided = []
        for id_ in ids:
            try:
                decided.append(await self._decide(connection, sweep, args, [id_], cause))
            except TRY_AGAIN:
                raise
            except Exception as error:  # noqa: BLE001 - whatever the handler raised
                metrics.SWEEP_FAILURES.inc()
                log.error("sweep_left_out", kind=sweep.kind, aggregate_id=str(id_), error=type(error).__name__)
        return decided
