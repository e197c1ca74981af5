"""Events of a stage's journal once more: what Kafka removed before a reader consumed it.

They go into the outbox under the ids that they had, and the relay publishes them like any other: whoever consumed them
before drops them by its inbox. Three rules keep that true (decision 38): nothing is resent that an inbox may have
forgotten, nothing that a later event of its key has superseded, and nothing whose data was erased.
"""

import json
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

import stamina
from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.dead_letters import ServiceName
from shared.contracts.event import Cause, Moment
from shared.messaging import actors, audit, inbox, outbox, sealed_events
from shared.messaging.codec import Message, Record, decode
from shared.messaging.producer import partition_of
from shared.messaging.retry import RETRYABLE
from shared.messaging.sealed_events import Sealed
from shared.messaging.topics import EVENT_RETENTION_MS, EVENT_TYPES, Topic, is_partners, written
from shared.runtime import logging
from shared.runtime.database import Connection, Database, columns
from shared.sealing import keys
from shared.sealing.values import ERASED

REACH = inbox.KEPT - timedelta(milliseconds=EVENT_RETENTION_MS) - timedelta(days=2)
"""How old an event may be: what is published now lies on its topic for a retention and a segment, and each reader must
know it until the last of that time. The two days are the segment, the outbox and clocks that differ."""

HOLD_WAIT_S = 1
"""Who waits for what a long transaction has appended keeps every decision waiting behind it."""
HELD_AT_MOST_S = 5
"""Some hundred times what it takes: the store ends the session of a process that hangs while nobody else can decide."""

MARGIN = timedelta(hours=1)
"""What begins there and goes page by page is still within reach at its last page."""

AT_ONCE = 500
"""Events of the journal that one call looks at: live events wait behind them for as long as the relay takes."""

Refusal = Literal["resend_topic_unknown", "partition_unknown", "resend_too_old", "resend_no_time", "resend_to_partner"]

_PAGE = """
    SELECT id, recorded_at, key, body FROM journal
    WHERE topic = $1 AND recorded_at >= $2 AND recorded_at < $3 AND ($4::uuid IS NULL OR key = $4) AND id > $5
    ORDER BY id LIMIT $6
"""
"""In the order of ids, which is the order per key: of two transactions the later one may have begun earlier."""
_LATER = """
    SELECT later.id, later.key, later.body FROM unnest($1::uuid[], $2::bigint[]) AS seen(key, id) CROSS JOIN LATERAL (
        SELECT id, key, body FROM journal WHERE key = seen.key AND id > seen.id AND topic = $3 OFFSET 0
    ) AS later
"""
"""Of each key what was written behind the one seen: ids are in the order of commits there. The OFFSET makes it one look
into the index per key."""
_SAME = """
    SELECT id, recorded_at, key, body FROM unnest($1::bigint[], $2::timestamptz[]) AS same(id, recorded_at)
    JOIN journal USING (id, recorded_at) ORDER BY id
"""
_RECORD = """
    INSERT INTO resend (topic, partition, key, since, until, events, superseded, withheld, by, at, reason)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""

log = logging.get(__name__)


class Wanted(BaseModel):
    """Which events of the journal, and why."""

    model_config = ConfigDict(extra="forbid")

    topic: str = Field(max_length=249)
    reason: str = Field(min_length=1, max_length=500)
    """For the record: no personal data."""
    partition: int | None = Field(default=None, ge=0, le=10_000)
    key: UUID | None = None
    since: Moment | None = None
    """As early as is safe where it is not given."""
    until: Moment | None = None
    """Before it. Now where it is not given."""
    after: int | None = Field(default=None, ge=0, le=2**53 - 1)
    """Of the call before: its `next`."""
    partner: bool = False
    """Said aloud by whoever means to send a partner its referrals again."""
    dry_run: bool = False


class Resent(BaseModel):
    """What one call did, or would do."""

    events: int
    """Published again."""
    superseded: int
    """Left out: a later event of the same key about the same thing has the whole state."""
    withheld: int
    """Left out: erased since, or not an event of today's contracts."""
    first: datetime | None
    """When the first of them was decided."""
    last: datetime | None
    since: datetime
    until: datetime
    next: int | None
    """There is more: call again with it as `after`, with the same `since` and `until`."""


class RefusedError(Exception):
    """The whole request: nothing was done."""

    def __init__(self, code: Refusal, **params: Any) -> None:  # noqa: ANN401 - a message's parameters
        super().__init__(code)
        self.code = code
        self.params = params


class _Entry(NamedTuple):
    id: int
    recorded_at: datetime
    key: UUID
    about: tuple[str, ...]
    whole: bool
    sealed: tuple[Sealed, ...]


_Newest = dict[tuple[UUID, tuple[str, ...]], int]
"""The last event of each key about each thing."""


