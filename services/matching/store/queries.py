"""What the API reads of the store."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from pydantic import Field, TypeAdapter
from sqlalchemy import and_, not_, or_, tuple_
from sqlmodel import col, func, select

from services.matching.domain.anchor import Anchor
from services.matching.domain.answers import Answers
from services.matching.domain.candidate import Candidate, held, of
from services.matching.domain.match import Match
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.store.demand import FIRST
from services.matching.store.tables import AnchorRow, AnswersRow, MatchRow, OfferingAreaRow, OfferingRow, RequirementRow
from shared.contracts.event import BasisPoints, Moment
from shared.contracts.matching import RequirementChanged, RequirementClosed, RequirementPublished, RequirementReopened
from shared.messaging import journal
from shared.runtime.database import Database

_ANCHOR: TypeAdapter[Anchor] = TypeAdapter(Anchor)
_REQUIREMENT: TypeAdapter[Requirement] = TypeAdapter(Requirement)
_OFFERING: TypeAdapter[Offering] = TypeAdapter(Offering)
_MATCH: TypeAdapter[Match] = TypeAdapter(Match)
_ANSWERS: TypeAdapter[Answers] = TypeAdapter(Answers)

_LOST: Literal[2] = 2
_NEVER = datetime(1900, 1, 1, tzinfo=UTC)
_KEPT = func.coalesce(col(MatchRow.detail)["holds"].astext, "true") == "false"
"""A match that holds no more, and is kept for its award."""

FIRMS = """
    SELECT 'aligned' AS step, count(DISTINCT offering_id) FROM offering_area WHERE aligned
    UNION ALL SELECT 'matched', count(DISTINCT offering_id) FROM match
    UNION ALL SELECT 'awarded', count(DISTINCT offering_id) FROM answers WHERE standing = 'awarded'
"""


Rank = tuple[Literal[0, 1, 2], BasisPoints, Annotated[str, Field(max_length=1)], Moment, UUID]
"""Place of a candidate among those of its requirement; first whether it was judged by the rules in force, by other
ones, or holds no more.
"""


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


async def page_of_versions(database: Database, id_: UUID, after: int, limit: int) -> list[journal.Told]:
    """What was told of a requirement, in order: each is a version of it, and the journal keeps what was told."""
    types = (RequirementPublished, RequirementChanged, RequirementClosed, RequirementReopened)
    async with database.connection() as connection:
        return await journal.told(connection, id_, types, after, limit)


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
    """The candidates of a requirement, best first: by score, then the better grade, the earlier registration, the id.

    One ranking is of one version of the rules: what was judged by another one comes behind it, and behind both, by id,
    what was answered about firms that match no more.
    """
    place = 0 if after is None else after[0]
    found = [] if place == _LOST else await _held_matches(database, requirement_id, rules, after, limit)
    if len(found) == limit:
        return found
    behind = after[-1] if after is not None and place == _LOST else FIRST
    return [*found, *await _lost_matches(database, requirement_id, behind, limit - len(found))]


async def _held_matches(
    database: Database, requirement_id: UUID, rules: str, after: Rank | None, limit: int
) -> list[Ranked]:
    other = col(MatchRow.detail)["rules"].astext != rules
    score, others = col(MatchRow.score), (col(MatchRow.grade), col(MatchRow.registered_at), col(MatchRow.offering_id))
    answered = col(AnswersRow.id) == col(MatchRow.id)
    query = select(MatchRow, AnswersRow).join(AnswersRow, answered, isouter=True)
    query = query.where(col(MatchRow.requirement_id) == requirement_id, not_(_KEPT))
    if after is not None:
        behind, least, *rest = after
        worse = or_(score < least, and_(score == least, tuple_(*others) > tuple(rest)))
        query = query.where(and_(other, worse) if behind else or_(other, worse))
    async with database.session() as session:
        rows = await session.exec(query.order_by(other, score.desc(), *others).limit(limit))
        return [_ranked(*row, rules) for row in rows]


async def _lost_matches(database: Database, requirement_id: UUID, after: UUID, limit: int) -> list[Ranked]:
    """Candidates about which something was answered and that do not match now, by firm."""
    firm = col(AnswersRow.offering_id)
    query = select(AnswersRow.id, OfferingRow).join(OfferingRow, col(OfferingRow.id) == firm)
    query = query.join(MatchRow, col(MatchRow.id) == col(AnswersRow.id), isouter=True)
    query = query.where(col(AnswersRow.requirement_id) == requirement_id, firm > after)
    query = query.where(or_(col(MatchRow.id).is_(None), _KEPT))
    async with database.session() as session:
        rows = await session.exec(query.order_by(firm).limit(limit))
        offerings = [(id_, _OFFERING.validate_python(row.model_dump())) for id_, row in rows]
    found = [of(offering, id_) for id_, offering in offerings]
    return [Ranked((_LOST, 0, "", _NEVER, each.supplier_id), each) for each in found if each is not None]


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
    place: Literal[0, 1] = 0 if match.rules == rules else 1
    return Ranked((place, row.score, row.grade, row.registered_at, row.offering_id), candidate)
