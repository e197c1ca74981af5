"""The tables: suppliers with their contacts, claims, the people of firms, anchors, the lists of article 69-B, and
prospects with their areas.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, Numeric, SmallInteger, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

JOINED = "person_joined"
HELD_ONCE = "supplier_rfc"

SUPPLIER_IN_CLEAR = (
    "jsonb_typeof(contact) = 'object' OR jsonb_typeof(identity) = 'object'"
    " OR (kind = 'natural' AND identity IS NULL AND rfc <> '' AND NOT starts_with(rfc, '~'))"
)
PAST_IN_CLEAR = "jsonb_typeof(profile -> 'identity') = 'object' OR length(profile ->> 'rfc') = 13"
PERSON_IN_CLEAR = "NOT starts_with(email, 'sealed:')"
ARCO_IN_CLEAR = (
    "(wanted <> '' AND NOT starts_with(wanted, 'sealed:')) OR NOT starts_with(answer, 'sealed:')"
    """ OR jsonb_path_exists(extensions, '$[*].reason ? (@ != "" && !(@ starts with "sealed:"))')"""
)
"""What is not sealed yet, or was written by a process that does not seal: each has an index, empty most of the time."""


class Table(SQLModel, registry=registry()):
    """The tables of this store."""


class SupplierRow(Table, table=True):
    __tablename__ = "supplier"
    __table_args__ = (
        # One supplier per RFC, and those who dispute it; a firm that withdrew may come back under a new id.
        Index(HELD_ONCE, "rfc", unique=True, postgresql_where=text("status <> 'withdrawn' AND NOT disputed")),
        Index("supplier_of_rfc", "rfc", "id"),
        Index("supplier_status", "status", "id"),
        Index("supplier_named", "name_key", "state"),
        Index("supplier_mail", "mail_domain", postgresql_where=text("mail_domain IS NOT NULL")),
        Index("supplier_phone", "phone", postgresql_where=text("phone IS NOT NULL")),
        Index("supplier_in_clear", "id", postgresql_where=text(SUPPLIER_IN_CLEAR)),
        Index("supplier_rfc_front", text('"left"(rfc, 6)')),
        Index("supplier_rfc_back", text("substr(rfc, 7)")),
        Index(
            "supplier_sought",
            "marks",
            text("to_tsvector('simple', name_key)"),
            postgresql_using="gin",
            postgresql_ops={"marks": "jsonb_path_ops"},
        ),
    )

    id: UUID = Field(primary_key=True)
    folio: str = Field(unique=True)
    status: str
    kind: str
    rfc: str
    legal_name: str
    contact: dict[str, Any] | None = Field(sa_type=JSONB)
    sector: str
    scian: str
    state: str
    municipality: str | None
    plants: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})
    operating_since: date
    exports: bool
    women_led: bool | None
    workers: int
    annual_sales_mxn: Decimal = Field(sa_type=Numeric(16, 2))
    tax_opinion: str
    offering: dict[str, Any] = Field(sa_type=JSONB)
    size: dict[str, Any] = Field(sa_type=JSONB)
    screening: dict[str, Any] = Field(sa_type=JSONB)
    holds: list[str] = Field(sa_type=JSONB)
    confirmations: list[dict[str, Any]] = Field(sa_type=JSONB)
    profiled_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    profiled_by: str | None
    sizes: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})
    received_at: datetime = Field(sa_type=DateTime(timezone=True))
    disputed_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    registered_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    withdrawal: str | None
    withdrawn_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    merged_into: UUID | None
    took_part: dict[str, Any] = Field(sa_type=JSONB)
    disputed: bool
    privacy_notice: str | None
    notice_read_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    introductions: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})
    name_key: str | None
    marks: list[str] | None = Field(sa_type=JSONB)
    mail_domain: str | None
    phone: str | None
    identity: dict[str, Any] | None = Field(sa_type=JSONB)


class TwinsRow(Table, table=True):
    __tablename__ = "twins"
    __table_args__ = (
        Index("twins_waiting", "status", "rank", "id"),
        Index("twins_older", "older"),
        Index("twins_newer", "newer"),
    )

    id: UUID = Field(primary_key=True)
    older: UUID
    newer: UUID
    status: str
    signs: list[str] = Field(sa_type=JSONB)
    strength: str
    rank: int
    found_at: datetime = Field(sa_type=DateTime(timezone=True))
    decided_by: str | None
    decided_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    remains: UUID | None


class ArcoRequestRow(Table, table=True):
    """Of ARCO: kept with its outcome, as what shows that the law's days were held."""

    __tablename__ = "arco_request"
    __table_args__ = (
        Index("arco_request_supplier", "supplier_id", "id"),
        Index("arco_request_waiting", "status", "answer_by", "id"),
        Index("arco_request_in_clear", "id", postgresql_where=text(ARCO_IN_CLEAR)),
    )

    id: UUID = Field(primary_key=True)
    supplier_id: UUID
    arco_right: str
    wanted: str
    """Empty: erased."""
    received_on: date
    answer_by: date
    asked_by: str
    in_person: bool
    status: str
    outcome: str | None
    ground: str | None
    answer: str | None
    answered_on: date | None
    answered_by: str | None
    effect_by: date | None
    none_of_it: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    held: list[str] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": "[]"})
    extensions: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": "[]"})
    carried_out_on: date | None
    carried_out_by: str | None


