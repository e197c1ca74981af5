"""Tables of this stage: the only SQL of the service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from services.diagnosis import catalogue
from services.diagnosis.domain.benchmark import Publication
from services.diagnosis.domain.diagnosis import Diagnosis, Status
from services.diagnosis.domain.instrument import Instruments
from services.diagnosis.domain.measurement import Measurement
from services.diagnosis.domain.sheet import Sheet
from services.diagnosis.store.calibrations import keep_pairs
from shared.attachments.names import Named
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection, columns


class Table(SQLModel, registry=registry()):
    """Base of this service's tables: metadata of its own."""


class DiagnosisRow(Table, table=True):
    """A sheet of answers is always read and written whole, so it is a column and not 54 rows."""

    __tablename__ = "diagnosis"
    __table_args__ = (
        Index("diagnosis_status", "status", "id"),
        Index("diagnosis_assessor", "assessor", "id"),
        Index("diagnosis_validator", "validator", "id"),
        Index("diagnosis_unassigned", "id", postgresql_where=text("assessor IS NULL OR validator IS NULL")),
        Index("diagnosis_second", "second", "id"),
        Index("diagnosis_lead", "lead", "id"),
        Index("diagnosis_calibrated", "standing", "id"),
    )

    id: UUID = Field(primary_key=True)
    status: str
    required: bool
    withdrawn: bool
    instrument: str
    demand: dict[str, Any] = Field(sa_type=JSONB)
    asks: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    heard: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    offering: dict[str, Any] | None = Field(sa_type=JSONB)
    self_assessment: dict[str, Any] | None = Field(sa_type=JSONB)
    assessment: dict[str, Any] | None = Field(sa_type=JSONB)
    validation: dict[str, Any] | None = Field(sa_type=JSONB)
    locked: dict[str, Any] | None = Field(sa_type=JSONB)
    evidence: dict[str, Any] = Field(sa_type=JSONB)
    rescores: list[dict[str, Any]] = Field(sa_type=JSONB)
    assessor: str | None
    validator: str | None
    took_part: dict[str, Any] = Field(sa_type=JSONB)
    validators: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{\"subjects\": []}'")})
    draft: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    verdicts: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})
    reopenings: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})
    visit: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    sent_back: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})
    sheets: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    calibration: dict[str, Any] | None = Field(sa_type=JSONB)
    sides: dict[str, Any] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'{}'")})
    waivers: list[dict[str, Any]] = Field(sa_type=JSONB, sa_column_kwargs={"server_default": text("'[]'")})
    second: str | None
    """Of the calibration, as the two below."""
    lead: str | None
    standing: str | None
    version: int
    """0 before the first validation, as the columns below are null."""
    overall: int | None
    band: str | None
    critical_gaps: int | None


class SheetRow(Table, table=True):
    """A sheet as it was given, also one that another replaced. Written once."""

    __tablename__ = "sheet"
    __table_args__ = (Index("sheet_number", "supplier_id", "number", unique=True),)

    id: UUID = Field(primary_key=True)
    supplier_id: UUID
    number: int
    kind: str
    instrument: str
    answers: dict[str, Any] = Field(sa_type=JSONB)


class MeasurementRow(Table, table=True):
    __tablename__ = "measurement"

    id: UUID = Field(primary_key=True)
    reason: str
    by: str
    at: datetime = Field(sa_type=DateTime(timezone=True))
    tell_all: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class PublicationRow(Table, table=True):
    __tablename__ = "publication"

    id: UUID = Field(primary_key=True)
    by: str
    at: datetime = Field(sa_type=DateTime(timezone=True))
    instrument: str
    groups: list[dict[str, Any]] = Field(sa_type=JSONB)


class PairRow(Table, table=True):
    """A question to which two assessors gave a level, neither knowing the other's. Written once."""

    __tablename__ = "pair"
    __table_args__ = (Index("pair_instrument", "instrument"),)

    supplier_id: UUID = Field(primary_key=True)
    round: int = Field(primary_key=True)
    question: str = Field(primary_key=True)
    instrument: str
    first: int
    second: int
    first_by: str
    second_by: str


class GapRow(Table, table=True):
    """An open gap of a locked version, derived from it: what the whole program lacks is one look at this table."""

    __tablename__ = "gap"
    __table_args__ = (Index("gap_question", "question", "severity"),)

    supplier_id: UUID = Field(primary_key=True, foreign_key="diagnosis.id")
    question: str = Field(primary_key=True)
    priority: int
    """1 comes first."""
    level: int
    target: int
    severity: str
    anchors_asking: int


_FORGET_GAPS = "DELETE FROM gap WHERE supplier_id = ANY($1::uuid[])"
_WRITE_GAPS = """
    INSERT INTO gap (supplier_id, question, priority, level, target, severity, anchors_asking)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::text[], $7::int[])
"""

FIRMS = """
    SELECT 'diagnosis_opened' AS step, count(*) FROM diagnosis WHERE required
    UNION ALL SELECT 'diagnosed', count(*) FROM diagnosis WHERE version > 0
"""


ALIGNMENTS = """
    SELECT 'incomplete' AS heard, count(*) FROM diagnosis WHERE heard -> 'ahead' <> '[]'
"""


