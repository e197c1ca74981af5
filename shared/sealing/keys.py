"""Keys of persons: made when something of theirs is first sealed, and destroyed when it is erased.

A matter is what is erased by itself, as a referral's papers; of whatever goes with the person, it is the person.
"""

import hashlib
import os
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from shared.runtime.database import Connection, columns
from shared.sealing.encryption import MARK, KeyAwayError, encryption
from shared.sealing.noting import note
from shared.sealing.values import KEY_BYTES, Erased, opened, opened_bytes, sealed, sealed_bytes

_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
"""Words for a search by words: digits might be a number there."""
AT_ONCE = 500
"""Keys that are wrapped anew in one transaction, or looked at before others have their turn."""


class Name(NamedTuple):
    """Whose key it is, and of what."""

    person: UUID
    matter: UUID

    @property
    def about(self) -> bytes:
        return self.person.bytes + self.matter.bytes


def matter_of(person: UUID, name: str) -> UUID:
    """A matter that every person has once, as a firm's contact."""
    return uuid5(person, name)


class Destroyed(NamedTuple):
    """That a key was, and when."""

    at: datetime
    name: Name


INDEX = Name(UUID(int=0), UUID(int=0))
"""Of digests by which what is sealed is found: nobody's, and never destroyed."""
FIRST = Destroyed(datetime(1970, 1, 1, tzinfo=UTC), INDEX)
"""Before all of them."""


class Keys:
    """Those of one transaction. One that the store says nothing of is away, as after a restore without its keys: that
    it was destroyed the store says itself.
    """

    def __init__(self, known: Mapping[Name, bytes], destroyed: Collection[Name] = ()) -> None:
        self._known, self._destroyed = known, destroyed

    def seal(self, name: Name, place: str, value: Any) -> str:  # noqa: ANN401 - whatever JSON holds
        """The value as it is kept at this place, and at no other."""
        return sealed(self._known[name], name.about + place.encode(), value)

    def open(self, name: Name, place: str, kept: str) -> Any:  # noqa: ANN401 - whatever JSON holds
        """The value, or ERASED. Raises KeyAwayError, and AlteredError where it was sealed for another place."""
        key = self._key(name)
        return Erased.ERASED if key is None else opened(key, name.about + place.encode(), kept)

    def seal_bytes(self, name: Name, place: str, value: bytes) -> bytes:
        """The same of bytes."""
        return sealed_bytes(self._known[name], name.about + place.encode(), value)

    def open_bytes(self, name: Name, place: str, kept: bytes) -> bytes | Erased:
        """The bytes, or ERASED. Raises KeyAwayError and AlteredError."""
        key = self._key(name)
        return Erased.ERASED if key is None else opened_bytes(key, name.about + place.encode(), kept)

    def digest(self, use: str, text: str) -> str:
        """What is found by this text among what has the same use, and tells nothing of it: 24 letters. Of INDEX."""
        given = hashlib.blake2b(f"{use}/{text}".encode(), digest_size=12, key=self._known[INDEX][32:], person=b"index")
        return given.hexdigest().translate(_LETTERS)

    def __contains__(self, name: Name) -> bool:
        return self._key(name) is not None

    def _key(self, name: Name) -> bytes | None:
        key = self._known.get(name)
        if key is None and name not in self._destroyed:
            raise KeyAwayError(_NO_ROW)
        return key


async def find(connection: Connection, names: Collection[Name]) -> Keys:
    """The keys of these names that there are. Raises KeyAwayError."""
    return Keys(*await _find(connection, set(names)))


async def ensure(connection: Connection, names: Collection[Name]) -> Keys:
    """The keys of these names; made where there are none, or none any more. Whoever asks holds what keeps an erasure of
    the same matter waiting.
    """
    wanted = set(names)
    known, _ = await _find(connection, wanted)
    if missing := sorted(wanted - known.keys()):
        wrap = encryption().wrap
        rows = [(*name, wrap(os.urandom(KEY_BYTES), name.about)) for name in missing]
        await connection.execute(_MAKE, *columns(rows))
        # Read back: somebody else may have made one first.
        known |= (await _find(connection, missing))[0]
    return Keys(known)


