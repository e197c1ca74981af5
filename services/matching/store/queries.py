"""What the API reads of the store."""

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from pydantic import Field, TypeAdapter
from sqlalchemy import and_, or_, tuple_
from sqlmodel import col, func, select

from services.matching.domain.anchor import Anchor
from services.matching.domain.answers import Answers
from services.matching.domain.candidate import Candidate, held
from services.matching.domain.match import Match
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.store.demand import FIRST
from services.matching.store.tables import AnchorRow, AnswersRow, MatchRow, OfferingAreaRow, OfferingRow, RequirementRow
from shared.contracts.event import BasisPoints, Moment
from shared.runtime.database import Database

_ANCHOR: TypeAdapter[Anchor] = TypeAdapter(Anchor)
_REQUIREMENT: TypeAdapter[Requirement] = TypeAdapter(Requirement)
_OFFERING: TypeAdapter[Offering] = TypeAdapter(Offering)
_MATCH: TypeAdapter[Match] = TypeAdapter(Match)
_ANSWERS: TypeAdapter[Answers] = TypeAdapter(Answers)

FIRMS = """
    SELECT 'aligned' AS step, count(DISTINCT offering_id) FROM offering_area WHERE aligned
    UNION ALL SELECT 'matched', count(DISTINCT offering_id) FROM match
    UNION ALL SELECT 'awarded', count(DISTINCT offering_id) FROM answers WHERE standing = 'awarded'
"""


Rank = tuple[bool, BasisPoints, Annotated[str, Field(max_length=1)], Moment, UUID]
"""Place of a match among those of its requirement; first whether it was judged by other rules than those in force."""


class Ranked(NamedTuple):
    """A candidate at its place."""

    rank: Rank
    candidate: Candidate


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


async def whose_match(database: Database, id_: UUID) -> UUID | None:
    """The firm of a match that holds, or about which something was answered."""
    async with database.session() as session:
        match, answers = await session.get(MatchRow, id_), await session.get(AnswersRow, id_)
    row = match or answers
    return None if row is None else row.offering_id


async def ranked_matches(
    database: Database, requirement_id: UUID, rules: str, *, after: Rank | None, limit: int
) -> list[Ranked]:
    """The matches of a requirement, best first: by score, then the better grade, the earlier registration, the id.

    One ranking is of one version of the rules: what was judged by another one, as what is awarded and no longer fits,
    comes behind it.
    """
    other = col(MatchRow.detail)["rules"].astext != rules
    score, others = col(MatchRow.score), (col(MatchRow.grade), col(MatchRow.registered_at), col(MatchRow.offering_id))
    answered = col(AnswersRow.id) == col(MatchRow.id)
    query = select(MatchRow, AnswersRow).join(AnswersRow, answered, isouter=True)
    query = query.where(col(MatchRow.requirement_id) == requirement_id)
    if after is not None:
        behind, least, *rest = after
        worse = or_(score < least, and_(score == least, tuple_(*others) > tuple(rest)))
        query = query.where(and_(other, worse) if behind else or_(other, worse))
    async with database.session() as session:
        rows = await session.exec(query.order_by(other, score.desc(), *others).limit(limit))
        return [_ranked(*row, rules) for row in rows]


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


def _ranked(row: MatchRow, answered: AnswersRow | None, rules: str) -> Ranked:
    match = _MATCH.validate_python(row.detail)
    nothing = Answers(match.requirement_id, match.anchor_id, match.area)
    answers = nothing if answered is None else _ANSWERS.validate_python(answered.detail)
    candidate = Candidate(row.offering_id, row.grade, row.registered_at, held(match), answers)
    return Ranked((match.rules != rules, row.score, row.grade, row.registered_at, row.offering_id), candidate)
