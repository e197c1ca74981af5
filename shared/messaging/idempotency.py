"""Requests that are sent again: the answer that was given is given again, and nothing is done twice.

A row is written in the transaction of what it answers. Two that come at the same moment meet at its primary key: the
second one is decided again, and finds the first one's answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar

import asyncpg
import msgspec

from shared.messaging.decision import Refused
from shared.messaging.repository import ConcurrentInsertError
from shared.runtime.database import Connection, columns
from shared.sealing.encryption import seals
from shared.sealing.values import is_sealed, opened, sealed

S = TypeVar("S")

KEY_REUSED = Refused("conflict", "idempotency_key_reused")


@dataclass(frozen=True, slots=True)
class Once(Generic[S]):
    """What a caller may send again."""

    key: bytes
    """Digest of the key and of whose it is."""
    request: bytes
    """Digest of what was asked."""
    answer: Callable[[S], bytes]
    secret: bytes = field(repr=False)
    """What the answer is kept sealed with: made of the caller's key, which is kept nowhere. Whoever sends the request
    again opens it, and nobody else.
    """


@dataclass(frozen=True, slots=True)
class Again:
    """The answer that was given before."""

    answer: bytes


class Answers:
    """Those of one transaction: kept from before, and given now."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[bytes, bytes]] = {}
        """By key: the digest of the request, and its answer as it is kept."""
        self._new: list[bytes] = []

    async def load(self, connection: Connection, asked: Sequence[Once[Any]]) -> None:
        """To be called under the locks of what is decided: what another one answered meanwhile is then seen."""
        if asked:
            rows = await connection.fetch(_KNOWN, [once.key for once in asked])
            self._known = {row["key"]: (row["request"], row["answer"]) for row in rows}

    def find(self, once: Once[Any] | None) -> Again | Refused | None:
        known = None if once is None else self._known.get(once.key)
        if once is None or known is None:
            return None
        return Again(_opened(once, known[1])) if known[0] == once.request else KEY_REUSED

    def give(self, once: Once[S] | None, state: S) -> None:
        if once is not None:
            self._known[once.key] = once.request, _sealed(once, once.answer(state))
            self._new.append(once.key)

    async def flush(self, connection: Connection) -> None:
        if not self._new:
            return
        rows = [(key, *self._known[key]) for key in sorted(self._new)]
        try:
            await connection.execute(_KEEP, *columns(rows))
        except asyncpg.UniqueViolationError as error:
            raise ConcurrentInsertError(error.constraint_name) from error


def _sealed(once: Once[Any], answer: bytes) -> bytes:
    return sealed(once.secret, once.key, msgspec.Raw(answer)).encode() if seals() else answer


def _opened(once: Once[Any], kept: bytes) -> bytes:
    text = kept.decode()
    return msgspec.json.encode(opened(once.secret, once.key, text)) if is_sealed(text) else kept


async def forget(connection: Connection, kept: timedelta) -> None:
    """Forget the answers older than this: their requests are then new ones."""
    await connection.execute("DELETE FROM idempotency WHERE at < now() - $1::interval", kept)


_KNOWN = "SELECT key, request, answer FROM idempotency WHERE key = ANY($1::bytea[])"
_KEEP = """
    INSERT INTO idempotency (key, request, answer, at)
    SELECT *, now() FROM unnest($1::bytea[], $2::bytea[], $3::bytea[])
"""
