"""Prospects, and in narrow rows the areas in which they are counted and listed."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import text

from services.registration.domain.prospect import Prospect, ProspectStatus
from services.registration.domain.prospect_areas import Confidence
from services.registration.store.tables import ProspectRow
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection, Database, columns

GRADES: Mapping[str, int] = {"high": 1, "medium": 2, "low": 3, "none": 4}
"""By confidence its place in a list, the surest first; `none` of whoever has no area."""

FIRST = UUID(int=0)

_FORGET_AREAS = "DELETE FROM prospect_area WHERE prospect_id = ANY($1::uuid[])"
_WRITE_AREAS = """
    INSERT INTO prospect_area (prospect_id, area, state, status, grade)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::smallint[])
"""


class Prospects(TableRepository[Prospect]):
    """Prospects, and with each a row for each of its areas."""

    async def save_many(self, connection: Connection, new: Sequence[Prospect], changed: Sequence[Prospect]) -> None:
        await super().save_many(connection, new, changed)
        if changed:
            await connection.execute(_FORGET_AREAS, [prospect.id for prospect in changed])
        rows = [
            (prospect.id, found.area, prospect.state, prospect.status, GRADES[found.confidence])
            for prospect in (*new, *changed)
            for found in prospect.areas
        ]
        if rows:
            await connection.execute(_WRITE_AREAS, *columns(rows))


def _for_queries(prospect: Prospect) -> Mapping[str, Any]:
    surest = prospect.areas[0].confidence if prospect.areas else "none"
    return {"name_key": prospect.name_key, "grade": GRADES[surest]}


prospects = Prospects(ProspectRow, Prospect, derived=_for_queries)

_PAGE = """
    SELECT *, grade AS grade_there FROM prospect WHERE (grade, id) > ($1, $2)
        AND ($3::text IS NULL OR state = $3) AND ($4::text IS NULL OR status = $4)
        AND ($5::smallint IS NULL OR grade = $5)
    ORDER BY grade, id LIMIT $6
"""
_PAGE_OF_AREA = """
    SELECT prospect.*, found.grade AS grade_there FROM (
        SELECT prospect_id, grade FROM prospect_area WHERE (grade, prospect_id) > ($1, $2) AND area = $7
            AND ($3::text IS NULL OR state = $3) AND ($4::text IS NULL OR status = $4)
            AND ($5::smallint IS NULL OR grade = $5)
        ORDER BY grade, prospect_id LIMIT $6
    ) AS found JOIN prospect ON prospect.id = found.prospect_id ORDER BY found.grade, prospect.id
"""
_PLACED_OTHERWISE = "SELECT id FROM prospect WHERE id > $1 AND rules <> $2 ORDER BY id LIMIT $3"
_SUGGESTED = """
    SELECT prospect.*, supplier.id AS as_supplier, folio, legal_name AS as_name FROM supplier JOIN prospect
        ON prospect.name_key = supplier.name_key AND (
            prospect.state = supplier.state
            OR supplier.plants @> jsonb_build_array(jsonb_build_object('state', prospect.state))
        )
    WHERE supplier.status = 'registered' AND prospect.status <> 'registered'
        AND NOT prospect.not_these ? supplier.id::text AND (prospect.id, supplier.id) > ($1, $2)
        AND ($3::uuid IS NULL OR prospect.id = $3)
    ORDER BY prospect.id, supplier.id LIMIT $4
