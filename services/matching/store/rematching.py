"""What a requirement that changed makes of its pairs, found and noted by slices of firms, before anybody is told."""

import time
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from services.matching import catalogue
from services.matching.domain.sweeps import ASKS, LEFT, REQUIREMENT_TOLD, RULES_CHANGED
from services.matching.store import judging
from services.matching.store.demand import FIRST, next_requirements, write_demand
from services.matching.store.pairs import AREA_LOCK
from shared.days import day_of
from shared.messaging.decision import SweepRequest
from shared.messaging.routing import Slice
from shared.messaging.sweeps import aimed
from shared.runtime.clock import now
from shared.runtime.database import Connection

REQUIREMENT_LOCK = 0x5044_506E
"""Advisory locks of one transaction, one for each requirement: of two sweeps of one each slice is after the other's."""

LAST = UUID(int=2**128 - 1)
MOST, FEWEST = 10_000, 1_000
"""Firms of one slice. The first one of a sweep is small: how many of them pass, and are written, is not known yet."""

STEP = 200
"""Requirements of one step: some tens of milliseconds."""


class Rematching:
    """The step of the sweep over the firms of one requirement. How many are a slice follows from how long one took."""

    def __init__(self) -> None:
        self._size = FEWEST

    async def __call__(self, connection: Connection, args: Mapping[str, str], after: UUID | None) -> Slice:
        if "requirement_id" not in args:
            # Asked for by a release that swept areas: what it would do, the sweep of new rules does.
            return Slice(None)
        id_ = UUID(args["requirement_id"])
        where = await _where(connection, id_, args)
        if after is None:
            # Whoever judges a firm and did not see the change has committed behind this.
            await connection.execute(_AREAS_ALONE, AREA_LOCK, where.areas)
            return Slice(FIRST)
        if after == FIRST:
            self._size = FEWEST
        began = time.perf_counter()
        ends = [await connection.fetchval(_END, area, after, self._size) for area in where.areas]
        end: UUID | None = min((each for each in ends if each), default=None)
        touched = await _note(connection, id_, args, after, end or LAST)
        if end:
            self._size = max(FEWEST, aimed(self._size, time.perf_counter() - began, MOST))
        return Slice(end, touched, _telling(id_) if touched else ())


async def one_rematched(connection: Connection, args: Mapping[str, str], after: UUID | None) -> Slice:
    """The step of the sweep over one firm alone."""
    id_, firm = UUID(args["requirement_id"]), UUID(args["offering_id"])
    where = await _where(connection, id_, args)
    if where.asked is None:
        return Slice(None)
    if after is None:
        # Whoever judges the firm and did not see the waiver has committed behind this.
        await connection.execute(_AREAS_ALONE, AREA_LOCK, where.areas)
        return Slice(FIRST)
    touched = await _note(connection, id_, args, UUID(int=firm.int - 1), firm)
    return Slice(None, touched, _telling(id_) if touched else ())


class _Where(NamedTuple):
    """Where pairs of a requirement are."""

    asked: str | None
    """The area in which it is open."""
    left: list[str]
    """Those in which it is no more."""
    first: bool
    """Whoever meets it now met it always: it never asked otherwise."""

    @property
    def areas(self) -> list[str]:
        return sorted({*self.left, *([self.asked] if self.asked else ())})


async def _where(connection: Connection, id_: UUID, args: Mapping[str, str]) -> _Where:
    row = await connection.fetchrow(_WHERE, id_)
    known = {name.removeprefix(LEFT) for name in args if name.startswith(LEFT)}
    if row is None:
        return _Where(None, sorted(known), first=False)
    asked = row["area"] if row["open"] else None
    return _Where(asked, sorted((known | {row["area"]}) - {asked}), row["first"])


async def _note(connection: Connection, id_: UUID, args: Mapping[str, str], after: UUID, last: UUID) -> int:
    """Note what changed for firms behind one id and up to another. How many are to be told."""
    await connection.execute("SELECT pg_advisory_xact_lock($1, hashtext($2))", REQUIREMENT_LOCK, str(id_))
    where = await _where(connection, id_, args)
    # What is gone before what came: a firm may work where it was asked before, and where it is asked now.
    done = [await connection.execute(_NOTE_GONE, id_, area, after, last) for area in where.left]
    if where.asked is not None:
        values = id_, where.asked, after, last, day_of(now()), where.first, ASKS in args
        done.append(await connection.execute(_NOTE, *values))
    return sum(int(status.rpartition(" ")[2]) for status in done)


def _telling(id_: UUID) -> tuple[SweepRequest]:
    return (SweepRequest(REQUIREMENT_TOLD, {"requirement_id": str(id_)}, merges=True),)


