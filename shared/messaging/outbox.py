"""The outbox: what of the journal is still to be published.

A row has the ids of one transaction's events on one topic, up to `TOGETHER` of them: to write and to delete a row for
each event cost the store more than the event's own line in the journal (docs/decisions/0115).
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple, TypeAlias
from uuid import UUID

from shared.messaging import sealed_events
from shared.messaging.topics import is_partners, recipient_of
from shared.runtime.clock import now
from shared.runtime.database import Connection, columns
from shared.runtime.settings import OutboxSettings

CHANNEL = "outbox"

TOGETHER = 200
"""Ids of one row: 1,600 bytes, which PostgreSQL neither compresses nor keeps apart from the row."""

PUT = """
    INSERT INTO outbox (id, recorded_at, topic, ids)
    SELECT min(id), recorded_at, topic, CASE WHEN count(*) > 1 THEN array_agg(id ORDER BY id) END
    FROM (
        SELECT *, (row_number() OVER (PARTITION BY topic ORDER BY id) - 1) / {together} AS part FROM {written}
    ) AS parts
    GROUP BY topic, recorded_at, part
    RETURNING id
"""
"""The last part of a statement that gives these entries (`id`, `recorded_at`, `topic`), of one transaction."""


def _entries(of: str) -> str:
    """Of the lowest rows as many as have what is wanted, whatever of it is under way: no statistics, as of a store that
    was empty a moment ago, makes PostgreSQL read more of the outbox.
    """
    return f"""
        SELECT entry.id, lowest.id AS row, cardinality(lowest.ids) AS of, recorded_at, topic
        FROM (
            SELECT id, recorded_at, topic, ids, sum(cardinality(ids)) OVER (
                ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS before
            FROM (
                SELECT id, recorded_at, topic, coalesce(ids, ARRAY[id]) AS ids FROM outbox {of}
                ORDER BY id LIMIT $1 + cardinality($3::bigint[])
            ) AS first
        ) AS lowest CROSS JOIN LATERAL unnest(lowest.ids) AS entry(id)
        WHERE coalesce(before, 0) < $1 + cardinality($3::bigint[]) AND entry.id <> ALL($3::bigint[])
    """


WAITING = """
        WITH RECURSIVE waiting AS (
            (SELECT topic FROM outbox ORDER BY topic LIMIT 1)
            UNION ALL
            SELECT (SELECT topic FROM outbox WHERE topic > before.topic ORDER BY topic LIMIT 1)
            FROM waiting AS before WHERE before.topic IS NOT NULL
        )
"""
"""The topics that have something waiting, found by jumps in the index, and a last one that is null."""

_IN_TURN = f"""{WAITING}
        SELECT turns.* FROM waiting CROSS JOIN LATERAL (
            SELECT *, row_number() OVER (ORDER BY row, id) AS turn
            FROM ({_entries("WHERE topic = waiting.topic")}) AS entries ORDER BY row, id LIMIT $1
        ) AS turns
        WHERE waiting.topic <> ALL($4::text[])
        ORDER BY turn, id LIMIT $1
"""
"""The lowest of each topic in turn, found by jumps in the index: a topic that is tried again has its part of a round,
and what waits of one that the relay backs off from is not read, however much it is.
"""


def _fetch(entries: str, order: str) -> str:
    """The LIMIT makes it one look into the index per entry, where a plan by statistics may read the whole journal. The
    length of a body is known without reading it.
    """
    return f"""
        SELECT id, topic, coalesce(convert_to(key::text, 'UTF8'), '') AS key, coalesce(body, '') AS body, row, of,
            false AS is_away, body IS NULL AS is_lost
        FROM (
            SELECT o.id, o.row, o.of, o.topic, j.key, j.body,
                sum(octet_length(j.body)) OVER (ORDER BY {order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                    AS before
            FROM ({entries}) AS o LEFT JOIN LATERAL (
                SELECT key, body FROM journal WHERE recorded_at = o.recorded_at AND id = o.id LIMIT 1
            ) AS j ON true
            ORDER BY {order} LIMIT $1
        ) AS lowest
        WHERE coalesce(before, 0) < $2
        ORDER BY row, id
    """


_FETCH, _FETCH_IN_TURN = _fetch(_entries(""), "o.row, o.id"), _fetch(_IN_TURN, "o.turn, o.id")

_DONE = "DELETE FROM outbox WHERE id = ANY($1::bigint[])"
_PART = """
    WITH published AS (
        SELECT row, array_agg(id) AS ids FROM unnest($1::bigint[], $2::bigint[]) AS given(row, id) GROUP BY row
    ), left_over AS (
        SELECT outbox.id, ARRAY(
            SELECT entry.id FROM unnest(coalesce(outbox.ids, ARRAY[outbox.id])) AS entry(id)
            WHERE entry.id <> ALL(published.ids) ORDER BY entry.id
        ) AS ids
        FROM outbox JOIN published ON outbox.id = published.row
        FOR UPDATE OF outbox
    ), done AS (
        DELETE FROM outbox USING left_over WHERE outbox.id = left_over.id AND left_over.ids = '{}'
    )
    UPDATE outbox SET ids = left_over.ids FROM left_over WHERE outbox.id = left_over.id AND left_over.ids <> '{}'
"""
"""One statement: a row without ids would wait for ever. Two leaders may each have published a part of a row."""

AGAIN = """
    INSERT INTO outbox (id, recorded_at, topic, resent_at, ids)
    SELECT id - (1::bigint << 62), recorded_at, $3::text, now(), ARRAY[id]
    FROM unnest($1::bigint[], $2::timestamptz[]) AS again(id, recorded_at)
    ON CONFLICT DO NOTHING
"""
"""Events that go again. Their rows have names of their own, in the same order: of an event that is published already
the row may still wait, with others, under its id.
"""


class Unpublished(NamedTuple):
    """One journal entry that the relay has to send."""

    id: int
    topic: str
    key: bytes
    body: bytes
    row: int = 0
    """Of the outbox."""
    of: int = 1
    """Ids that were left in that row."""
    is_away: bool = False
    """What of it is sealed cannot be opened now: it must not go out, nor what follows on its topic."""
    is_lost: bool = False
    """The journal has no such line."""
    key_id: str | None = None
    """Of the partner's key to which it is encrypted."""


class Sending(NamedTuple):
    """An entry that Kafka acknowledged on a topic that a partner reads."""

    id: int
    """In the journal, by its key and its id."""
    key: UUID
    partner: str
    key_id: str | None
    """Of the key to which it was encrypted; None: it went in clear."""


KeepSendings: TypeAlias = Callable[[Connection, Sequence[Sending], datetime], Awaitable[None]]
"""Keeps what was sent to partners, by the moment of its round: the same again changes nothing."""


@cache
def together() -> int:
    """How many events of a transaction share a row."""
    return TOGETHER if OutboxSettings().together else 1


async def unpublished(
    connection: Connection,
    most: int,
    most_bytes: int,
    under_way: Sequence[int] = (),
    without: Sequence[str] | None = None,
) -> list[Unpublished]:
    """The lowest ids of the unpublished set, without those that are under way. With `without`: the topics in turn, each
    with its lowest, except these.

    It ends with the entry by which the bodies have `most_bytes`, or with the one that is `most` in number. Never a
    cursor: an id that commits late would be passed over (ids are given before the commit).
    """
    bounds = most, most_bytes, under_way
    if without is not None:
        rows = await connection.fetch(_FETCH_IN_TURN, *bounds, without)
    else:
        rows = await connection.fetch(_FETCH, *bounds)
    found = [Unpublished(*row) for row in rows]
    # What is personal goes to partners alone: of all others nothing is looked into.
    by_topic = defaultdict[str, list[int]](list)
    for number, entry in enumerate(found):
        if is_partners(entry.topic):
            by_topic[entry.topic].append(number)
    sealed = {topic: [found[number].body for number in numbers] for topic, numbers in by_topic.items()}
    for topic, bodies in (await sealed_events.opened_each(connection, sealed)).items():
        for number, body in zip(by_topic[topic], bodies or sealed[topic], strict=True):
            found[number] = found[number]._replace(body=body, is_away=bodies is None)
    return found


class Round:
    """What of a round is to be taken off the to-do list."""

    def __init__(self, entries: Sequence[Unpublished], keep: KeepSendings | None = None) -> None:
        self._entries, self._keep, self._at = entries, keep, now()

    async def published(self, connection: Connection, ids: Collection[int]) -> None:
        """Take exactly these entries off, also those that were before: whether the store heard of them is known only
        when it has answered. It is asked also when there are none. What went to partners is kept first, so that
        nothing leaves the outbox unkept.
        """
        if self._keep is not None and (sent := [*self._sent(ids)]):
            await self._keep(connection, sent, self._at)
        parts: defaultdict[int, list[int]] = defaultdict(list)
        of: dict[int, int] = {}
        for entry in self._entries:
            if entry.id in ids:
                parts[entry.row].append(entry.id)
                of[entry.row] = entry.of
        # What is left of a row only ever shrinks: where all of it was fetched and is published, nothing is left.
        await connection.execute(_DONE, [row for row, part in parts.items() if len(part) == of[row]])
        if rest := [(row, id_) for row, part in parts.items() if len(part) < of[row] for id_ in part]:
            await connection.execute(_PART, *columns(rest))

    def _sent(self, ids: Collection[int]) -> Iterator[Sending]:
        for entry in self._entries:
            if entry.id in ids and (partner := recipient_of(entry.topic)):
                yield Sending(entry.id, UUID(entry.key.decode()), partner, entry.key_id)
