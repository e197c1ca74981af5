"""The way in for time: a table of timers, each decided once, also across a restart."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from operator import itemgetter
from typing import ClassVar, NamedTuple
from uuid import UUID

from shared.contracts.audit import FIRED
from shared.contracts.event import Actor, Cause
from shared.messaging import actors
from shared.messaging.retry import TRY_AGAIN
from shared.messaging.routing import TimerRoute, Timers
from shared.messaging.unit_of_work import TIMER_CHANNEL, unit_of_work
from shared.messaging.worker import WATCHDOG_S, Worker
from shared.runtime import logging, metrics, tracing
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database, columns

ROUND = 200
RETRY_AFTER = timedelta(minutes=5)
"""A timer whose decision fails is put off: it must not hold up the others, nor be forgotten."""

_DUE = "SELECT * FROM timer WHERE at <= $1 AND kind = ANY($2) ORDER BY at LIMIT $3"
_TAKE = """
    DELETE FROM timer USING unnest($1::text[], $2::uuid[]) AS given(kind, aggregate_id)
    WHERE timer.kind = given.kind AND timer.aggregate_id = given.aggregate_id AND timer.at <= $3
        AND timer.kind = ANY($1) AND timer.aggregate_id = ANY($2)
    RETURNING timer.aggregate_id
"""
_PUT_OFF = "UPDATE timer SET at = $3 WHERE kind = $1 AND aggregate_id = $2 AND at <= $4"
_NEXT = "SELECT min(at) FROM timer WHERE kind = ANY($1)"

_WAKE = """
    INSERT INTO timer (kind, aggregate_id, at, correlation_id)
    SELECT $1, id, $4, correlation_id FROM unnest($2::uuid[], $3::text[]) AS given(id, correlation_id)
    ON CONFLICT (kind, aggregate_id) DO UPDATE
    SET at = CASE WHEN $5 OR timer.at > excluded.at THEN excluded.at ELSE now() + interval '1 minute' END,
        correlation_id = excluded.correlation_id, traceparent = NULL, actor = NULL
    WHERE $5 OR timer.at > excluded.at OR timer.at <= now()
"""
"""One that is due may be decided at this moment by what was known before: it fires once more."""

log = logging.get(__name__)


async def wake(connection: Connection, kind: str, about: Mapping[UUID, str], at: datetime, *, anew: bool) -> None:
    """Have these aggregates decided at this time, each by the correlation id of what it is woken by: for what events
    tell aggregates that they are not about. `anew`: however early the timer that is there would fire; without, one that
    fires earlier stands.
    """
    woken = sorted(about.items(), key=itemgetter(0))
    if woken:
        await connection.execute(_WAKE, kind, *columns(woken), at, anew)
        await connection.execute("SELECT pg_notify($1, '')", TIMER_CHANNEL)


class _Due(NamedTuple):
    kind: str
    id: UUID
    correlation_id: str
    traceparent: str | None
    actor: Actor


class TimerWorker(Worker):
    """Fires timers. Several processes may run it: a timer is taken under its aggregate's lock."""

    name: ClassVar[str] = "timers"
    channel: ClassVar[str] = TIMER_CHANNEL

    def __init__(self, database: Database, service: str, timers: Timers) -> None:
        super().__init__(database)
        self._service = service
        self._routes = {route.kind: route for route in timers}

    async def step(self, connection: Connection) -> float:
        due = await self._due(connection)
        if not due:
            return await self._until_next(connection)
        for route, timers in self._by_kind(due):
            await self._settle(route, timers)
        return 0

    def _by_kind(self, due: list[_Due]) -> Iterator[tuple[TimerRoute, list[_Due]]]:
        """A transaction for each kind: it has one reference and one repository, so two cannot lock crosswise."""
        for route in self._routes.values():
            if timers := [timer for timer in due if timer.kind == route.kind]:
                yield route, timers

    async def _settle(self, route: TimerRoute, due: list[_Due]) -> None:
        try:
            await self._decide(route, due)
        except TRY_AGAIN:
            raise
        except Exception:  # noqa: BLE001 - one timer's trouble must not stop the others
            for timer in due:
                await self._decide_alone(route, timer)

    async def _due(self, connection: Connection) -> list[_Due]:
        rows = await connection.fetch(_DUE, now(), list(self._routes), ROUND)
        return [
            _Due(
                row["kind"],
                row["aggregate_id"],
                row["correlation_id"],
                row["traceparent"],
                actors.later(actors.of(row["actor"]), "timer"),
            )
            for row in rows
        ]

    async def _until_next(self, connection: Connection) -> float:
        at: datetime | None = await connection.fetchval(_NEXT, list(self._routes))
        return WATCHDOG_S if at is None else max(0.001, (at - now()).total_seconds())

    async def _decide(self, route: TimerRoute, due: list[_Due]) -> None:
        async with unit_of_work(self._database, self._service) as work:
            connection = work.connection
            reference = await route.reference(connection)
            await work.load(route.repository, [timer.id for timer in due])
            # Taken only now, under the aggregates' locks: whoever moved or fired a timer meanwhile was first.
            taken = await connection.fetch(_TAKE, [timer.kind for timer in due], [timer.id for timer in due], work.now)
            still_due = {row["aggregate_id"] for row in taken}
            for timer in due:
                if timer.id in still_due:
                    state = work.state(route.repository, timer.id)
                    decision = route.decide(state, work.now, reference)
                    # Linked: a trace that goes on months later would never be looked at as one.
                    with tracing.step(f"timer {timer.kind}", links=[timer.traceparent]) as traceparent:
                        cause = Cause(timer.correlation_id, None, traceparent, timer.actor, f"{self._service}:{FIRED}")
                    work.apply(route.repository, timer.id, decision, cause)
                    work.record(timer.id, cause)
            await work.flush()
        metrics.TIMERS.inc(len(still_due))

    async def _decide_alone(self, route: TimerRoute, timer: _Due) -> None:
        looked = now()
        try:
            await self._decide(route, [timer])
        except TRY_AGAIN:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the handler raised
            log.error("timer_postponed", kind=timer.kind, aggregate_id=str(timer.id), error=type(error).__name__)
            async with self._database.connection() as connection:
                # Unless somebody moved it when the failure let its aggregate go.
                await connection.execute(_PUT_OFF, timer.kind, timer.id, now() + RETRY_AFTER, looked)
