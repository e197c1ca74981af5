"""Dead letters again: replayed or discarded, then the records blocked behind them, in order; each attempt on record."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal
from uuid import UUID

from shared.contracts.dead_letters import ServiceName
from shared.contracts.event import Actor, Cause
from shared.messaging import actors, audit, dead_letters, refusals
from shared.messaging import dead_letter_queries as queries
from shared.messaging.batch import BatchRunner
from shared.messaging.codec import TOMBSTONE, Message, PoisonReason, Record, Refused, decode
from shared.messaging.dead_letters import HANDLER_FAILED, Resolution, SetAside
from shared.messaging.decision import RejectedEventError
from shared.messaging.resolved import Failure, Replayed, Resolved
from shared.messaging.retry import TRY_AGAIN, patiently
from shared.messaging.skips import identities
from shared.messaging.unit_of_work import unit_of_work
from shared.runtime import logging
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database, Row
from shared.sealing import whole

MOST_RECORDS = 500
"""Records of one call, dead letters and those behind them: some seconds, well within a request's time."""

ANOTHERS_ID: frozenset[PoisonReason] = frozenset({"not_an_event", "wrong_topic", "wrong_key"})
"""Reasons by which a record is not the event whose id it has: that event may still come."""

_LETTER = """
    SELECT topic, partition, "offset", key, value, reason, error, resolution, arrived_ms, at FROM dead_letter
    WHERE id = $1 AND closed_at IS NULL FOR UPDATE
"""
_FAILED = """
    UPDATE dead_letter SET attempts = attempts + 1, reason = CASE WHEN $2 = $4 THEN reason ELSE $2 END,
        error = CASE WHEN $2 IN (reason, $4) THEN error ELSE $3 END
    WHERE id = $1
"""
_RESOLVE = "UPDATE dead_letter SET resolution = $2 WHERE id = $1"
_CLOSE = "UPDATE dead_letter SET closed_at = now() WHERE id = $1 AND closed_at IS NULL"
_ACTION = """
    INSERT INTO dead_letter_action (dead_letter_id, action, by, at, reason, error, released)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_LOCK_KEY = "SELECT dead_letter_id FROM blocked_key WHERE topic = $1 AND key = $2 FOR UPDATE"
_NEXT = """
    SELECT seq, topic, partition, "offset", key, value, reason, error, arrived_ms, at FROM blocked_record
    WHERE topic = $1 AND key = $2 ORDER BY seq LIMIT 1
"""
_DROP = "DELETE FROM blocked_record WHERE seq = $1 RETURNING seq"
_RELEASE = """
    DELETE FROM blocked_key AS k USING dead_letter AS d
    WHERE d.id = $1 AND (k.topic, k.key) = (d.topic, d.key) AND k.dead_letter_id = d.id
