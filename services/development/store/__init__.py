"""Tables of this stage: the only SQL of the service."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Numeric, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from services.development import catalogue
from services.development.domain.appeal import Appeal
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort, PastOverride
from services.development.domain.module import Modules
from services.development.domain.outcome import Outcome
from services.development.domain.plan import PlanStatus
from services.development.domain.requirement import Requirement
from shared.attachments.names import Named
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
        Index("candidate_effect", "id", postgresql_where=text("has_effect")),
        Index("candidate_mentor", "mentor", "id", postgresql_where=text("plan_status IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    folio: str | None
    legal_name: str | None
    standing: dict[str, Any] | None = Field(sa_type=JSONB)
    withdrawn: bool
    state: str | None
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
    effect: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    has_effect: bool = Field(sa_column_kwargs={"server_default": false()})
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
    call: str | None
    budget: Decimal | None = Field(sa_type=Numeric(16, 2))
    minimums: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    keep: int = Field(sa_column_kwargs={"server_default": text("2")})
    selected_by: str | None
    solution: dict[str, Any] | None = Field(sa_type=JSONB)
    appeals_until: datetime | None = Field(sa_type=DateTime(timezone=True))
    appeals_ended_at: datetime | None = Field(sa_type=DateTime(timezone=True))


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
    __table_args__ = (
        Index("outcome_line", "cohort_id", "line", unique=True),
        Index("outcome_supplier", "supplier_id", "decided_at"),
    )

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
    contender: dict[str, Any] | None = Field(sa_type=JSONB)
    why: dict[str, Any] | None = Field(sa_type=JSONB)


class AppealRow(Table, table=True):
    __tablename__ = "appeal"
    __table_args__ = (
        Index("appeal_cohort", "cohort_id", "made_at", "id"),
        Index("appeal_supplier", "supplier_id"),
    )

    id: UUID = Field(primary_key=True)
    cohort_id: UUID
    supplier_id: UUID
    reason: str
    by: str
    made_at: datetime = Field(sa_type=DateTime(timezone=True))
    status: str
    answer: str
    decided_by: str | None
    decided_at: datetime | None = Field(sa_type=DateTime(timezone=True))


class RequirementRow(Table, table=True):
    __tablename__ = "requirement"

    id: UUID = Field(primary_key=True)
    area: str
    title: str
    anchor_id: UUID | None


def _for_queries(candidate: Candidate) -> Mapping[str, Any]:
    return {
        "awaits_selection": candidate.awaits_selection,
        "has_effect": bool(candidate.effect.marks),
        "plan_status": None if candidate.plan is None else candidate.plan.status,
    }


candidates = TableRepository(CandidateRow, Candidate, derived=_for_queries, sealed=Named(CandidateRow))
cohorts = TableRepository(CohortRow, Cohort)
past_overrides = TableRepository(PastOverrideRow, PastOverride)
outcomes = TableRepository(OutcomeRow, Outcome)
appeals = TableRepository(AppealRow, Appeal)
requirements = TableRepository(RequirementRow, Requirement)

FIRMS = """
    SELECT 'selected' AS step, count(DISTINCT supplier_id) FROM outcome WHERE selected
    UNION ALL SELECT 'planned', count(*) FROM candidate WHERE plan_status IN ('agreed', 'completed')
    UNION ALL SELECT 'plan_completed', count(*) FROM candidate WHERE plan_status = 'completed'
"""


async def modules(_: Connection) -> Modules:
    """The catalogue as a reference of decisions."""
    return catalogue.modules()


async def candidate(connection: Connection, supplier_id: UUID) -> Candidate | None:
    rows = await connection.fetch("SELECT * FROM candidate WHERE id = $1", supplier_id)
    return next(iter(await candidates.all_of(connection, rows)), None)


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
    return await candidates.all_of(connection, rows)