GONE = "SELECT id FROM diagnosis WHERE withdrawn"
"""Firms that left: their attachments are erased."""


class DiagnosisRepository(TableRepository[Diagnosis]):
    """Diagnoses, and with each locked version its open gaps."""

    async def save_many(self, connection: Connection, new: Sequence[Diagnosis], changed: Sequence[Diagnosis]) -> None:
        await super().save_many(connection, new, changed)
        await keep_pairs(connection, (*new, *changed))
        locked = [diagnosis.id for diagnosis in (*new, *changed) if diagnosis.locked is not None]
        if not locked:
            return
        await connection.execute(_FORGET_GAPS, locked)
        rows = [row for diagnosis in (*new, *changed) for row in _gap_rows(diagnosis)]
        if rows:
            await connection.execute(_WRITE_GAPS, *columns(rows))


def _gap_rows(diagnosis: Diagnosis) -> list[tuple[Any, ...]]:
    if diagnosis.locked is None:
        return []
    return [
        (diagnosis.id, gap.question, priority, gap.level, gap.target, gap.severity, gap.anchors_asking)
        for priority, gap in enumerate(diagnosis.locked.result.gaps, 1)
    ]


def _for_queries(diagnosis: Diagnosis) -> Mapping[str, Any]:
    locked, calibration = diagnosis.locked, diagnosis.calibration
    twice = {name: getattr(calibration, name, None) for name in ("second", "lead", "standing")}
    if locked is None:
        return twice | {"version": 0, "overall": None, "band": None, "critical_gaps": None}
    return twice | {
        "version": locked.version,
        "overall": locked.result.overall,
        "band": locked.result.band,
        "critical_gaps": sum(gap.severity == "critical" for gap in locked.result.gaps),
    }


diagnoses = DiagnosisRepository(DiagnosisRow, Diagnosis, derived=_for_queries, sealed=Named(DiagnosisRow))
sheets = TableRepository(SheetRow, Sheet, sealed=Named(SheetRow))
measurements = TableRepository(MeasurementRow, Measurement)
publications = TableRepository(PublicationRow, Publication)


async def instruments(connection: Connection) -> Instruments:
    """The catalogue as a reference of decisions, above the versions that may have been told before."""
    return replace(catalogue.instruments(), floor=await connection.fetchval("SELECT last_value FROM version_floor"))


async def diagnosis_of(connection: Connection, supplier_id: UUID) -> Diagnosis | None:
    """One diagnosis, unlocked, for reading."""
    rows = await connection.fetch("SELECT * FROM diagnosis WHERE id = $1", supplier_id)
    return next(iter(await diagnoses.all_of(connection, rows)), None)


async def validated(connection: Connection, _: Mapping[str, str], after: UUID | None, limit: int) -> list[UUID]:
    """The next firms that have a version which counts."""
    query = "SELECT id FROM diagnosis WHERE version > 0 AND ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2"
    return [row["id"] for row in await connection.fetch(query, after, limit)]


async def page_of_measurements(connection: Connection, after: UUID | None, limit: int) -> list[Measurement]:
    """In the order in which they were asked for."""
    query = "SELECT * FROM measurement WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2"
    return [measurements.of(row) for row in await connection.fetch(query, after, limit)]


_SHEETS = """
    SELECT * FROM sheet WHERE supplier_id = $1 AND number > $2 AND (
        $4::timestamptz IS NULL OR kind NOT IN ('assessment', 'second_assessment')
        OR (answers ->> 'at')::timestamptz < $4 OR answers ->> 'by' = $5
    )
    ORDER BY number LIMIT $3
"""


async def page_of_sheets(
    connection: Connection, supplier_id: UUID, after: int | None, limit: int, hidden: datetime | None, by: str
) -> list[Sheet]:
    """Every sheet of one diagnosis, in the order in which they were given; of assessors' from a moment on only one's
    own.
    """
    rows = await connection.fetch(_SHEETS, supplier_id, after or 0, limit, hidden, by)
    return await sheets.all_of(connection, rows)


@dataclass(frozen=True, slots=True)
class Summary:
    """One diagnosis in a list."""

    supplier_id: UUID
    status: str
    required: bool
    withdrawn: bool
    instrument: str
    version: int
    overall: int | None
    band: str | None
    critical_gaps: int | None


_PAGE = """
    SELECT id AS supplier_id, status, required, withdrawn, instrument, version, overall, band, critical_gaps
    FROM diagnosis
    WHERE CASE WHEN $1::text IS NULL THEN status <> 'waiting' ELSE status = $1 END
        AND ($2::text IS NULL OR $2 IN (assessor, validator))
        AND ($3::uuid IS NULL OR id > $3)
    ORDER BY id LIMIT $4
"""


async def page(
    connection: Connection, status: Status | None, assigned: str | None, after: UUID | None, limit: int
) -> list[Summary]:
    """Diagnoses by supplier id, without their answers; of one person, those that they are assigned to. Firms of which
    nobody asks anything yet only where that is asked for.
    """
    return [Summary(**row) for row in await connection.fetch(_PAGE, status, assigned, after, limit)]