"""

log = logging.get(__name__)


class UnknownDeadLetterError(LookupError):
    """There is none of that id that is open."""


class ValueNotKeptError(RejectedEventError):
    """Nothing is left to replay. The letter keeps the reason why."""

    def __init__(self) -> None:
        super().__init__(queries.VALUE_NOT_KEPT)


class _StillFailsError(Exception):
    """A record that waited behind a dead letter cannot take effect either."""

    def __init__(self, seq: int, record: Record, error: Exception) -> None:
        super().__init__(seq)
        self.seq = seq
        self.record = record
        self.error = error


class Replayer:
    """Resolves dead letters of one service."""

    def __init__(self, database: Database, service: ServiceName, runner: BatchRunner) -> None:
        self._database = database
        self._service = service
        self._runner = runner

    async def resolve_all(
        self, wanted: queries.Selection, resolution: Resolution, by: Cause, most: int = MOST_RECORDS
    ) -> Resolved:
        """Replay or discard those that fit, oldest first, up to about `most` records, those behind them included.

        Each record has a transaction of its own, so what is done stays done whatever happens to the rest. What takes
        the place of a letter that is discarded, and fits too, is discarded with it: of a flood behind one key that is
        every record.
        """
        done, budget = Resolved(last=wanted.after), most
        while budget > 0 and (ids := await self._open(wanted, done.last, budget)):
            budget = await self._resolve_each(ids, resolution, by, budget, done)
            if resolution == "replayed":
                break
        async with self._database.connection() as connection:
            done.left = await queries.count_open(connection, wanted.model_copy(update={"after": done.last}))
        return done

    async def _open(self, wanted: queries.Selection, after: UUID | None, most: int) -> list[UUID]:
        async with self._database.connection() as connection:
            return await queries.open_ids(connection, wanted.model_copy(update={"after": after}), most)

    async def _resolve_each(
        self, ids: Sequence[UUID], resolution: Resolution, by: Cause, budget: int, done: Resolved
    ) -> int:
        """Returns what is left of the budget; 0 too where the next call has to go on with the same letter."""
        for id_ in ids:
            if budget <= 0:
                break
            try:
                replayed = await self.resolve(id_, resolution, by, budget - 1)
            except UnknownDeadLetterError:
                continue  # Somebody else was faster.
            budget -= 1 + replayed.released
            done.resolved += replayed.resolved
            done.released += replayed.released
            done.failures = [failure for failure in done.failures if not replayed.resolved or failure.next != id_]
            if replayed.error is not None:
                done.failures.append(Failure(id_, replayed.resolved, replayed.error, replayed.next))
            if replayed.left:
                return 0
            done.last = id_
        return budget

    async def resolve(self, letter_id: UUID, resolution: Resolution, by: Cause, most: int = MOST_RECORDS) -> Replayed:
        """Replay or discard one dead letter, then release what is blocked behind it, in order, up to `most` records.

        Raises UnknownDeadLetterError. A record that fails stays, or becomes, the dead letter that blocks its key.
        """
        replayed = await self._resolve(letter_id, resolution, by, most)
        told = {"action": resolution if replayed.resolved else "failed", "error": replayed.error}
        who, released = actors.acting(by).subject, replayed.released
        log.info("dead_letter_action", dead_letter_id=str(letter_id), by=who, released=released, **told)
        return replayed

    async def _resolve(self, letter_id: UUID, resolution: Resolution, by: Cause, most: int) -> Replayed:
        try:
            record = await patiently(self._resolve_letter)(letter_id, resolution, by)
        except UnknownDeadLetterError:
            raise
        except TRY_AGAIN:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the handler raised: the letter stays
            reason = _reason(error)
            async with self._database.transaction() as connection:
                await connection.execute(_FAILED, letter_id, reason, type(error).__name__, queries.VALUE_NOT_KEPT)
                await _record(connection, letter_id, "failed", by, error)
            return Replayed(resolved=False, released=0, error=reason)
        if record.key is None:
            return Replayed(resolved=True, released=0)
        return await self._release(letter_id, record.topic, record.key, by, most)

    async def _resolve_letter(self, letter_id: UUID, resolution: Resolution, by: Cause) -> Record:
        async with unit_of_work(self._database, self._service) as work:
            connection = work.connection
            row = await connection.fetchrow(_LETTER, letter_id)
            if row is None:
                raise UnknownDeadLetterError(letter_id)
            value = await whole.open_one(connection, dead_letters.PLACE, letter_id, row["value"])
            record = _record_of(row)._replace(value=value)
            if row["resolution"] is not None:
                return record  # An earlier call got so far; only what waits behind it is left.
            if resolution == "replayed" and record.value is None and row["reason"] != TOMBSTONE.reason:
                raise ValueNotKeptError
            if record.key is not None:
                await connection.execute(_LOCK_KEY, record.topic, record.key)
            if resolution == "replayed":
                await self._runner.decide_again(work, record, _again(by))
            elif row["reason"] not in ANOTHERS_ID:
                await refusals.discard(connection, identities(record))
            await connection.execute(_RESOLVE, letter_id, resolution)
            await _record(connection, letter_id, resolution, by)
            if record.key is None:
                await connection.execute(_CLOSE, letter_id)
        return record

    async def _release(self, letter_id: UUID, topic: str, key: bytes, by: Cause, most: int) -> Replayed:
        released = 0
        while True:
            try:
                ended = await patiently(self._release_next)(letter_id, topic, key, by, released, most)
            except _StillFailsError as failed:
                next_ = await patiently(self._set_aside_again)(letter_id, failed, by, released)
                if next_ is not None:
                    return Replayed(resolved=True, released=released, error=_reason(failed.error), next=next_)
            else:
                if ended is not None:
                    return ended
                released += 1

    async def _release_next(
        self, letter_id: UUID, topic: str, key: bytes, by: Cause, released: int, most: int
    ) -> Replayed | None:
        """Process the oldest record that waits. Returns how the release ended where there is none, or `most` are done.

        Raises _StillFailsError.
        """
        async with unit_of_work(self._database, self._service) as work:
            connection = work.connection
            # Another letter of the same key may be the one that blocks it: what waits is then that one's.
            blocker = await connection.fetchval(_LOCK_KEY, topic, key)
            row = await connection.fetchrow(_NEXT, topic, key) if blocker == letter_id else None
            if row is None:
                await self._close(connection, letter_id, by, released)
                return Replayed(resolved=True, released=released)
            if released >= most:
                await _record(connection, letter_id, "released", by, released=released)
                return Replayed(resolved=True, released=released, left=True)
            record = _record_of(row, None if row["reason"] is None else Refused(row["reason"], row["error"]))
            try:
                await self._runner.decide_again(work, record, _again(by))
                await connection.execute(_DROP, row["seq"])
            except TRY_AGAIN:
                raise
            except Exception as error:
                raise _StillFailsError(row["seq"], record, error) from error
        return None

    async def _close(self, connection: Connection, letter_id: UUID, by: Cause, released: int) -> None:
        await connection.execute(_RELEASE, letter_id)
        await connection.execute(_CLOSE, letter_id)
        if released:
            await _record(connection, letter_id, "released", by, released=released)

    async def _set_aside_again(
        self, letter_id: UUID, failed: _StillFailsError, by: Cause, released: int
    ) -> UUID | None:
        """The record takes the place of the dead letter that it waited behind; the id of the one that it becomes.

        None when the release goes on: an operator came in between, or it is a partner's, which holds up nothing.
        """
        record, error = failed.record, failed.error
        item = decode(record)
        letter: SetAside = (
            dead_letters.failed(self._service, item, _reason(error), type(error).__name__)
            if isinstance(item, Message)
            else dead_letters.poisoned(self._service, item)
        )
        async with unit_of_work(self._database, self._service) as work:
            connection = work.connection
            blocker = await connection.fetchval(_LOCK_KEY, record.topic, record.key)
            if blocker != letter_id or await connection.fetchval(_DROP, failed.seq) is None:
                return None
            await dead_letters.set_aside(connection, [letter], work.now)
            if letter.key is not None:
                await self._close(connection, letter_id, by, released)
            work.emit(letter.event(self._service, work.now), Cause(correlation_id=str(letter.id), actor=_again(by)))
            await work.flush()
        return None if letter.key is None else letter.id


def _record_of(row: Row, refused: Refused | None = None) -> Record:
    """As it was when it could not take effect, and judged as then; without an arrival on record, by `at`."""
    arrived_ms = row["arrived_ms"] or int(row["at"].timestamp() * 1000)
    return Record(row["topic"], row["partition"], row["offset"], row["key"], row["value"], refused, arrived_ms)


async def _record(
    connection: Connection,
    letter_id: UUID,
    action: Literal["replayed", "discarded", "failed", "released"],
    by: Cause,
    error: Exception | None = None,
    released: int = 0,
) -> None:
    why = (None, None) if error is None else (_reason(error), type(error).__name__)
    await connection.execute(_ACTION, letter_id, action, actors.acting(by).subject, now(), *why, released)
    await audit.record_act(connection, by, letter_id)


def _again(by: Cause) -> Actor:
    """Who decides what is decided again."""
    return replace(actors.acting(by), via="replay")


def _reason(error: Exception) -> str:
    return error.reason if isinstance(error, RejectedEventError) else HANDLER_FAILED
