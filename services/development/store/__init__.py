"""Tables of this stage: the only SQL of the service."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.development import catalogue
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort, PastOverride
from services.development.domain.module import Modules
from services.development.domain.outcome import Outcome
from services.development.domain.plan import PlanStatus
from services.development.domain.requirement import Requirement
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection


class Table(SQLModel, registry=registry()):
    """Base of this service's tables: metadata of its own."""


GONE = "SELECT id FROM candidate WHERE withdrawn"
"""Firms that left: their attachments are erased."""


class CandidateRow(Table, table=True):
    __tablename__ = "candidate"
    __table_args__ = (
        Index("candidate_awaiting", "id", postgresql_where=text("awaits_selection")),
        Index("candidate_plan", "plan_status", "id", postgresql_where=text("plan_status IS NOT NULL")),
        Index("candidate_mentor", "mentor", "id", postgresql_where=text("plan_status IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    folio: str | None
    legal_name: str | None
    standing: dict[str, Any] | None = Field(sa_type=JSONB)
    withdrawn: bool
    matches: list[dict[str, Any]] = Field(sa_type=JSONB)
    diagnosis: dict[str, Any] | None = Field(sa_type=JSONB)
    referrals: list[dict[str, Any]] = Field(sa_type=JSONB)
    cohort_id: UUID | None
    plan: dict[str, Any] | None = Field(sa_type=JSONB)
    mentor: str | None
    assessor: str | None
    past_plans: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})
    leavings: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})
    awaited: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})
    unscored: list[str] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})
    awaits_selection: bool
    plan_status: str | None


class CohortRow(Table, table=True):
    __tablename__ = "cohort"

    id: UUID = Field(primary_key=True)
    name: str
    capacity: int
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    status: str
    overrides: list[dict[str, Any]] = Field(sa_type=JSONB)
    selected_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    took_part: dict[str, Any] = Field(sa_type=JSONB)
    drop_outs: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})


class PastOverrideRow(Table, table=True):
    __tablename__ = "past_override"
    __table_args__ = (Index("past_override_cohort", "cohort_id", "ended_at", "id"),)

    id: UUID = Field(primary_key=True)
    cohort_id: UUID
    supplier_id: UUID
    direction: str
    reason: str
    by: str
    at: datetime = Field(sa_type=DateTime(timezone=True))
    ended_by: str
    ended_at: datetime = Field(sa_type=DateTime(timezone=True))


class OutcomeRow(Table, table=True):
    __tablename__ = "outcome"
    __table_args__ = (Index("outcome_line", "cohort_id", "line", unique=True),)

    id: UUID = Field(primary_key=True)
    cohort_id: UUID
    supplier_id: UUID
    line: int
    selected: bool
    rank: int | None
    score: int
    best_match: int
    readiness: int
    closability: int
    requirement_id: UUID | None
    reasons: list[str] = Field(sa_type=JSONB)
    rules: str
    decided_at: datetime = Field(sa_type=DateTime(timezone=True))


class RequirementRow(Table, table=True):
    __tablename__ = "requirement"

    id: UUID = Field(primary_key=True)
    area: str
    title: str


def _for_queries(candidate: Candidate) -> Mapping[str, Any]:
    return {
        "awaits_selection": candidate.awaits_selection,
        "plan_status": None if candidate.plan is None else candidate.plan.status,
    }


candidates = TableRepository(CandidateRow, Candidate, derived=_for_queries)
cohorts = TableRepository(CohortRow, Cohort)
past_overrides = TableRepository(PastOverrideRow, PastOverride)
outcomes = TableRepository(OutcomeRow, Outcome)
requirements = TableRepository(RequirementRow, Requirement)

FIRMS = """
    SELECT 'selected' AS step, count(DISTINCT supplier_id) FROM outcome WHERE selected
    UNION ALL SELECT 'planned', count(*) FROM candidate WHERE plan_status IN ('agreed', 'completed')
    UNION ALL SELECT 'plan_completed', count(*) FROM candidate WHERE plan_status = 'completed'
"""


_AWAITING = "SELECT {} FROM candidate WHERE awaits_selection AND id > $1 ORDER BY id LIMIT $2"
FIRST = UUID(int=0)
"""Before every id. A page that begins there has the plan of every other, which the index leads to its place."""


async def modules(_: Connection) -> Modules:
    """The catalogue as a reference of decisions."""
    return catalogue.modules()


async def awaiting_selection(connection: Connection, after: UUID, limit: int) -> list[UUID]:
    """The first ids after this one of the firms that a selection decides."""
    rows = await connection.fetch(_AWAITING.format("id"), after, limit)
    return [row["id"] for row in rows]