class Resender:
    """Resends what one service wrote."""

    def __init__(self, database: Database, service: ServiceName) -> None:
        self._database = database
        self._service = service

    @stamina.retry(on=RETRYABLE, attempts=4, wait_initial=0.5, wait_max=2.0)
    async def resend(self, wanted: Wanted, by: Cause) -> Resent:
        """The next events that fit, up to `AT_ONCE` of the journal, in one transaction. Raises RefusedError.

        What is newest is looked for twice: at length, and then once more for what was decided meanwhile, while nobody
        can decide.
        """
        async with self._database.transaction() as connection:
            at: datetime = await connection.fetchval("SELECT now()")
            earliest = at - REACH
            topic = self._topic(wanted)
            since, until = _times(wanted, earliest, at)
            rows = _PAGE, topic.name, since, until, wanted.key, wanted.after or 0, AT_ONCE
            found = await _with_keys(connection, [_entry(topic, *row) async for row in connection.cursor(*rows)])
            meant = [entry for entry in found if _is_in(entry, topic, wanted.partition)]
            newest = {(entry.key, entry.about): entry.id for entry in meant}
            seen = {entry.key: entry.id for entry in reversed(meant)}
            await _look_later(connection, topic, seen, newest)
            if not wanted.dry_run:
                await _hold(connection)
                await _look_later(connection, topic, seen, newest)
                meant = await _as_they_are(connection, topic, meant)
            whole = [entry for entry in meant if entry.whole]
            again = [entry for entry in whole if not entry.about or newest[entry.key, entry.about] == entry.id]
            done = Resent(
                events=len(again),
                superseded=len(whole) - len(again),
                withheld=len(meant) - len(whole),
                first=min((entry.recorded_at for entry in again), default=None),
                last=max((entry.recorded_at for entry in again), default=None),
                since=since,
                until=until,
                next=found[-1].id if len(found) == AT_ONCE else None,
            )
            if not wanted.dry_run:
                await _publish(connection, topic, again)
                counts = done.events, done.superseded, done.withheld
                place = topic.name, wanted.partition, wanted.key
                who = actors.acting(by).subject
                await connection.execute(_RECORD, *place, since, until, *counts, who, at, wanted.reason)
                await audit.record_act(connection, by)
        if not wanted.dry_run:
            log.info(
                "events_resent", topic=topic.name, by=actors.acting(by).subject, **done.model_dump(include=_COUNTS)
            )
        return done

    def _topic(self, wanted: Wanted) -> Topic:
        topic = written(self._service, wanted.topic)
        if topic is None:
            raise RefusedError("resend_topic_unknown")
        if is_partners(topic.name) and not wanted.partner:
            raise RefusedError("resend_to_partner")
        if wanted.partition is not None and wanted.partition >= topic.partitions:
            place = {"topic": topic.name, "partition": wanted.partition}
            raise RefusedError("partition_unknown", **place, last=topic.partitions - 1)
        return topic


def _times(wanted: Wanted, earliest: datetime, at: datetime) -> tuple[datetime, datetime]:
    """From when to when. Raises RefusedError where nothing can be between."""
    if any(given is not None and given < earliest for given in (wanted.since, wanted.until)):
        raise RefusedError("resend_too_old", since=_shown(earliest))
    since, until = wanted.since or earliest + MARGIN, wanted.until or at
    if since >= min(until, at):
        raise RefusedError("resend_no_time", since=_shown(since), until=_shown(until))
    return since, until


def _shown(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


_COUNTS = {"events", "superseded", "withheld"}


def _entry(topic: Topic, id_: int, recorded_at: datetime, key: UUID, body: bytes) -> _Entry:
    about = _about(topic, key, body)
    whole = about is not None and not (is_partners(topic.name) and _is_erased(body))
    return _Entry(id_, recorded_at, key, about or (), whole, sealed_events.sealed_in(body))


async def _with_keys(connection: Connection, entries: list[_Entry]) -> list[_Entry]:
    """Of what is sealed nothing is whole once its key is destroyed, also where another one was made since."""
    ring = await keys.find(connection, {each.name for entry in entries for each in entry.sealed})
    return [
        entry._replace(whole=entry.whole and not any(ring.open(*each) is ERASED for each in entry.sealed))
        for entry in entries
    ]


def _about(topic: Topic, key: UUID, body: bytes) -> tuple[str, ...] | None:
    """What the event tells of; None where it is no event of its topic any more."""
    item = decode(Record(topic.name, 0, 0, str(key).encode(), sealed_events.bare(body)))
    return item.data.about if isinstance(item, Message) else None


def _is_erased(body: bytes) -> bool:
    """What was erased before it was sealed is away (`journal.redact`). What was never said is written too, as null."""
    event = json.loads(body)
    return not EVENT_TYPES[event["type"]].model_fields.keys() <= event["data"].keys()


def _is_in(entry: _Entry, topic: Topic, partition: int | None) -> bool:
    return partition is None or partition_of(str(entry.key).encode(), topic.partitions) == partition


async def _look_later(connection: Connection, topic: Topic, seen: dict[UUID, int], newest: _Newest) -> None:
    """Learn of what was written of each key behind the one `seen`, wherever in the journal it is; read as it comes, and
    not kept.
    """
    if seen:
        async for id_, key, body in connection.cursor(_LATER, list(seen), list(seen.values()), topic.name):
            seen[key] = max(id_, seen[key])
            if about := _about(topic, key, body):
                newest[key, about] = max(id_, newest.get((key, about), id_))


async def _hold(connection: Connection) -> None:
    """From here to the commit nobody appends or erases, and what comes later has a later id: the relay sends it later.

    Reads go on, the relay's among them. The parent alone is locked, which no autovacuum visits. Raises
    asyncpg.LockNotAvailableError.
    """
    await connection.execute(f"SET LOCAL lock_timeout = '{HOLD_WAIT_S}s'")
    await connection.execute(f"SET LOCAL transaction_timeout = '{HELD_AT_MOST_S}s'")
    await connection.execute("SELECT journal_hold()")


async def _as_they_are(connection: Connection, topic: Topic, entries: list[_Entry]) -> list[_Entry]:
    """A partner's may have been erased since they were read."""
    if not entries or not is_partners(topic.name):
        return entries
    rows = await connection.fetch(_SAME, *columns([entry[:2] for entry in entries]))
    return await _with_keys(connection, [_entry(topic, *row) for row in rows])


async def _publish(connection: Connection, topic: Topic, entries: list[_Entry]) -> None:
    if entries:
        await connection.execute(outbox.AGAIN, *columns([entry[:2] for entry in entries]), topic.name)
        await connection.execute("SELECT pg_notify($1, '')", outbox.CHANNEL)