async def demand_by_rules(connection: Connection, args: Mapping[str, str], after: UUID | None) -> Slice:
    """The rows by which open requirements are judged, as these rules make them; then every offering by them."""
    found = await next_requirements(connection, after, STEP)
    if not found:
        return Slice(None, 0, (SweepRequest(RULES_CHANGED, args),))
    await write_demand(connection, found)
    return Slice(found[-1].id, len(found))


async def firms_due(connection: Connection, args: Mapping[str, str], after: UUID | None, limit: int) -> list[UUID]:
    """The next firms that are still to be told of `requirement_id`."""
    rows = await connection.fetch(_DUE, UUID(args["requirement_id"]), after or FIRST, limit)
    return [row["offering_id"] for row in rows]


_WHERE = """
    SELECT area, status = 'open' AS open, version = 1 AND waivers = '[]' AS first FROM requirement WHERE id = $1
"""
_AREAS_ALONE = """
    SELECT pg_advisory_xact_lock($1, hashtext(area)) FROM (SELECT unnest($2::text[]) AS area) AS given
"""
_END = """
    SELECT offering_id FROM process_offer WHERE area = $1 AND offering_id > $2 ORDER BY offering_id OFFSET $3 LIMIT 1
"""

_IN_RANGE = "o.area = $2 AND o.offering_id > $3 AND o.offering_id <= $4"
_WAS = """(
    EXISTS (SELECT FROM pair WHERE area = $2 AND offering_id = o.offering_id AND requirement_id = $1)
    OR EXISTS (SELECT FROM due WHERE requirement_id = $1 AND offering_id = o.offering_id AND area = $2)
)"""
"""The firm met it in this area, as it was told or as was noted since."""

_KNOWN = """
    SELECT held.offering_id, told.points, told.unknown
    FROM (SELECT DISTINCT offering_id FROM held) AS held
    LEFT JOIN LATERAL (
        SELECT * FROM due WHERE requirement_id = $1 AND offering_id = held.offering_id OFFSET 0
    ) AS noted ON true
    CROSS JOIN LATERAL (
        SELECT points, unknown FROM pair
        WHERE noted.offering_id IS NULL AND area = $2 AND offering_id = held.offering_id AND requirement_id = $1
        UNION ALL SELECT noted.points, noted.unknown WHERE noted.area = $2
    ) AS told
"""

_PUT = """
    INSERT INTO due (requirement_id, offering_id, area, points, unknown, asks)
    {changed}
    ON CONFLICT (requirement_id, offering_id) DO UPDATE SET area = excluded.area, points = excluded.points,
        unknown = excluded.unknown, asks = due.asks OR excluded.asks
"""

_HELD = judging.held(
    catalogue.rules(),
    f"open_demand AS d CROSS JOIN process_offer AS o WHERE d.requirement_id = $1 AND d.area = $2 AND {_IN_RANGE}",
    "$5::date",
    f"NOT $6::boolean AND {_WAS}",
)

_CHANGED = """
    SELECT $1, offering_id, $2, hits.points, hits.unknown, $7::boolean
    FROM hits LEFT JOIN known USING (offering_id)
    WHERE known.points IS NULL OR (known.points, known.unknown) <> (hits.points, hits.unknown) OR $7::boolean
        OR offering_id IN (SELECT offering_id FROM match WHERE requirement_id = $1)
    UNION ALL
    SELECT $1, offering_id, NULL, NULL, NULL, false FROM known
    WHERE offering_id NOT IN (SELECT offering_id FROM hits)
"""

_NOTE = f"""
    WITH held AS MATERIALIZED ({_HELD}), hits AS MATERIALIZED (
        SELECT DISTINCT ON (offering_id) offering_id, points, unknown FROM held WHERE passes
        ORDER BY offering_id, points DESC, position
    ), known AS MATERIALIZED (SELECT known.* FROM ({_KNOWN}) AS known WHERE NOT $6::boolean)
    {_PUT.format(changed=_CHANGED)}
"""  # noqa: S608 - of the constants above
"""One statement, so of one moment. Who changes just now is not among the held: it sees what is asked, and finds out by
itself what it meets. The others cannot until this commits. Nothing is looked up where it never asked otherwise.
"""

_NOTE_GONE = f"""
    WITH held AS MATERIALIZED (
        SELECT o.offering_id FROM process_offer AS o WHERE {_IN_RANGE} AND {_WAS} FOR KEY SHARE OF o
    ), known AS MATERIALIZED ({_KNOWN})
    {_PUT.format(changed="SELECT $1, offering_id, NULL, NULL, NULL, false FROM known")}
"""  # noqa: S608 - of the constants above

_DUE = "SELECT offering_id FROM due WHERE requirement_id = $1 AND offering_id > $2 ORDER BY offering_id LIMIT $3"
