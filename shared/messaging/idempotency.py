"""Requests that are sent again: nothing is done twice, and the answer says what came of it as that is now.

Of an answer nothing is kept but which aggregate it was of and what in it: what was erased since is in no repeat.
A row is written in the transaction of what it answers. Two that come at the same moment meet at its primary key: the
second one is decided again, and finds the first one's.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

import asyncpg

from shared.messaging.decision import Refused
from shared.messaging.repository import ConcurrentInsertError
from shared.runtime.database import Connection, columns

S = TypeVar("S")

KEY_REUSED = Refused("conflict", "idempotency_key_reused")
ANSWER_GONE = Refused("conflict", "idempotency_answer_gone")
_ID: Final = 16
_PRIMARY_KEY: Final = "idempotency_pkey"


@dataclass(frozen=True, slots=True)
class Once(Generic[S]):
    """What a caller may send again."""

    key: bytes
    """Digest of the key and of whose it is."""
    request: bytes
    """Digest of what was asked."""
    made: Callable[[S], UUID] | None = None
    """What was made within the aggregate. None: the aggregate."""


@dataclass(frozen=True, slots=True)
class Again(Generic[S]):
    """What was decided before: its aggregate as it is now, and what was made of it."""

    state: S
    made: UUID


class Made(NamedTuple):
    """Of what a request was."""

    aggregate: UUID
    made: UUID


class Answers:
    """Those of one transaction: kept from before, and given now."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[bytes, Made | None]] = {}
        """By key: the digest of the request, and of what it was; None where a release before kept the answer itself."""
        self._new: list[bytes] = []
        self.aggregates: Collection[UUID] = ()
        """Of which repeats are."""

    async def load(self, connection: Connection, asked: Sequence[Once[Any]]) -> None:
        """To be called before what is decided is locked: what repeats are of is locked with it."""
        if asked:
            rows = await connection.fetch(_KNOWN, [once.key for once in asked])
            self._known = {row["key"]: (row["request"], _read(row["answer"])) for row in rows}
            same = {(once.key, once.request) for once in asked}
            given = [(made, (key, request)) for key, (request, made) in self._known.items()]
            self.aggregates = {made.aggregate for made, each in given if made is not None and each in same}

    async def look_again(self, connection: Connection, refused: Sequence[Once[Any] | None]) -> None:
        """Look under the locks whether one of these was answered meanwhile: what refuses it may be what itself did.
        Raises ConcurrentInsertError. What is not refused finds out at the primary key.
        """
        keys = [once.key for once in refused if once is not None and once.key not in self._known]
        if keys and await connection.fetch(_KNOWN, keys):
            raise ConcurrentInsertError(_PRIMARY_KEY)

    def find(self, once: Once[S] | None, state: Callable[[UUID], S | None]) -> Again[S] | Refused | None:
        """What was decided under this key, with the aggregate's state as it is now."""
        known = None if once is None else self._known.get(once.key)
        if once is None or known is None:
            return None
        request, made = known
        if request != once.request:
            return KEY_REUSED
        now = None if made is None else state(made.aggregate)
        return ANSWER_GONE if made is None or now is None else Again(now, made.made)

    def give(self, once: Once[S] | None, aggregate: UUID, state: S) -> None:
        """Keep of what a request was."""
        if once is not None:
            made = aggregate if once.made is None else once.made(state)
            self._known[once.key] = once.request, Made(aggregate, made)
            self._new.append(once.key)

    async def flush(self, connection: Connection) -> None:
        if not self._new:
            return
        rows = [(key, request, _written(made)) for key in sorted(self._new) for request, made in [self._known[key]]]
        try:
            await connection.execute(_KEEP, *columns(rows))
        except asyncpg.UniqueViolationError as error:
            raise ConcurrentInsertError(error.constraint_name) from error


def _read(kept: bytes) -> Made | None:
    return Made(UUID(bytes=kept[:_ID]), UUID(bytes=kept[_ID:])) if len(kept) == 2 * _ID else None


def _written(made: Made | None) -> bytes:
    return b"" if made is None else made.aggregate.bytes + made.made.bytes


async def forget(connection: Connection, kept: timedelta) -> None:
    """Forget the answers older than this: their requests are then new ones."""
    await connection.execute("DELETE FROM idempotency WHERE at < now() - $1::interval", kept)


_KNOWN = "SELECT key, request, answer FROM idempotency WHERE key = ANY($1::bytea[])"
_KEEP = """
    INSERT INTO idempotency (key, request, answer, at)
    SELECT *, now() FROM unnest($1::bytea[], $2::bytea[], $3::bytea[])
"""