async def pool(connection: Connection, after: UUID, limit: int) -> list[Candidate]:
    """The same firms, as they are now and unlocked."""
    return [candidates.of(row) for row in await connection.fetch(_AWAITING.format("*"), after, limit)]


async def firms(connection: Connection, ids: Collection[UUID]) -> dict[UUID, Candidate]:
    """These firms, unlocked."""
    rows = await connection.fetch("SELECT * FROM candidate WHERE id = ANY($1::uuid[])", ids)
    return {row["id"]: candidates.of(row) for row in rows}


async def candidate(connection: Connection, supplier_id: UUID) -> Candidate | None:
    row = await connection.fetchrow("SELECT * FROM candidate WHERE id = $1", supplier_id)
    return None if row is None else candidates.of(row)


async def cohort(connection: Connection, cohort_id: UUID) -> Cohort | None:
    row = await connection.fetchrow("SELECT * FROM cohort WHERE id = $1", cohort_id)
    return None if row is None else cohorts.of(row)


async def next_in_rank(connection: Connection, cohort_id: UUID, after: int, limit: int) -> list[tuple[int, UUID]]:
    """Rank and firm of those that only capacity kept out, beyond a rank."""
    query = """
        SELECT rank, supplier_id FROM outcome WHERE cohort_id = $1 AND NOT selected AND rank > $2
        ORDER BY rank LIMIT $3
    """
    return [(row["rank"], row["supplier_id"]) for row in await connection.fetch(query, cohort_id, after, limit)]


async def page_of_cohorts(connection: Connection, after: tuple[datetime, UUID] | None, limit: int) -> list[Cohort]:
    """The newest first."""
    at, id_ = after or (None, None)
    rows = await connection.fetch(
        """
        SELECT * FROM cohort WHERE $1::timestamptz IS NULL OR (created_at, id) < ($1, $2::uuid)
        ORDER BY created_at DESC, id DESC LIMIT $3
        """,
        at,
        id_,
        limit,
    )
    return [cohorts.of(row) for row in rows]


async def page_of_past_overrides(
    connection: Connection, cohort_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> list[PastOverride]:
    """In the order in which they ended."""
    at, id_ = after or (None, None)
    rows = await connection.fetch(
        """
        SELECT * FROM past_override
        WHERE cohort_id = $1 AND ($2::timestamptz IS NULL OR (ended_at, id) > ($2, $3::uuid))
        ORDER BY ended_at, id LIMIT $4
        """,
        cohort_id,
        at,
        id_,
        limit,
    )
    return [past_overrides.of(row) for row in rows]


async def with_plans(
    connection: Connection, status: PlanStatus | None, mentor: str | None, after: UUID | None, limit: int
) -> list[Candidate]:
    """Firms that have a plan, by id; of one mentor, those that they are assigned to."""
    rows = await connection.fetch(
        """
        SELECT * FROM candidate
        WHERE plan_status IS NOT NULL AND ($1::text IS NULL OR plan_status = $1)
            AND ($2::text IS NULL OR mentor = $2) AND ($3::uuid IS NULL OR id > $3)
        ORDER BY id LIMIT $4
        """,
        status,
        mentor,
        after,
        limit,
    )
    return [candidates.of(row) for row in rows]


Line = tuple[OutcomeRow, str | None, str | None, str | None]
"""An outcome with its firm's folio and legal name, and the title of its best match's requirement."""


async def lines(
    session: AsyncSession, cohort_id: UUID, after: int | None, limit: int, *, selected: bool | None
) -> Sequence[Line]:
    """Outcomes of a cohort's selection in the order of its list."""
    query = (
        select(OutcomeRow, CandidateRow.folio, CandidateRow.legal_name, RequirementRow.title)
        .join(CandidateRow, col(CandidateRow.id) == col(OutcomeRow.supplier_id))
        .join(RequirementRow, col(RequirementRow.id) == col(OutcomeRow.requirement_id), isouter=True)
        .where(OutcomeRow.cohort_id == cohort_id, OutcomeRow.line > (after or 0))
        .order_by(col(OutcomeRow.line))
        .limit(limit)
    )
    if selected is not None:
        query = query.where(OutcomeRow.selected == selected)
    return (await session.exec(query)).all()


async def titles(connection: Connection, requirement_ids: Collection[UUID]) -> dict[UUID, str]:
    """Titles of requirements; the unknown are left out."""
    rows = await connection.fetch("SELECT id, title FROM requirement WHERE id = ANY($1::uuid[])", requirement_ids)
    return {row["id"]: row["title"] for row in rows}