async def keep(connection: Connection, given: Mapping[Name, bytes]) -> None:
    """Keep keys that were made elsewhere, as those of attachments, whose content is sealed by chunks."""
    wrap = encryption().wrap
    if rows := [(*name, wrap(key, name.about)) for name, key in sorted(given.items())]:
        await connection.execute(_MAKE, *columns(rows))


async def kept(connection: Connection, name: Name) -> bytes | None:
    """One of those; None once it is destroyed. Raises KeyAwayError."""
    return (await find(connection, [name]))._key(name)  # noqa: SLF001 - of this module


async def destroy(connection: Connection, names: Iterable[Name]) -> None:
    """Nobody opens any more what was sealed with these. Of one that there is not it is kept that it was destroyed: what
    it would have sealed may stand in clear in a copy of before.
    """
    if rows := sorted(set(names)):
        await connection.execute(_DESTROY, *columns(rows))
        note(name.person for name in rows)


async def destroy_all(connection: Connection, persons: Collection[UUID]) -> None:
    """Nobody opens any more what was sealed of these persons, whatever the matter."""
    await connection.execute(_DESTROY_ALL, list(persons))
    note(persons)


async def destroyed(connection: Connection, after: Destroyed = FIRST) -> dict[Name, datetime]:
    """The next ones that were destroyed after this, in the order of their times, and when: `AT_ONCE` of them."""
    rows = await connection.fetch(_DESTROYED, after.at, *after.name, AT_ONCE)
    return {Name(row["person"], row["matter"]): row["destroyed_at"] for row in rows}


async def settled(connection: Connection) -> datetime:
    """Until when all that was destroyed is there to be read: what is still under way began later. Of a connection that
    is in no transaction.
    """
    found: datetime = await connection.fetchval(_SETTLED)
    return found


async def store_of(connection: Connection) -> str:
    """By what a store that came back is another one: its server was started, or its table made."""
    found: str = await connection.fetchval("SELECT (pg_postmaster_start_time(), 'data_key'::regclass::oid)::text")
    return found


async def came_back(connection: Connection, erased: Mapping[Name, datetime]) -> dict[Name, datetime]:
    """Those of which the store does not know that they were destroyed."""
    rows = [(*name, at) for name, at in sorted(erased.items())]
    found = await connection.fetch(_CAME_BACK, *columns(rows)) if rows else []
    return {Name(row["person"], row["matter"]): row["at"] for row in found}


async def destroy_again(connection: Connection, erased: Mapping[Name, datetime]) -> set[Name]:
    """Destroy what the store has of these from before they were destroyed, as one that came back from a backup has.
    Returns those of which it did not know.
    """
    rows = [(*name, at) for name, at in sorted((await came_back(connection, erased)).items())]
    found = await connection.fetch(_DESTROY_AGAIN, *columns(rows)) if rows else []
    return {Name(row["person"], row["matter"]) for row in found}


class Rewrapped(NamedTuple):
    """What became of some keys that an older key encryption key had wrapped."""

    done: int
    away: int
    """That nothing opens here."""
    last: Name | None
    """After which the next ones come; None when these were all."""


async def rewrap(connection: Connection, after: Name | None = None) -> Rewrapped:
    """Wrap the next keys that an older key encryption key wrapped with the newest. Those that it cannot open stay."""
    ring = encryption()
    rows = await connection.fetch(_OLDER, ring.mark, AT_ONCE, *(after or (None, None)))
    done = []
    for row in rows:
        name = Name(row["person"], row["matter"])
        with suppress(KeyAwayError):
            clear = ring.unwrap(row["wrapped"], name.about)
            done.append((*name, row["wrapped"], ring.wrap(clear, name.about)))
    if done:
        await connection.execute(_REWRAP, *columns(done))
    last = Name(rows[-1]["person"], rows[-1]["matter"]) if rows else None
    return Rewrapped(len(done), len(rows) - len(done), last)


async def check(connection: Connection) -> None:
    """Open one key of each key encryption key that wrapped any. Raises KeyAwayError."""
    for row in await connection.fetch(_ONE_OF_EACH, MARK):
        encryption().unwrap(row["wrapped"], Name(row["person"], row["matter"]).about)


