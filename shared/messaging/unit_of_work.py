"""One transaction of a stage: load and lock, decide, write everything in bulk."""

import asyncio
import zlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec

from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause, EventData
from shared.messaging import actors, audit, journal
from shared.messaging.audit import Act
from shared.messaging.codec import Message
from shared.messaging.decision import Decision, SweepRequest, Then, Timer
from shared.messaging.repository import Deriving, Repository, ToDerive
from shared.messaging.routing import Reference, Resolve, Route
from shared.messaging.sweep_requests import request_sweeps
from shared.runtime import logging, metrics
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database, columns
from shared.runtime.ids import in_order, new_id
from shared.sealing.noting import noting

S = TypeVar("S")

TIMER_CHANNEL = "timer"

_SCHEDULE = """
    INSERT INTO timer (kind, aggregate_id, at, correlation_id, traceparent, actor)
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[]::jsonb[])
    ON CONFLICT (kind, aggregate_id) DO UPDATE
    SET at = excluded.at, correlation_id = excluded.correlation_id, traceparent = excluded.traceparent,
        actor = excluded.actor
"""
_CANCEL = """
    DELETE FROM timer USING unnest($1::text[], $2::uuid[]) AS given(kind, aggregate_id)
    WHERE timer.kind = given.kind AND timer.aggregate_id = given.aggregate_id AND timer.kind = ANY($1)
        AND timer.aggregate_id = ANY($2)
"""


@dataclass(slots=True)
class _Further:
    """The second step of an aggregate's decision."""

    then: Then[Any]
    wanted: set[str]
    cause: Cause


@dataclass(slots=True)
class _Held:
    """The aggregates of one repository in this unit: as loaded, and as decided so far."""

    loaded: dict[UUID, Any]
    current: dict[UUID, Any]
    further: dict[UUID, _Further] = field(default_factory=dict)


