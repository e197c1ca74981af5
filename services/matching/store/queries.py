"""What the API reads of the store."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from pydantic import Field, TypeAdapter
from sqlalchemy import and_, or_, tuple_
from sqlmodel import col, func, select

from services.matching.domain.anchor import Anchor
from services.matching.domain.match import Match
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.store.demand import FIRST
from services.matching.store.tables import AnchorRow, MatchRow, OfferingAreaRow, OfferingRow, RequirementRow
from shared.contracts.event import BasisPoints, Moment
from shared.runtime.database import Database

_ANCHOR: TypeAdapter[Anchor] = TypeAdapter(Anchor)
_REQUIREMENT: TypeAdapter[Requirement] = TypeAdapter(Requirement)
_OFFERING: TypeAdapter[Offering] = TypeAdapter(Offering)
_MATCH: TypeAdapter[Match] = TypeAdapter(Match)

FIRMS = """
    SELECT 'aligned' AS step, count(DISTINCT offering_id) FROM offering_area WHERE aligned
    UNION ALL SELECT 'matched', count(DISTINCT offering_id) FROM match
    UNION ALL SELECT 'awarded', count(DISTINCT offering_id) FROM match WHERE detail->>'standing' = 'awarded'
"""


Rank = tuple[BasisPoints, Annotated[str, Field(max_length=1)], Moment, UUID]
"""Place of a match among those of its requirement."""


class Candidate(NamedTuple):
    """A match with the supplier behind it."""

    supplier_id: UUID
    grade: str
    registered_at: datetime
    match: Match

    @property
    def rank(self) -> "Rank":
        return self.match.score, self.grade, self.registered_at, self.supplier_id


class Coverage(NamedTuple):
    """How far one area's demand is met."""

    area: str
    open_requirements: int
    aligned_suppliers: int
    matches: int


async def all_anchors(database: Database) -> list[Anchor]:
    """Every anchor ever heard of, by code."""
    async with database.session() as session:
        rows = await session.exec(select(AnchorRow).order_by(col(AnchorRow.code), col(AnchorRow.id)))
        return [_ANCHOR.validate_python(row.model_dump()) for row in rows]


async def find_requirement(database: Database, id_: UUID) -> Requirement | None:
    async with database.session() as session:
        row = await session.get(RequirementRow, id_)
    return None if row is None else _REQUIREMENT.validate_python(row.model_dump())


async def page_of_requirements(
    database: Database,
    *,
    area: str | None,
    anchor_id: UUID | None,
    status: Literal["open", "closed"] | None,
    after: UUID | None,
    limit: int,
) -> list[Requirement]:
    """Requirements after an id, in the order of their ids."""
    query = select(RequirementRow).where(col(RequirementRow.id) > (after or FIRST))
    if area is not None:
        query = query.where(col(RequirementRow.area) == area)
    if anchor_id is not None:
        query = query.where(col(RequirementRow.anchor_id) == anchor_id)
    if status is not None:
        query = query.where(col(RequirementRow.status) == status)
    async with database.session() as session:
        rows = await session.exec(query.order_by(col(RequirementRow.id)).limit(limit))
        return [_REQUIREMENT.validate_python(row.model_dump()) for row in rows]


async def find_offering(database: Database, id_: UUID) -> Offering | None:
    async with database.session() as session:
        row = await session.get(OfferingRow, id_)
    return None if row is None else _OFFERING.validate_python(row.model_dump())


async def find_match(database: Database, id_: UUID) -> Candidate | None:
    async with database.session() as session:
        row = await session.get(MatchRow, id_)
    return None if row is None else _candidate(row)


async def ranked_matches(
    database: Database, requirement_id: UUID, *, after: Rank | None, limit: int
) -> list[Candidate]:
    """The matches of a requirement, best first: by score, then the better grade, the earlier registration, the id."""
    score, others = col(MatchRow.score), (col(MatchRow.grade), col(MatchRow.registered_at), col(MatchRow.offering_id))
    query = select(MatchRow).where(col(MatchRow.requirement_id) == requirement_id)
    if after is not None:
        worse, equal = score < after[0], score == after[0]
        query = query.where(or_(worse, and_(equal, tuple_(*others) > after[1:])))
    async with database.session() as session:
        rows = await session.exec(query.order_by(score.desc(), *others).limit(limit))
        return [_candidate(row) for row in rows]


async def coverage(database: Database) -> list[Coverage]:
    """Every area in which anybody asks or is aligned, by code."""
    areas = col(RequirementRow.area), col(OfferingAreaRow.area), col(MatchRow.area)
    requirements = select(areas[0], func.count()).where(col(RequirementRow.status) == "open").group_by(areas[0])
    aligned = select(areas[1], func.count()).where(col(OfferingAreaRow.aligned)).group_by(areas[1])
    matches = select(areas[2], func.count()).group_by(areas[2])
    async with database.session() as session:
        found = [_counts((await session.exec(query)).all()) for query in (requirements, aligned, matches)]
    known = sorted({area for counts in found for area in counts})
    return [Coverage(area, *(counts.get(area, 0) for counts in found)) for area in known]


def _counts(rows: Sequence[tuple[str, int]]) -> dict[str, int]:
    return dict(rows)


def _candidate(row: MatchRow) -> Candidate:
    return Candidate(row.offering_id, row.grade, row.registered_at, _MATCH.validate_python(row.detail))
