"""The pairs of one requirement, found and written by slices of firms, before anybody is told."""

import time
from collections.abc import Mapping
from uuid import UUID

from services.matching import catalogue
from services.matching.domain.calendar import day
from services.matching.domain.sweeps import REQUIREMENT_TOLD, RULES_CHANGED
from services.matching.store import judging
from services.matching.store.demand import FIRST, next_requirements, write_demand
from services.matching.store.pairs import AREA_LOCK
from shared.messaging.decision import SweepRequest
from shared.messaging.routing import Slice
from shared.messaging.sweeps import aimed
from shared.runtime.clock import now
from shared.runtime.database import Connection

LAST = UUID(int=2**128 - 1)
MOST = 10_000
"""Firms of one slice at most."""

STEP = 200
"""Requirements of one step: some tens of milliseconds."""


class Rematching:
    """The step of the sweep over the firms of one requirement. How many are a slice follows from how long one took."""

    def __init__(self) -> None:
        self._size = MOST // 5

    async def __call__(self, connection: Connection, args: Mapping[str, str], after: UUID | None) -> Slice:
        if "requirement_id" not in args:
            # Asked for by a release that swept areas: what it would do, the sweep of new rules does.
            return Slice(None)
        id_ = UUID(args["requirement_id"])
        area = await connection.fetchval("SELECT area FROM open_demand WHERE requirement_id = $1", id_)
        if after is None:
            if area is not None:
                # Whoever judges a firm and did not see the requirement has committed behind this.
                await connection.execute("SELECT pg_advisory_xact_lock($1, hashtext($2))", AREA_LOCK, area)
            return Slice(FIRST)
        began = time.perf_counter()
        # Of a requirement that is closed there are its pairs alone.
        ends = (_END_OF_PAIRS, id_) if area is None else (_END_OF_FIRMS, area)
        end = await connection.fetchval(*ends, after, self._size)
        held = await connection.fetch(_HOLD, id_, area, after, end or LAST, day(now()))
        if held:
            ids = [row["id"] for row in held]
            await connection.execute(_REPLACE_OF_REQUIREMENT, id_, area, ids, "asks" in args, day(now()))
        if end:
            self._size = aimed(self._size, time.perf_counter() - began, MOST)
        told = SweepRequest(REQUIREMENT_TOLD, {"requirement_id": str(id_)}, merges=True)
        return Slice(end, len(held), () if end else (told,))


async def one_rematched(connection: Connection, args: Mapping[str, str], after: UUID | None) -> Slice:
    """The step of the sweep over one firm alone."""
    id_, firm = UUID(args["requirement_id"]), UUID(args["offering_id"])
    area = await connection.fetchval("SELECT area FROM open_demand WHERE requirement_id = $1", id_)
    if area is None:
        return Slice(None)
    if after is None:
        # Whoever judges the firm and did not see the waiver has committed behind this.
        await connection.execute("SELECT pg_advisory_xact_lock($1, hashtext($2))", AREA_LOCK, area)
        return Slice(FIRST)
    if await connection.fetchval("SELECT true FROM offering WHERE id = $1 FOR UPDATE", firm):
        await connection.execute(_REPLACE_OF_REQUIREMENT, id_, area, [firm], False, day(now()))  # noqa: FBT003 - a column
    told = SweepRequest(REQUIREMENT_TOLD, {"requirement_id": str(id_)}, merges=True)
    return Slice(None, 1, (told,))


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


_END_OF_FIRMS = """
    SELECT offering_id FROM process_offer WHERE area = $1 AND offering_id > $2 ORDER BY offering_id OFFSET $3 LIMIT 1
"""
_END_OF_PAIRS = """
    SELECT offering_id FROM pair WHERE requirement_id = $1 AND offering_id > $2 ORDER BY offering_id OFFSET $3 LIMIT 1
"""

_IN_RANGE = judging.hits(
    catalogue.rules(),
    """open_demand AS d CROSS JOIN LATERAL (
            SELECT * FROM process_offer WHERE area = $2 AND offering_id > $3 AND offering_id <= $4 OFFSET 0
        ) AS o
        WHERE d.requirement_id = $1 AND d.area = $2""",
    "$5::date",
)
_OF_HELD = judging.hits(
    catalogue.rules(),
    """open_demand AS d CROSS JOIN unnest($3::uuid[]) AS held(id)
        CROSS JOIN LATERAL (SELECT * FROM process_offer WHERE area = $2 AND offering_id = held.id OFFSET 0) AS o
        WHERE d.requirement_id = $1 AND d.area = $2""",
    "$5::date",
)

_HOLD = f"""
    SELECT id FROM offering WHERE id = ANY(ARRAY(
        SELECT offering_id FROM ({_IN_RANGE}) AS hits
        UNION SELECT offering_id FROM pair WHERE requirement_id = $1 AND offering_id > $3 AND offering_id <= $4
    )) ORDER BY id FOR UPDATE
"""  # noqa: S608 - of the constants above
"""Those that pass, and those that did. Whoever comes to pass meanwhile sees what is asked, and finds it out itself."""

_REPLACE_OF_REQUIREMENT = f"""
    WITH hits AS MATERIALIZED ({_OF_HELD}),
    put AS (
        INSERT INTO pair (area, offering_id, requirement_id, points, unknown)
        SELECT area, offering_id, requirement_id, points, unknown FROM hits
        ON CONFLICT (area, offering_id, requirement_id)
            DO UPDATE SET points = excluded.points, unknown = excluded.unknown
        WHERE (pair.points, pair.unknown) <> (excluded.points, excluded.unknown)
        RETURNING new.offering_id, old.area AS told
    ), gone AS (
        DELETE FROM pair WHERE requirement_id = $1 AND offering_id = ANY($3::uuid[])
            AND (offering_id, area) NOT IN (SELECT offering_id, area FROM hits)
        RETURNING offering_id, area AS told
    ), same AS (
        SELECT offering_id, area AS told FROM hits
        WHERE offering_id NOT IN (SELECT offering_id FROM put)
            AND ($4::boolean OR offering_id IN (SELECT offering_id FROM match WHERE requirement_id = $1))
    )
    INSERT INTO due (requirement_id, offering_id, told, differs)
    SELECT $1, offering_id, max(told), bool_or(differs) FROM (
        SELECT *, true AS differs FROM put UNION ALL SELECT *, true FROM gone UNION ALL SELECT *, $4::boolean FROM same
    ) AS changed GROUP BY offering_id
    ON CONFLICT (requirement_id, offering_id) DO UPDATE SET differs = due.differs OR excluded.differs
"""  # noqa: S608 - of the constants above
"""What the firm was told before the first of several changes stays what it was told."""

_DUE = "SELECT offering_id FROM due WHERE requirement_id = $1 AND offering_id > $2 ORDER BY offering_id LIMIT $3"