class UnitOfWork:
    """Collects the decisions of one transaction; `flush` writes them with one statement per table."""

    def __init__(self, connection: Connection, source: str, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self._source = source
        self._held: dict[Repository[Any], _Held] = {}
        self._events: list[Envelope] = []
        self._let_go: list[bytes] = []
        """What the log tells of events that are written and no longer held, part by part: 60 bytes of each event."""
        self._acts: list[Act] = []
        self._set: dict[tuple[str, UUID], tuple[Timer, Cause]] = {}
        self._sweeps: dict[tuple[str, frozenset[tuple[str, str]]], tuple[SweepRequest, Cause]] = {}

    async def load(self, repository: Repository[S], ids: Sequence[UUID]) -> None:
        """Load and lock these aggregates, in the order of their ids so that two units cannot lock crosswise."""
        held = self._held.setdefault(repository, _Held({}, {}))
        wanted = set(ids).difference(held.loaded)
        if not wanted:
            return
        found = dict.fromkeys(wanted) | await repository.load_many(self.connection, sorted(wanted, key=in_order))
        held.loaded |= found
        held.current |= found

    async def load_for(
        self, messages: Sequence[Message], routes: Sequence[Route], table: Collection[Route]
    ) -> tuple[dict[Reference[Any], Any], list[UUID | None]]:
        """Load all that these messages meet. Returns each reference's value and each message's aggregate.

        In the order of the stage's table, whatever the messages' own: two units cannot lock crosswise.
        """
        used = frozenset(routes)
        in_order = [route for route in table if route in used]
        # Before any aggregate is locked: a reference's loader may take a lock of its own.
        known: dict[Reference[Any], Any] = {}
        for route in in_order:
            if route.reference not in known:
                known[route.reference] = await route.reference(self.connection)
        targets = await _targets(self.connection, messages, routes)
        wanted = _by_repository(routes, targets)
        for route in in_order:
            await self.load(route.repository, wanted.get(route.repository, ()))
        return known, targets

    def state(self, repository: Repository[S], id_: UUID) -> S | None:
        """The aggregate as decided so far; None when there is none yet. It must have been loaded."""
        state: S | None = self._held[repository].current[id_]
        return state

    def apply(self, repository: Repository[S], id_: UUID, decision: Decision[S], cause: Cause) -> None:
        """Take a decision into the unit."""
        held = self._held[repository]
        held.current[id_] = decision.state
        if decision.then is not None:
            known = held.further.get(id_)
            wanted = {decision.then.wanted} if known is None else known.wanted | {decision.then.wanted}
            held.further[id_] = _Further(decision.then, wanted, cause)
        for event in decision.events:
            self.emit(event, cause)
        for timer in decision.timers:
            self._set[timer.kind, id_] = timer, cause
        for sweep in decision.sweeps:
            # One sweep serves every decision of this unit that asks for the same one.
            self._sweeps[sweep.kind, frozenset(sweep.args.items())] = sweep, cause

    def emit(self, event: EventData, cause: Cause) -> None:
        """Add an event. Those that no aggregate decided, as a dead letter, come here directly."""
        self._events.append(Envelope(new_id(), self._source, self.now, event, cause))

    def record(self, about: UUID, cause: Cause) -> None:
        """Put what somebody does with an aggregate into the audit log, where it is an act."""
        if (act := audit.act(cause, about)) is not None:
            self._acts.append(act)

    @property
    def decided(self) -> int:
        """How many events this unit holds."""
        return len(self._events)

    async def tell(self) -> None:
        """Say what was decided, event by event. For when it is committed: what is rolled back was never decided."""
        for part in self._let_go:
            _say(msgspec.json.decode(zlib.decompress(part)))
            # A selection among thousands has as many lines: others have their turn in between.
            await asyncio.sleep(0)
        if self._events:
            _say([_line(event) for event in self._events])

    async def flush(self) -> None:
        """Write: aggregates first, so that the journal's ids are given under their locks."""
        for repository, held in self._held.items():
            await self._go_on(repository, held)
            new, changed = _written(held)
            await repository.save_many(self.connection, new, changed)
        await journal.append(self.connection, self._events)
        await audit.record(self.connection, self._acts)
        await self._write_due()
        await self._write_sweeps()

    async def flush_part(self) -> None:
        """Write what was decided so far and let go of it: for a decision on more aggregates than memory should hold at
        once. It commits with the rest; what is let go of stays locked, and is loaded anew where it is met again.
        """
        await self.flush()
        self._let_go.append(zlib.compress(msgspec.json.encode([_line(event) for event in self._events])))
        for held in (self._held, self._events, self._acts, self._set, self._sweeps):
            held.clear()

    async def _go_on(self, repository: Repository[Any], held: _Held) -> None:
        """The second steps of decisions, with what the store derives for all of them at once."""
        further, held.further = held.further, {}
        if not further:
            return
        given = [ToDerive(held.loaded[id_], held.current[id_], each.wanted) for id_, each in further.items()]
        derived = await cast("Deriving[Any]", repository).derive(self.connection, given, self.now)
        for id_, each in further.items():
            if id_ in derived:
                decision = each.then.decide(held.current[id_], derived[id_], self.now)
                self.apply(repository, id_, decision, each.cause)

    async def _write_due(self) -> None:
        set_ = [
            (timer.kind, id_, timer.at, cause.correlation_id, cause.traceparent, actors.kept(cause.actor))
            for (_, id_), (timer, cause) in self._set.items()
            if timer.at
        ]
        if set_:
            await self.connection.execute(_SCHEDULE, *columns(set_))
            await self.connection.execute("SELECT pg_notify($1, '')", TIMER_CHANNEL)
        cancelled = [(timer.kind, id_) for (_, id_), (timer, _) in self._set.items() if timer.at is None]
        if cancelled:
            await self.connection.execute(_CANCEL, *columns(cancelled))

    async def _write_sweeps(self) -> None:
        await request_sweeps(self.connection, self._sweeps.values(), self.now)


@asynccontextmanager
async def unit_of_work(database: Database, source: str) -> AsyncIterator[UnitOfWork]:
    """A unit in a transaction of its own, told when it is committed. What it holds is written by its `flush`."""
    with noting() as erased:
        async with database.transaction() as connection:
            work = UnitOfWork(connection, source, now())
            yield work
    if erased:
        database.erased.set()
    await work.tell()


def _written(held: _Held) -> tuple[list[Any], list[Any]]:
    new: list[Any] = []
    changed: list[Any] = []
    for id_, state in held.current.items():
        before = held.loaded[id_]
        if state is None or state is before or state == before:
            continue
        (new if before is None else changed).append(state)
    return new, changed


async def _targets(connection: Connection, messages: Sequence[Message], routes: Sequence[Route]) -> list[UUID | None]:
    """The aggregate of each message; None when its key finds none."""
    given = zip(messages, routes, strict=True)
    targets: list[UUID | None] = [route.key(message.envelope.data) for message, route in given]
    to_find: defaultdict[Resolve, list[int]] = defaultdict(list)
    for position, route in enumerate(routes):
        if route.resolve is not None:
            to_find[route.resolve].append(position)
    for resolve, positions in to_find.items():
        keys = {position: key for position in positions if (key := targets[position]) is not None}
        found = await resolve(connection, list(keys.values()))
        for position, key in keys.items():
            targets[position] = found.get(key)
    return targets


def _by_repository(routes: Sequence[Route], targets: Sequence[UUID | None]) -> dict[Repository[Any], list[UUID]]:
    wanted: defaultdict[Repository[Any], list[UUID]] = defaultdict(list)
    for route, target in zip(routes, targets, strict=True):
        if target is not None:
            wanted[route.repository].append(target)
    return wanted


def _say(lines: Sequence[Mapping[str, Any]]) -> None:
    for type_, count in Counter(line["type"] for line in lines).items():
        metrics.DECIDED.labels(type_).inc(count)
    logging.many(__name__, "decided", lines)


def _line(event: Envelope) -> Mapping[str, Any]:
    """What the log tells of an event: ids and reason codes, and nothing else of what it carries."""
    data, cause = event.data, event.cause
    told = {"type": data.TYPE, "aggregate_id": data.key, "event_id": event.id, "correlation_id": cause.correlation_id}
    if cause.causation_id is not None:
        told["causation_id"] = cause.causation_id
    if cause.traceparent is not None:
        told["trace_id"] = cause.traceparent[3:35]
    if cause.actor is not None:
        told |= actors.told(cause.actor)
    kind: Any = type(data)
    if (read := _reader(kind)) is not None and (reasons := read(data)):
        told["reasons"] = reasons
    return told


@cache
def _reader(event: type[Any]) -> Callable[[Any], list[str]] | None:
    """Reads an event's reasons; None for a type that has none."""
    return _reasons if {"reason", "reasons", "missing"} & event.model_fields.keys() else None


def _reasons(data: Any) -> list[str]:  # noqa: ANN401 - whichever type has them
    """Its own reason codes, and those of what it says is missing, each once."""
    missing = (each.reason for each in getattr(data, "missing", ()))
    found = (getattr(data, "reason", None), *getattr(data, "reasons", ()), *missing)
    return list(dict.fromkeys(reason for reason in found if reason is not None))