"""
_COVERAGE = text("""
    WITH registered AS (
        SELECT process ->> 'area' AS area, state, count(*) AS firms
        FROM supplier, jsonb_array_elements(offering -> 'processes') AS process
        WHERE supplier.status = 'registered' GROUP BY 1, 2
    ), counted AS (
        SELECT area, state, status, grade, count(*) AS plants FROM prospect_area GROUP BY area, state, status, grade
        UNION ALL SELECT '', state, status, grade, count(*) FROM prospect WHERE grade = 4 GROUP BY state, status, grade
    ), summed AS (
        SELECT area, state,
            sum(plants) FILTER (WHERE status = 'prospect' AND grade = 1) AS high,
            sum(plants) FILTER (WHERE status = 'prospect' AND grade = 2) AS medium,
            sum(plants) FILTER (WHERE status = 'prospect' AND grade = 3) AS low,
            sum(plants) FILTER (WHERE status = 'prospect' AND grade = 4) AS unknown,
            sum(plants) FILTER (WHERE status = 'invited') AS invited,
            sum(plants) FILTER (WHERE status = 'registered') AS linked,
            sum(plants) FILTER (WHERE status = 'not_interested') AS not_interested
        FROM counted GROUP BY area, state
    )
    SELECT area, state, firms, high, medium, low, unknown, invited, linked, not_interested
    FROM registered FULL JOIN summed USING (area, state)
    WHERE (:area = '' OR area = :area) AND (:state = '' OR state = :state) ORDER BY area, state
""")


class Listed(NamedTuple):
    """A prospect in a list."""

    prospect: Prospect
    grade: int
    """Its place in the list: of the area that is asked for, else of its surest one."""


class Suggestion(NamedTuple):
    """A prospect that seems to be a supplier: both have this name, in this state."""

    prospect: Prospect
    supplier_id: UUID
    folio: str
    legal_name: str


class Covered(NamedTuple):
    """What there is in one area and state. Plants of no known area are in the area ``."""

    area: str
    state: str
    firms: int
    """Suppliers that are registered there and offer something in the area."""
    high: int
    medium: int
    low: int
    unknown: int
    """Plants that nobody invited yet, by confidence."""
    invited: int
    linked: int
    not_interested: int


class Filters(NamedTuple):
    """Which prospects are asked for; None: all."""

    area: str | None = None
    state: str | None = None
    status: ProspectStatus | None = None
    confidence: Confidence | Literal["none"] | None = None


async def page_of_prospects(
    connection: Connection, filters: Filters, after: tuple[int, UUID] | None, limit: int
) -> list[Listed]:
    """Those that fit, the surest first. `after`: grade and id of the last one that was seen."""
    grade = None if filters.confidence is None else GRADES[filters.confidence]
    bounds = (*(after or (0, FIRST)), filters.state, filters.status, grade, limit)
    if filters.area is None:
        rows = await connection.fetch(_PAGE, *bounds)
    else:
        rows = await connection.fetch(_PAGE_OF_AREA, *bounds, filters.area)
    return [Listed(prospects.of(row), row["grade_there"]) for row in rows]


async def prospect_of(connection: Connection, id_: UUID) -> Prospect | None:
    """As it is, without its lock."""
    row = await connection.fetchrow("SELECT * FROM prospect WHERE id = $1", id_)
    return None if row is None else prospects.of(row)


async def suggestions(
    connection: Connection, prospect_id: UUID | None, after: tuple[UUID, UUID] | None, limit: int
) -> list[Suggestion]:
    """Prospects that seem to be suppliers, of all or of one. `after`: ids of the last pair that was seen."""
    rows = await connection.fetch(_SUGGESTED, *(after or (FIRST, FIRST)), prospect_id, limit)
    return [Suggestion(prospects.of(row), row["as_supplier"], row["folio"], row["as_name"]) for row in rows]


async def placed_otherwise(
    connection: Connection, args: Mapping[str, str], after: UUID | None, limit: int
) -> list[UUID]:
    """The next prospects that other tables than `rules` placed."""
    rows = await connection.fetch(_PLACED_OTHERWISE, after or FIRST, args["rules"], limit)
    return [row["id"] for row in rows]


async def coverage(database: Database, area: str | None, state: str | None) -> list[Covered]:
    """What there is in each area and state, counted by one statement."""
    async with database.session() as session:
        connection = await session.connection()
        rows = await connection.execute(_COVERAGE, {"area": area or "", "state": state or ""})
        return [Covered(row.area, row.state, *(int(number or 0) for number in row[2:])) for row in rows]
