"""Tables of this stage."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, SmallInteger, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.matching.store.narrow_tables import Table


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
        Index(
            "requirement_reference",
            "anchor_id",
            "reference",
            unique=True,
            postgresql_where=text("reference IS NOT NULL"),
        ),
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
    reference: str | None
    waivers: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})


class AreaRevisionRow(Table, table=True):
    """A value that is new after each change of what is asked in an area: what did not change is not read again."""

    __tablename__ = "area_revision"

    area: str = Field(primary_key=True)
    revision: UUID


class DemandRevisionRow(Table, table=True):
    """Of releases without pairs; the next one drops it."""

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
    matches: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})
    """This and the one before are of releases without pairs; the next one drops them."""
    aligned: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    revision: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    known_by: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    answers: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})
    performance: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})


class PairRow(Table, table=True):
    """An offering passes every gate of a requirement, as its firm was told: what is in `due` came later. Written under
    the lock of the offering's row.
    """

    __tablename__ = "pair"
    __table_args__: Any = ({"postgresql_partition_by": "LIST (area)"},)

    area: str = Field(primary_key=True)
    offering_id: UUID = Field(primary_key=True)
    requirement_id: UUID = Field(primary_key=True)
    points: int = Field(sa_type=SmallInteger)
    unknown: int = Field(sa_type=SmallInteger)
    """Bits of the gates of which nobody knows."""


class DueRow(Table, table=True):
    """What a requirement that changed made of a pair, until the firm is told and it becomes one."""

    __tablename__ = "due"
    __table_args__ = (Index("due_offering", "offering_id"),)

    requirement_id: UUID = Field(primary_key=True)
    offering_id: UUID = Field(primary_key=True)
    area: str | None
    """This and the next two are none where the offering meets the requirement no more."""
    points: int | None = Field(sa_type=SmallInteger)
    unknown: int | None = Field(sa_type=SmallInteger)
    asks: bool = Field(sa_column_kwargs={"server_default": false()})
    """Whether the firm is told also where its pair is as it was: a diagnosis is measured against something else."""


class OfferingAreaRow(Table, table=True):
    """In which areas an offering has processes, and whether it is aligned there. Derived from `offering`."""

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


class JudgedProfileRow(Table, table=True):
    """What a firm offered when a match of it was judged: each profile once, kept for ever."""

    __tablename__ = "judged_profile"

    offering_id: UUID = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    profile: dict[str, Any] = Field(sa_type=JSONB)


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


class MeetingDayRow(Table, table=True):
    __tablename__ = "meeting_day"

    id: UUID = Field(primary_key=True)
    plan: dict[str, Any] = Field(sa_type=JSONB)
    status: str
    by: str
    anchors: list[str] = Field(sa_type=JSONB)
    """For queries: who comes."""


class MeetingRow(Table, table=True):
    __tablename__ = "meeting"
    __table_args__ = (
        Index("meeting_day_of", "day_id", "starts_at", "id"),
        Index("meeting_supplier", "supplier_id", "starts_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    day_id: UUID
    supplier_id: UUID
    anchor_id: UUID
    starts_at: datetime = Field(sa_type=DateTime(timezone=True))
    ends_at: datetime = Field(sa_type=DateTime(timezone=True))
    status: str
    cancelled: str | None
    said: list[dict[str, Any]] = Field(sa_type=JSONB)


class TellingRow(Table, table=True):
    """When every alignment was told once more."""

    __tablename__ = "telling"

    id: UUID = Field(primary_key=True)
    reason: str
    by: str
    at: datetime = Field(sa_type=DateTime(timezone=True))
