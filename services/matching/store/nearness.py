"""Who misses a requirement by one gate, and what a firm misses so: looked up when asked, of one area's narrow rows."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple
from uuid import UUID

from services.matching import catalogue
from services.matching.domain.nearness import NearMiss, near_miss
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.store import judging
from services.matching.store.demand import FIRST, requirements_by_id
from services.matching.store.pairs import OF_FIRM_NOW
from services.matching.store.queries import offerings_by_id
from shared.contracts.event import BasisPoints
from shared.days import day_of
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database

MOST_LOOKED_AT = 100_000
"""Processes of an area that one look reads, in the order of their firms: less than a second on a busy machine, and
more than any area of the program has.
"""
MOST_LIFTED = 100
"""Requirements that a firm misses by one gate, and as many that it meets and could meet better, that are weighed for
what would lift it: a quarter of a second in all.
"""

Place = tuple[BasisPoints, UUID]
"""Among near misses: the points as it is, then the firm or the requirement."""


class Near(NamedTuple):
    """A firm misses a requirement by one gate."""

    place: Place
    offering: Offering
    requirement: Requirement
    miss: NearMiss


async def near_firms(database: Database, requirement_id: UUID, after: Place | None, limit: int) -> list[Near]:
    """Firms that miss a requirement by one gate, the best first."""
    async with _snapshot(database) as connection:
        asked = (await requirements_by_id(connection, [requirement_id]))[requirement_id]
        at = after or (judging.HIGHEST, FIRST)
        rows = await connection.fetch(FIRMS, asked.id, asked.area, day_of(now()), *at, limit)
        known = await offerings_by_id(connection, [row["offering_id"] for row in rows])
    found = (_near(row["points"], row["offering_id"], known.get(row["offering_id"]), asked) for row in rows)
    return [each for each in found if each]


async def near_counts(database: Database, requirement: Requirement) -> Mapping[str, int]:
    """How many firms miss a requirement by each gate alone."""
    async with database.connection() as connection:
        rows = await connection.fetch(COUNTS, requirement.id, requirement.area, day_of(now()))
    return {row["gate"]: row["firms"] for row in rows}


async def near_requirements(database: Database, offering: Offering, after: Place | None, limit: int) -> list[Near]:
    """What a firm misses by one gate, what it scores best at first."""
    async with _snapshot(database) as connection:
        known = (await offerings_by_id(connection, [offering.id])).get(offering.id, offering)
        at = after or (judging.HIGHEST, FIRST)
        rows = await connection.fetch(REQUIREMENTS, _areas(known), known.id, day_of(now()), *at, limit)
        asked = await requirements_by_id(connection, [row["requirement_id"] for row in rows])
    found = (_near(row["points"], row["requirement_id"], known, asked[row["requirement_id"]]) for row in rows)
    return [each for each in found if each]


async def liftable(database: Database, offering: Offering) -> list[Requirement]:
    """What one change of a firm could lift: requirements that it misses by one gate, and those that it meets with the
    fewest points. No other one can be opened by a single change, or raised.
    """
    near = await near_requirements(database, offering, None, MOST_LIFTED)
    async with database.connection() as connection:
        rows = await connection.fetch(_MET, _areas(offering), offering.id, MOST_LIFTED)
        met = await requirements_by_id(connection, [row["requirement_id"] for row in rows])
    return [*(each.requirement for each in near), *met.values()]


@asynccontextmanager
async def _snapshot(database: Database) -> AsyncIterator[Connection]:
    """What the narrow rows say is what the aggregates say, whatever is written meanwhile."""
    async with database.connection() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        yield connection


def _areas(offering: Offering) -> list[str]:
    return list(offering.profile.areas) if offering.profile else []


def _near(points: int, key: UUID, offering: Offering | None, asked: Requirement) -> Near | None:
    """With its reasons, by the definition."""
    if offering is None or offering.profile is None:
        return None
    rules, today = catalogue.rules(), day_of(now())
    need = asked.need_of(offering.id, today)
    miss = near_miss(offering.profile, need, rules, today, withdrawn=offering.withdrawn)
    return None if miss is None else Near((points, key), offering, asked, miss)


_OF_REQUIREMENT = judging.near(
    catalogue.rules(),
    f"""open_demand AS d CROSS JOIN LATERAL (
            SELECT * FROM process_offer WHERE area = $2 ORDER BY offering_id, position LIMIT {MOST_LOOKED_AT}
        ) AS o
        WHERE d.requirement_id = $1 AND d.area = $2""",  # noqa: S608 - of the constant above
    "$3::date",
)
_OF_OFFERING = judging.near(
    catalogue.rules(),
    """unnest($1::text[]) AS given(area)
        CROSS JOIN LATERAL (
            SELECT * FROM process_offer WHERE area = given.area AND offering_id = $2 OFFSET 0
        ) AS o
        CROSS JOIN LATERAL (SELECT * FROM open_demand WHERE area = given.area OFFSET 0) AS d
        WHERE true""",
    "$3::date",
)

FIRMS = f"""
    SELECT offering_id, points FROM ({_OF_REQUIREMENT}) AS near
    WHERE points < $4 OR (points = $4 AND offering_id > $5)
    ORDER BY points DESC, offering_id LIMIT $6
"""  # noqa: S608 - of the constants above
COUNTS = f"SELECT gate, count(*) AS firms FROM ({_OF_REQUIREMENT}) AS near GROUP BY gate ORDER BY firms DESC, gate"  # noqa: S608 - of the constant above
REQUIREMENTS = f"""
    SELECT requirement_id, points FROM ({_OF_OFFERING}) AS near
    WHERE points < $4 OR (points = $4 AND requirement_id > $5)
    ORDER BY points DESC, requirement_id LIMIT $6
"""  # noqa: S608 - of the constants above
_MET = f"""
    SELECT requirement_id FROM ({OF_FIRM_NOW}) AS met WHERE points < 10000 ORDER BY points, requirement_id LIMIT $3
"""  # noqa: S608 - of the constant
