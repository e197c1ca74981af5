"""What the API reads of the store."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from pydantic import Field, TypeAdapter
from sqlalchemy import and_, not_, or_, tuple_
from sqlmodel import col, func, select

from services.matching.domain.alignment import AlignedRequirement, Hit, aligned
from services.matching.domain.anchor import Anchor
from services.matching.domain.candidate import Candidate, of
from services.matching.domain.match import match_id
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.domain.rules import Rules
from services.matching.store.demand import FIRST, AreaDemand, demand, requirements_by_id
from services.matching.store.judging import unknown_of
from services.matching.store.offerings import offerings, with_matches
from services.matching.store.pairs import OF_FIRM_NOW
from services.matching.store.tables import AnchorRow, AnswersRow, MatchRow, OfferingAreaRow, RequirementRow
from shared.contracts.event import BasisPoints, Moment
from shared.contracts.matching import RequirementChanged, RequirementClosed, RequirementPublished, RequirementReopened
from shared.messaging import journal
from shared.runtime.database import Connection, Database

_ANCHOR: TypeAdapter[Anchor] = TypeAdapter(Anchor)
_REQUIREMENT: TypeAdapter[Requirement] = TypeAdapter(Requirement)

_LOST: Literal[2] = 2
_NEVER = datetime(1900, 1, 1, tzinfo=UTC)
_KEPT = func.coalesce(col(MatchRow.detail)["holds"].astext, "true") == "false"
"""A match that holds no more, and is kept for its award."""

VERSIONS = (RequirementPublished, RequirementChanged, RequirementClosed, RequirementReopened)
"""Each is a version of a requirement."""

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
    async with database.connection() as connection:
        return await journal.told(connection, id_, VERSIONS, after, limit)


async def asked_in(database: Database, areas: Sequence[str], after: UUID | None, limit: int) -> list[Requirement]:
    """The open requirements of these areas after an id, in the order of their ids."""
    query = select(RequirementRow).where(col(RequirementRow.area).in_(areas), col(RequirementRow.status) == "open")
    async with database.session() as session:
        rows = await session.exec(
            query.where(col(RequirementRow.id) > (after or FIRST)).order_by(col(RequirementRow.id)).limit(limit)
        )
        return [_REQUIREMENT.validate_python(row.model_dump()) for row in rows]


async def find_offering(database: Database, id_: UUID) -> Offering | None:
    """An offering with its matches."""
    async with database.connection() as connection:
        return (await offerings_by_id(connection, [id_])).get(id_)


async def offerings_by_id(
    connection: Connection, ids: Sequence[UUID], requirement_id: UUID | None = None
) -> dict[UUID, Offering]:
    """These offerings with their matches, or with that of one requirement alone."""
    rows = await connection.fetch(_OFFERINGS, ids)
    return await with_matches(connection, {row["id"]: offerings.of(row) for row in rows}, requirement_id)


async def find_requirements(database: Database, ids: Sequence[UUID]) -> dict[UUID, Requirement]:
    """These requirements, open or closed."""
    async with database.connection() as connection:
        return await requirements_by_id(connection, ids)


async def whose_match(database: Database, id_: UUID) -> tuple[UUID, UUID] | None:
    """The firm and the requirement of a match that holds, or about which something was answered."""
    async with database.session() as session:
        match, answers = await session.get(MatchRow, id_), await session.get(AnswersRow, id_)
    row = match or answers
    return None if row is None else (row.offering_id, row.requirement_id)


async def alignment_of(database: Database, offering: Offering) -> tuple[list[AlignedRequirement], AreaDemand]:
    """What an offering meets now, by requirement, and all that is asked in its areas."""
    areas = offering.profile.areas if offering.profile else ()
    async with database.connection() as connection:
        asked = await demand.of(connection, areas)
        rows = await connection.fetch(_PAIRS, list(areas), offering.id)
    known = {requirement.id: requirement for some in asked.values() for requirement in some}
    met = [
        aligned(known[row["requirement_id"]], Hit(row["points"], unknown_of(row["unknown"])))
        for row in rows
        if row["requirement_id"] in known
    ]
    return met, asked


async def ranked_matches(
    database: Database, requirement: Requirement, rules: Rules, today: date, *, after: Rank | None, limit: int
) -> list[Ranked]:
    """The candidates of a requirement, best first: by score, then the better grade, the earlier registration, the id.

    One ranking is of one version of the rules: what was judged by another one comes behind it, and behind both, by id,
    what was answered about firms that match no more.
    """
    place = 0 if after is None else after[0]
    ranks = [] if place == _LOST else await _held_matches(database, requirement.id, rules.version, after, limit)
    if len(ranks) < limit:
        behind = after[-1] if after is not None and place == _LOST else FIRST
        ranks += await _lost_matches(database, requirement.id, behind, limit - len(ranks))
    async with database.connection() as connection:
        found = await offerings_by_id(connection, [rank[-1] for rank in ranks], requirement.id)
    candidates = {
        id_: of(offering, match_id(id_, requirement.id), requirement, rules, today) for id_, offering in found.items()
    }
    return [Ranked(rank, known) for rank in ranks if (known := candidates.get(rank[-1])) is not None]


async def _held_matches(
    database: Database, requirement_id: UUID, rules: str, after: Rank | None, limit: int
) -> list[Rank]:
    """Two looks into the index of ranks, each in its order: of the rules in force, and of others."""
    found: list[Rank] = []
    for place in (0, 1) if after is None or not after[0] else (1,):
        behind = after if after is not None and after[0] == place else None
        found += await _ranks(database, requirement_id, rules, place, behind, limit - len(found))
        if len(found) == limit:
            break
    return found


async def _ranks(
    database: Database, requirement_id: UUID, rules: str, place: Literal[0, 1], after: Rank | None, limit: int
) -> list[Rank]:
    version = col(MatchRow.detail)["rules"].astext
    score, others = col(MatchRow.score), (col(MatchRow.grade), col(MatchRow.registered_at), col(MatchRow.offering_id))
    query = select(score, *others).where(col(MatchRow.requirement_id) == requirement_id, not_(_KEPT))
    query = query.where(version != rules if place else version == rules)
    if after is not None:
        _, least, *rest = after
        query = query.where(or_(score < least, and_(score == least, tuple_(*others) > tuple(rest))))
    async with database.session() as session:
        return [(place, *row) for row in await session.exec(query.order_by(score.desc(), *others).limit(limit))]


async def _lost_matches(database: Database, requirement_id: UUID, after: UUID, limit: int) -> list[Rank]:
    """Candidates about which something was answered and that do not match now, by firm."""
    firm = col(AnswersRow.offering_id)
    query = select(firm).join(MatchRow, col(MatchRow.id) == col(AnswersRow.id), isouter=True)
    query = query.where(col(AnswersRow.requirement_id) == requirement_id, firm > after)
    query = query.where(or_(col(MatchRow.id).is_(None), _KEPT))
    async with database.session() as session:
        return [(_LOST, 0, "", _NEVER, id_) for id_ in await session.exec(query.order_by(firm).limit(limit))]


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


_OFFERINGS = """
    SELECT id, profile, withdrawn_at, diagnosis, aligned, revision, known_by, answers, performance FROM offering
    WHERE id = ANY($1::uuid[])
"""
_PAIRS = f"{OF_FIRM_NOW} ORDER BY requirement_id"
