"""Tables of this stage. All but what browsers began and who asked for news can be built anew from the topics."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """Base of this service's tables: metadata of its own."""


WAITING = ("waits_assessment", "waits_validation", "waits_plan")


class FirmRow(Table, table=True):
    __tablename__ = "firm"
    __table_args__ = (
        Index("firm_areas", "areas", postgresql_using="gin"),
        Index("firm_steps", "steps", postgresql_using="gin"),
        Index("firm_state", "state", "id"),
        Index("firm_folio", "folio"),
        Index("firm_rfc", "rfc"),
        # Whole columns from narrow indexes: a count or a search by a part of a name reads no firm.
        Index("firm_counts", "steps", "areas"),
        Index("firm_name", "name", "id"),
        # Of each queue those that wait, the longest first.
        *(Index(f"firm_{name}", name, postgresql_where=f"{name} IS NOT NULL") for name in WAITING),
    )

    id: UUID = Field(primary_key=True)
    profile: dict[str, Any] | None = Field(sa_type=JSONB)
    withdrawn: str | None
    alignment: dict[str, Any] | None = Field(sa_type=JSONB)
    matches: list[dict[str, Any]] = Field(sa_type=JSONB)
    diagnosis: dict[str, Any] | None = Field(sa_type=JSONB)
    selection: dict[str, Any] | None = Field(sa_type=JSONB)
    plan: dict[str, Any] | None = Field(sa_type=JSONB)
    needs: list[dict[str, Any]] = Field(sa_type=JSONB)
    consents: list[dict[str, Any]] = Field(sa_type=JSONB)
    referrals: list[dict[str, Any]] = Field(sa_type=JSONB)
    folio: str | None
    """The columns from here on are for queries alone."""
    rfc: str | None
    name: str | None
    state: str | None
    band: str | None
    areas: list[str] = Field(sa_type=JSONB)
    steps: list[str] = Field(sa_type=JSONB)
    waits_assessment: datetime | None = Field(sa_type=DateTime(timezone=True))
    waits_validation: datetime | None = Field(sa_type=DateTime(timezone=True))
    waits_plan: datetime | None = Field(sa_type=DateTime(timezone=True))


class CandidateRow(Table, table=True):
    """A match that holds or that a buyer went on with, for whoever asks by requirement. Derived from the firm's row."""

    __tablename__ = "candidate"
    __table_args__ = (
        Index("candidate_requirement", "requirement_id", "score", "match_id"),
        Index("candidate_supplier", "supplier_id"),
        Index("candidate_introduced", "anchor_id", "supplier_id", postgresql_where="introduced"),
        Index("candidate_unanswered", "anchor_id", "found_at", postgresql_where="introduced AND standing = 'found'"),
    )

    match_id: UUID = Field(primary_key=True)
    supplier_id: UUID
    requirement_id: UUID
    anchor_id: UUID
    score: int
    standing: str
    introduced: bool
    hidden_by: list[str] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})
    """Why it is not introduced."""
    contact_role: str | None
    found_at: datetime | None = Field(sa_type=DateTime(timezone=True))


class RequirementRow(Table, table=True):
    __tablename__ = "requirement"
    __table_args__ = (Index("requirement_anchor", "anchor_id", "id"), Index("requirement_area", "area", "id"))

    id: UUID = Field(primary_key=True)
    anchor_id: UUID
    area: str
    title: str
    annual_volume: int | None
    open_until: date | None
    closed: str | None
    named: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class AnchorRow(Table, table=True):
    __tablename__ = "anchor"

    id: UUID = Field(primary_key=True)
    code: str
    name: str
    states: list[str] = Field(sa_type=JSONB)
    joined_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    departed: str | None


class StoryRow(Table, table=True):
    """What happened, event by event. Written once."""

    __tablename__ = "story"
    __table_args__ = (
        Index("story_subject", "subject", "at", "event_id"),
        Index("story_correlation", "correlation_id"),
    )

    event_id: UUID = Field(primary_key=True)
    subject: UUID
    at: datetime = Field(sa_type=DateTime(timezone=True))
    type: str
    correlation_id: str
    causation_id: str | None
    facts: dict[str, Any] = Field(sa_type=JSONB)
    reasons: list[str] = Field(sa_type=JSONB)


class LetterRow(Table, table=True):
    __tablename__ = "letter"
    __table_args__ = (Index("letter_at", "at", "id"),)

    id: UUID = Field(primary_key=True)
    service: str
    source_topic: str
    source_key: str | None
    event_type: str | None
    reason: str
    error: str
    blocked: bool
    at: datetime = Field(sa_type=DateTime(timezone=True))


class CheckpointRow(Table, table=True):
    __tablename__ = "checkpoint"

    id: UUID = Field(primary_key=True)
    service: str
    size: int = Field(sa_type=BigInteger)
    note: str
    sealed_at: datetime = Field(sa_type=DateTime(timezone=True))


class SubscriptionRow(Table, table=True):
    """Who asked for news by mail. Once it ended, nothing of the person is here but a pseudonym."""

    __tablename__ = "subscription"
    __table_args__ = (
        Index("subscription_supplier", "supplier_id"),
        Index("subscription_anchor", "anchor_id"),
        Index("subscription_kinds", "kinds", postgresql_using="gin"),
    )

    id: UUID = Field(primary_key=True)
    subject: str
    status: str
    asked_at: datetime = Field(sa_type=DateTime(timezone=True))
    supplier_id: UUID | None
    anchor_id: UUID | None
    operates: bool
    email: str | None
    name: str
    language: str
    kinds: dict[str, Any] = Field(sa_type=JSONB)
    code: dict[str, Any] | None = Field(sa_type=JSONB)
    stop: str
    ends_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    told: dict[str, Any] = Field(sa_type=JSONB)
    letter: dict[str, Any] | None = Field(sa_type=JSONB)
    mailed_at: datetime | None = Field(sa_type=DateTime(timezone=True))


class MessageRow(Table, table=True):
    """What operators told whoever asked for news of the program, or will."""

    __tablename__ = "message"

    id: UUID = Field(primary_key=True)
    status: str
    es: dict[str, Any] = Field(sa_type=JSONB)
    en: dict[str, Any] = Field(sa_type=JSONB)
    proposed_at: datetime = Field(sa_type=DateTime(timezone=True))
    took_part: dict[str, Any] = Field(sa_type=JSONB)
    settled_at: datetime | None = Field(sa_type=DateTime(timezone=True))


class SessionRow(Table, table=True):
    """Who is signed in. The tokens are sealed with a key that only the browser's cookie gives."""

    __tablename__ = "session"
    __table_args__ = (Index("session_ends", "ends_at"),)

    id: bytes = Field(primary_key=True)
    """SHA-256 of the cookie."""
    subject: str
    sealed: bytes
    """Tokens, roles and bonds, as AES-GCM of JSON."""
    ends_at: datetime = Field(sa_type=DateTime(timezone=True))


class SignInRow(Table, table=True):
    """A sign-in that is under way."""

    __tablename__ = "sign_in"

    id: bytes = Field(primary_key=True)
    """SHA-256 of the cookie that begins it."""
    sealed: bytes
    ends_at: datetime = Field(sa_type=DateTime(timezone=True))


class DraftRow(Table, table=True):
    """What somebody typed who has not sent it yet."""

    __tablename__ = "draft"
    __table_args__ = (Index("draft_ends", "ends_at"),)

    id: bytes = Field(primary_key=True)
    """SHA-256 of the cookie that opens it."""
    sealed: bytes
    """AES-GCM of JSON."""
    ends_at: datetime = Field(sa_type=DateTime(timezone=True))
