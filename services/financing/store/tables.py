"""Tables of this stage."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """Base of this service's tables: metadata of its own."""


CASE_IN_CLEAR = " OR ".join(
    f"""jsonb_path_exists({column}, '$[*].papers ? (@.type() == "object")')""" for column in ("consents", "referrals")
)
"""Papers that are not sealed yet, or were written by a process that does not seal: an index knows them."""


class CaseRow(Table, table=True):
    __tablename__ = "financing_case"
    __table_args__ = (Index("case_in_clear", "id", postgresql_where=text(CASE_IN_CLEAR)),)

    id: UUID = Field(primary_key=True)
    profile: dict[str, Any] | None = Field(sa_type=JSONB)
    withdrawn: bool
    diagnosis: dict[str, Any] | None = Field(sa_type=JSONB)
    matches: list[dict[str, Any]] = Field(sa_type=JSONB)
    contracts: list[dict[str, Any]] = Field(sa_type=JSONB)
    cohort_id: UUID | None
    plan: dict[str, Any] | None = Field(sa_type=JSONB)
    plan_told_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    completed: list[str] = Field(sa_type=JSONB)
    needs: list[dict[str, Any]] = Field(sa_type=JSONB)
    consents: list[dict[str, Any]] = Field(sa_type=JSONB)
    """With the papers of each, sealed, until they are erased."""
    referrals: list[dict[str, Any]] = Field(sa_type=JSONB)
    wake_at: datetime | None = Field(sa_type=DateTime(timezone=True))


class NeedRow(Table, table=True):
    __tablename__ = "need"
    __table_args__ = (
        Index("need_supplier", "supplier_id"),
        Index("need_purpose", "purpose", "id"),
        Index("need_eligible", "eligible_partners", postgresql_using="gin"),
    )

    id: UUID = Field(primary_key=True)
    supplier_id: UUID
    purpose: str
    open: bool
    questions: list[str] = Field(sa_type=JSONB)
    modules: list[str] = Field(sa_type=JSONB)
    amount: dict[str, str] | None = Field(sa_type=JSONB)
    options: list[dict[str, Any]] = Field(sa_type=JSONB)
    eligible_partners: list[str] = Field(sa_type=ARRAY(String))
    terms: str


class ConsentRow(Table, table=True):
    __tablename__ = "consent"
    __table_args__ = (Index("consent_supplier", "supplier_id"),)

    id: UUID = Field(primary_key=True)
    supplier_id: UUID
    partner: str
    purposes: list[str] = Field(sa_type=JSONB)
    data_classes: list[str] = Field(sa_type=JSONB)
    text_version: str
    text_sha256: str
    channel: str
    given_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_on: date
    revoked_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    superseded_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    papers_held: bool
    identity_confirmed_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    given_by: str | None
    promised: dict[str, Any] | None = Field(sa_type=JSONB)


class ConsentTextRow(Table, table=True):
    """Every text that somebody consented to, byte by byte, once: what it names may be called otherwise by now."""

    __tablename__ = "consent_text"

    sha256: str = Field(primary_key=True)
    version: str
    body: str
    kept_at: datetime = Field(sa_type=DateTime(timezone=True))


class ReferralRow(Table, table=True):
    __tablename__ = "referral"
    __table_args__ = (
        Index("referral_supplier", "supplier_id"),
        Index("referral_partner", "partner", "state", "id"),
        Index("referral_due", "answer_due_at", "id", postgresql_where=text("awaits = 'partner'")),
    )

    id: UUID = Field(primary_key=True)
    supplier_id: UUID
    need_id: UUID
    consent_id: UUID
    purpose: str
    partner: str
    product: str
    shape: str
    state: str
    sent_at: datetime = Field(sa_type=DateTime(timezone=True))
    changed_at: datetime = Field(sa_type=DateTime(timezone=True))
    awaits: str | None
    answer_due_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    reminded_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    reason: str | None
    questions: list[str] = Field(sa_type=JSONB)
    silent: str | None
    ignored_answers: int
    last_ignored: str | None
    papers: dict[str, Any] | None = Field(sa_type=JSONB)
    """Amounts, and the partner's own words, sealed, until they are erased."""


class SendingRow(Table, table=True):
    """A referral as it went to its partner, once or again: the proof of when, and to whose key it was encrypted."""

    __tablename__ = "sending"
    __table_args__ = (UniqueConstraint("event_id", "sent_at"), Index("sending_referral", "referral_id"))

    id: UUID = Field(primary_key=True)
    event_id: UUID
    """The same of what was sent again."""
    referral_id: UUID
    partner: str
    sent_at: datetime = Field(sa_type=DateTime(timezone=True))
    """Of the round in which Kafka acknowledged it."""
    key_id: str | None
    """Of the partner's key; null: it went in clear."""


class PartnerRow(Table, table=True):
    __tablename__ = "partner"

    id: UUID = Field(primary_key=True)
    code: str = Field(unique=True)
    name: str
    kind: str
    sla_days: int
    active: bool
    reminder_bp: int = Field(default=7_000, sa_column_kwargs={"server_default": "7000"})
    silence_days: int | None
    erase_days: int | None
    documents: list[str] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": "[]"})
    source: str = Field(default="", sa_column_kwargs={"server_default": ""})
    valid_from: date | None
    valid_until: date | None
    encrypt_to: dict[str, str] | None = Field(sa_type=JSONB)
    """Its public key."""
    edition: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    stored_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    """Of this edition."""
    past: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": "[]"})
    """Its editions before this one, the oldest first."""


class OfferRow(Table, table=True):
    __tablename__ = "offer"

    id: UUID = Field(primary_key=True)
    code: str = Field(unique=True)
    """Of the product."""
    editions: list[dict[str, Any]] = Field(sa_type=JSONB)
    """What operators made of it, after the shipped edition."""


class TrialRow(Table, table=True):
    """Tests of the exchange with a partner: of no firm, so in no other table."""

    __tablename__ = "trial"

    id: UUID = Field(primary_key=True)
    partner: str
    referral: dict[str, Any] = Field(sa_type=JSONB)
    refused: list[str] = Field(sa_type=JSONB)
