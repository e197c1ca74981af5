"""Tables of this stage."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """The tables of this store."""


class AnchorRow(Table, table=True):
    __tablename__ = "anchor"

    id: UUID = Field(primary_key=True)
    code: str | None
    name: str | None
    states: list[str] = Field(sa_type=JSONB)
    joined_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    left_at: datetime | None = Field(sa_type=DateTime(timezone=True))


class RequirementRow(Table, table=True):
    __tablename__ = "requirement"
    __table_args__ = (
        Index("requirement_area", "area", "id"),
        Index("requirement_anchor", "anchor_id", "id"),
        Index("requirement_open", "id", postgresql_where=text("status = 'open'")),
    )

    id: UUID = Field(primary_key=True)
    anchor_id: UUID
    area: str
    open_until: date
    specification: dict[str, Any] = Field(sa_type=JSONB)
    status: str
    closed_reason: str | None
    version: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    by_hand: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    closures: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})


class DemandRevisionRow(Table, table=True):
    """One row whose value is new after each change of the demand, so that an unchanged demand is not read again."""

    __tablename__ = "demand_revision"

    id: int = Field(primary_key=True)
    revision: UUID


class OfferingRow(Table, table=True):
    __tablename__ = "offering"

    id: UUID = Field(primary_key=True)
    profile: dict[str, Any] | None = Field(sa_type=JSONB)
    withdrawn_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    diagnosis: dict[str, Any] | None = Field(sa_type=JSONB)
    alignment: dict[str, Any] | None = Field(sa_type=JSONB)
    matches: list[dict[str, Any]] = Field(sa_type=JSONB)
    answers: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})


class OfferingAreaRow(Table, table=True):
    """Which offerings a change in an area touches. Derived from `offering`."""

    __tablename__ = "offering_area"
    __table_args__ = (Index("offering_area_offering", "offering_id"),)

    area: str = Field(primary_key=True)
    offering_id: UUID = Field(primary_key=True)
    aligned: bool


class MatchRow(Table, table=True):
    """Matches as anchors read them. Derived from `offering`."""

    __tablename__ = "match"
    __table_args__ = (
        Index("match_requirement", "requirement_id", text("score DESC"), "grade", "registered_at", "offering_id"),
        Index("match_offering", "offering_id"),
        Index("match_area", "area"),
    )

    id: UUID = Field(primary_key=True)
    offering_id: UUID
    requirement_id: UUID
    anchor_id: UUID
    area: str
    score: int
    grade: str
    registered_at: datetime = Field(sa_type=DateTime(timezone=True))
    detail: dict[str, Any] = Field(sa_type=JSONB)


class AnswersRow(Table, table=True):
    """What buyers answered, as anchors read it and awards are compared with. Derived from `offering`."""

    __tablename__ = "answers"
    __table_args__ = (
        Index("answers_requirement", "requirement_id"),
        Index("answers_offering", "offering_id"),
    )

    id: UUID = Field(primary_key=True)
    """The match's."""
    offering_id: UUID
    requirement_id: UUID
    anchor_id: UUID
    standing: str
    annual_volume: int | None
    """Pieces per year that the anchor buys now."""
    detail: dict[str, Any] = Field(sa_type=JSONB)