class SupplierPastRow(Table, table=True):
    """A profile as it was, without its contact, until another one took its place."""

    __tablename__ = "supplier_past"
    __table_args__ = (Index("supplier_past_in_clear", "supplier_id", postgresql_where=text(PAST_IN_CLEAR)),)

    supplier_id: UUID = Field(primary_key=True)
    until: datetime = Field(primary_key=True, sa_type=DateTime(timezone=True))
    since: datetime = Field(sa_type=DateTime(timezone=True))
    by: str | None
    profile: dict[str, Any] = Field(sa_type=JSONB)


class ClaimRow(Table, table=True):
    __tablename__ = "claim"

    id: UUID = Field(primary_key=True)
    status: str
    profile: dict[str, Any] | None = Field(sa_type=JSONB)
    code: dict[str, Any] = Field(sa_type=JSONB)
    received_at: datetime = Field(sa_type=DateTime(timezone=True))
    language: str
    privacy_notice: str | None


class PersonRow(Table, table=True):
    __tablename__ = "person"
    __table_args__ = (
        Index("person_of_supplier", "supplier_id", "id"),
        # Whoever speaks for a firm speaks for one.
        Index(JOINED, "subject", unique=True, postgresql_where=text("status = 'joined'")),
        Index("person_subject", "subject"),
        Index("person_in_clear", "id", postgresql_where=text(PERSON_IN_CLEAR)),
    )

    id: UUID = Field(primary_key=True)
    supplier_id: UUID
    status: str
    email: str | None
    language: str
    code: dict[str, Any] = Field(sa_type=JSONB)
    invited_at: datetime = Field(sa_type=DateTime(timezone=True))
    subject: str | None
    joined_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    ended_at: datetime | None = Field(sa_type=DateTime(timezone=True))


class AnchorRow(Table, table=True):
    __tablename__ = "anchor"

    id: UUID = Field(primary_key=True)
    code: str = Field(unique=True)
    name: str
    states: list[str] = Field(sa_type=JSONB)
    status: str
    joined_at: datetime = Field(sa_type=DateTime(timezone=True))
    departure: str | None
    left_at: datetime | None = Field(sa_type=DateTime(timezone=True))


class ScreeningListRow(Table, table=True):
    __tablename__ = "screening_list"

    id: UUID = Field(primary_key=True)
    list_date: date = Field(unique=True)
    loaded_at: datetime = Field(sa_type=DateTime(timezone=True))
    loading: UUID
    firms: int
    digest: str


class ScreeningEntryRow(Table, table=True):
    __tablename__ = "screening_entry"

    loading: UUID = Field(primary_key=True)
    rfc: str = Field(primary_key=True)
    situation: str


class TellingRow(Table, table=True):
    __tablename__ = "telling"

    id: UUID = Field(primary_key=True)
    reason: str
    by: str
    at: datetime = Field(sa_type=DateTime(timezone=True))


class ProspectRow(Table, table=True):
    __tablename__ = "prospect"
    __table_args__ = (
        Index("prospect_listed", "grade", "id"),
        Index("prospect_of_state", "state", "grade", "id"),
        Index("prospect_named", "name_key", "state"),
    )

    id: UUID = Field(primary_key=True)
    source: str
    source_id: str
    edition: str | None
    name: str | None
    plant: str | None
    scian: str | None
    scian_title: str
    activity: str
    branch: str
    workers_from: int | None
    workers_to: int | None
    state: str
    municipality: str | None
    latitude: Decimal | None = Field(sa_type=Numeric(8, 5))
    longitude: Decimal | None = Field(sa_type=Numeric(8, 5))
    automotive: bool | None
    areas: list[dict[str, Any]] = Field(sa_type=JSONB)
    rules: str
    status: str
    acts: list[dict[str, Any]] = Field(sa_type=JSONB)
    supplier_id: UUID | None
    not_these: list[str] = Field(sa_type=JSONB)
    brought_at: datetime = Field(sa_type=DateTime(timezone=True))
    name_key: str | None
    grade: int = Field(sa_type=SmallInteger)


class ProspectAreaRow(Table, table=True):
    """What is counted and listed by area, in a narrow row."""

    __tablename__ = "prospect_area"
    __table_args__ = (
        Index("prospect_area_listed", "area", "grade", "prospect_id"),
        Index("prospect_area_counted", "area", "state", "status", "grade"),
    )

    prospect_id: UUID = Field(primary_key=True)
    area: str = Field(primary_key=True)
    state: str
    status: str
    grade: int = Field(sa_type=SmallInteger)