async def _find(connection: Connection, names: Collection[Name]) -> tuple[dict[Name, bytes], frozenset[Name]]:
    """The keys of these, and which of them were destroyed."""
    if not names:
        return {}, frozenset()
    rows = await connection.fetch(_FIND, *columns(sorted(names)))
    wrapped = {Name(row["person"], row["matter"]): row["wrapped"] for row in rows}
    known = {name: encryption().unwrap(key, name.about) for name, key in wrapped.items() if key is not None}
    return known, frozenset(wrapped.keys() - known.keys())


_NO_ROW = "data_key has no row of what is sealed here: restore the keys of this store (docs/runbook/disaster.md)"
_FIND = """
    SELECT person, matter, wrapped FROM unnest($1::uuid[], $2::uuid[]) AS wanted(person, matter)
    JOIN data_key USING (person, matter)
    WHERE person = ANY($1) AND matter = ANY($2)
"""
_MAKE = """
    INSERT INTO data_key (person, matter, wrapped, made_at)
    SELECT *, clock_timestamp() FROM unnest($1::uuid[], $2::uuid[], $3::bytea[])
    ON CONFLICT (person, matter)
    DO UPDATE SET wrapped = excluded.wrapped, destroyed_at = NULL,
        made_at = greatest(excluded.made_at, data_key.destroyed_at + interval '1 microsecond')
    WHERE data_key.wrapped IS NULL
"""
"""Not when the transaction began: which was first, the making or the destroying, is told by these under one lock. Nor
by the clock alone: that of a machine that took over may be behind.
"""
_DESTROY = """
    INSERT INTO data_key (person, matter, destroyed_at)
    SELECT *, clock_timestamp() FROM unnest($1::uuid[], $2::uuid[])
    ON CONFLICT (person, matter)
    DO UPDATE SET wrapped = NULL, destroyed_at = greatest(excluded.destroyed_at, data_key.made_at)
    WHERE data_key.wrapped IS NOT NULL
"""
_DESTROYED = """
    SELECT person, matter, destroyed_at FROM data_key
    WHERE wrapped IS NULL AND destroyed_at IS NOT NULL AND (destroyed_at, person, matter) > ($1, $2::uuid, $3::uuid)
    ORDER BY destroyed_at, person, matter LIMIT $4
"""
_SETTLED = """
    SELECT least(clock_timestamp(), min(xact_start)) - interval '1 minute' FROM pg_stat_activity
    WHERE datname = current_database()
"""
"""The minute is for a clock that is set back."""
_OLDER_THAN = """
    (data_key.destroyed_at < {at} OR data_key.destroyed_at IS NULL AND data_key.made_at <= {at})
"""
_CAME_BACK = f"""
    SELECT person, matter, at FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS given(person, matter, at)
    LEFT JOIN data_key USING (person, matter)
    WHERE data_key.made_at IS NULL OR {_OLDER_THAN.format(at="given.at")}
"""  # noqa: S608 - of its own parts
_DESTROY_AGAIN = f"""
    INSERT INTO data_key (person, matter, destroyed_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[])
    ON CONFLICT (person, matter) DO UPDATE SET wrapped = NULL, destroyed_at = excluded.destroyed_at
    WHERE {_OLDER_THAN.format(at="excluded.destroyed_at")}
    RETURNING person, matter
"""  # noqa: S608 - of its own parts
_DESTROY_ALL = """
    UPDATE data_key SET wrapped = NULL, destroyed_at = greatest(clock_timestamp(), made_at)
    WHERE person = ANY($1::uuid[]) AND wrapped IS NOT NULL
"""
_OLDER = """
    SELECT person, matter, wrapped FROM data_key
    WHERE wrapped IS NOT NULL AND substr(wrapped, 1, octet_length($1::bytea)) <> $1::bytea
        AND ($3::uuid IS NULL OR (person, matter) > ($3, $4::uuid))
    ORDER BY person, matter LIMIT $2
"""
_ONE_OF_EACH = """
    SELECT DISTINCT ON (substr(wrapped, 1, $1::int)) person, matter, wrapped FROM data_key WHERE wrapped IS NOT NULL
"""
_REWRAP = """
    UPDATE data_key SET wrapped = given.again
    FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[]) AS given(person, matter, before, again)
    WHERE data_key.person = given.person AND data_key.matter = given.matter AND data_key.wrapped = given.before
        AND data_key.person = ANY($1) AND data_key.matter = ANY($2)
"""
