"""Dead letters again: replayed or discarded one by one, with the records parked behind them, in order."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.dead_letters import ServiceName
from shared.contracts.event import Cause
from shared.messaging import dead_letters
from shared.messaging.batch import TRY_AGAIN, BatchRunner
from shared.messaging.codec import Message, Record, decode
from shared.messaging.dead_letters import Resolution, SetAside
from shared.messaging.decision import RejectedEventError
from shared.messaging.unit_of_work import UnitOfWork
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database

_LETTER = """
    SELECT topic, partition, "offset", key, value FROM dead_letter WHERE id = $1 AND resolution IS NULL FOR UPDATE
"""
_FAILED = "UPDATE dead_letter SET attempts = attempts + 1, error = $2, at = $3 WHERE id = $1"
_RESOLVE = "UPDATE dead_letter SET resolution = $2, resolved_by = $3, resolved_at = $4 WHERE id = $1"
_LOCK_KEY = "SELECT 1 FROM parked_key WHERE topic = $1 AND key = $2 FOR UPDATE"
_NEXT = """
    SELECT seq, topic, partition, "offset", key, value FROM parked_record
    WHERE topic = $1 AND key = $2 ORDER BY seq LIMIT 1
"""
_DROP = "DELETE FROM parked_record WHERE seq = $1"
_RELEASE = "DELETE FROM parked_key WHERE topic = $1 AND key = $2"


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did."""

    resolved: bool
    """The dead letter itself is done with."""
    released: int
    """Parked records that took effect after it."""
    error: str | None = None
    """Why it, or a record behind it, still fails."""


class UnknownDeadLetterError(LookupError):
    """There is no open dead letter of that id."""


class Replayer:
    """Resolves dead letters of one service."""

    def __init__(self, database: Database, service: ServiceName, runner: BatchRunner) -> None:
        self._database = database
        self._service = service
        self._runner = runner

    async def resolve(self, letter_id: UUID, resolution: Resolution, by: str) -> Replayed:
        """Replay or discard one dead letter, then release what is parked behind it, in order.

        Raises UnknownDeadLetterError. A record that fails stays, or becomes, the dead letter that parks its key.
        """
        try:
            record = await self._resolve_letter(letter_id, resolution, by)
        except UnknownDeadLetterError:
            raise
        except TRY_AGAIN:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the handler raised: the letter stays
            async with self._database.connection() as connection:
                await connection.execute(_FAILED, letter_id, _reason(error), now())
            return Replayed(resolved=False, released=0, error=_reason(error))
        if record.key is None:
            return Replayed(resolved=True, released=0)
        return await self._release(record.topic, record.key)

    async def _resolve_letter(self, letter_id: UUID, resolution: Resolution, by: str) -> Record:
        async with self._database.transaction() as connection:
            row = await connection.fetchrow(_LETTER, letter_id)
            if row is None:
                raise UnknownDeadLetterError(letter_id)
            record = Record(row["topic"], row["partition"], row["offset"], row["key"], row["value"])
            if record.key is not None:
                await connection.execute(_LOCK_KEY, record.topic, record.key)
            if resolution == "replayed":
                await self._decide_again(connection, record)
            await connection.execute(_RESOLVE, letter_id, resolution, by, now())
        return record

    async def _release(self, topic: str, key: bytes) -> Replayed:
        released = 0
        while True:
            failed: tuple[int, Record] | None = None
            try:
                async with self._database.transaction() as connection:
                    await connection.execute(_LOCK_KEY, topic, key)
                    row = await connection.fetchrow(_NEXT, topic, key)
                    if row is None:
                        await connection.execute(_RELEASE, topic, key)
                        return Replayed(resolved=True, released=released)
                    record = Record(row["topic"], row["partition"], row["offset"], row["key"], row["value"])
                    failed = row["seq"], record
                    await self._decide_again(connection, record)
                    await connection.execute(_DROP, row["seq"])
                released += 1
            except TRY_AGAIN:
                raise
            except Exception as error:
                if failed is None:
                    raise
                await self._set_aside_again(*failed, error)
                return Replayed(resolved=True, released=released, error=_reason(error))

    async def _decide_again(self, connection: Connection, record: Record) -> None:
        work = UnitOfWork(connection, self._service, now())
        await self._runner.decide_again(work, record)
        await work.flush()

    async def _set_aside_again(self, seq: int, record: Record, error: Exception) -> None:
        item = decode(record)
        letter: SetAside = (
            dead_letters.failed(self._service, item, _reason(error), type(error).__name__)
            if isinstance(item, Message)
            else dead_letters.poisoned(self._service, item)
        )
        async with self._database.transaction() as connection:
            work = UnitOfWork(connection, self._service, now())
            await dead_letters.set_aside(connection, [letter], work.now)
            await connection.execute(_DROP, seq)
            work.emit(letter.event(self._service, work.now), Cause(correlation_id=str(letter.id)))
            await work.flush()


def _reason(error: Exception) -> str:
    return error.reason if isinstance(error, RejectedEventError) else "handler_failed"
