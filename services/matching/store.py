"""The store of matching: anchors, requirements, offerings, and the two tables that are derived from offerings.

`requirement` rows are written only under the demand lock, held alone; whoever decides an offering holds it shared. So a
firm that registers while a requirement is published is seen by one side at least: either its transaction read the
requirement, or the sweep, which starts after the requirement's commit, finds the firm.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import DateTime, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from services.matching import catalogue
from services.matching.domain.alignment import Aligned
from services.matching.domain.anchor import Anchor
from services.matching.domain.match import Match
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Demand, Requirement
from services.matching.domain.rules import Rules
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection, columns

DEMAND_LOCK = 0x5044_506D
"""Advisory lock of one transaction: shared to read what is asked for, alone to change it."""

FIRST = UUID(int=0)


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


anchors = TableRepository(AnchorRow, Anchor)

Anchors: TypeAlias = Mapping[UUID, Anchor]


class RequirementRepository(TableRepository[Requirement]):
    """Requirements; each write makes a new revision of the demand."""

    def __init__(self) -> None:
        super().__init__(
            RequirementRow,
            Requirement,
            derived=lambda each: {"area": each.area, "open_until": each.specification.open_until},
        )

    async def save_many(
        self, connection: Connection, new: Sequence[Requirement], changed: Sequence[Requirement]
    ) -> None:
        await super().save_many(connection, new, changed)
        if new or changed:
            await connection.execute(_REVISE)


class OfferingRepository(TableRepository[Offering]):
    """Offerings with what is derived from them; the offering's row is the lock of all three tables."""

    def __init__(self) -> None:
        super().__init__(OfferingRow, Offering)

    async def save_many(self, connection: Connection, new: Sequence[Offering], changed: Sequence[Offering]) -> None:
        await super().save_many(connection, new, changed)
        saved = [*new, *changed]
        if not saved:
            return
        ids = [offering.id for offering in saved]
        areas = [(area, offering.id, area in aligned) for offering in saved for area, aligned in _areas(offering)]
        matches = [_match_row(offering, match) for offering in saved for match in offering.matches]
        if changed:
            await connection.execute(_DROP_AREAS, ids, [area for area, *_ in areas], [id_ for _, id_, _ in areas])
            await connection.execute(_DROP_MATCHES, ids, [row[0] for row in matches])
        if areas:
            await connection.execute(_WRITE_AREAS, *columns(areas))
        if matches:
            await connection.execute(_WRITE_MATCHES, *columns(matches))


requirements = RequirementRepository()
offerings = OfferingRepository()


class DemandReader:
    """Reference of every decision about an offering: all open requirements by area, under the shared lock.

    What it read last is kept and used again while the revision is the same: under the lock nobody can change it.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._known: tuple[UUID, Demand] | None = None

    async def __call__(self, connection: Connection) -> Demand:
        await connection.execute("SELECT pg_advisory_xact_lock_shared($1)", DEMAND_LOCK)
        revision: UUID | None = await connection.fetchval("SELECT revision FROM demand_revision")
        if revision is None:
            return Demand.of((), self._rules)
        if self._known is None or self._known[0] != revision:
            rows = await connection.fetch(_OPEN)
            self._known = (revision, Demand.of([requirements.of(row) for row in rows], self._rules))
        return self._known[1]


demand = DemandReader(catalogue.rules())


async def publishing(connection: Connection) -> Anchors:
    """Reference of every decision about a requirement: the anchors, under the demand lock held alone.

    The anchors' rows are held too: one that leaves waits until what it publishes is in, and its sweep finds it.
    """
    await connection.execute("SELECT pg_advisory_xact_lock($1)", DEMAND_LOCK)
    rows = await connection.fetch(_ANCHORS)
    return {row["id"]: anchors.of(row) for row in rows}


async def offerings_in_area(
    connection: Connection, args: Mapping[str, str], after: UUID | None, limit: int
) -> list[UUID]:
    """The next offerings with a process in `area`."""
    rows = await connection.fetch(_IN_AREA, args["area"], after or FIRST, limit)
    return [row["offering_id"] for row in rows]


async def requirements_of_anchor(
    connection: Connection, args: Mapping[str, str], after: UUID | None, limit: int
) -> list[UUID]:
    """The next open requirements of `anchor_id`."""
    rows = await connection.fetch(_OF_ANCHOR, UUID(args["anchor_id"]), after or FIRST, limit)
    return [row["id"] for row in rows]


_MATCH: TypeAdapter[Match] = TypeAdapter(Match)


def _areas(offering: Offering) -> list[tuple[str, frozenset[str]]]:
    """The areas whose demand the offering depends on, each with those in which it is aligned; none after it left."""
    if offering.profile is None or offering.withdrawn:
        return []
    found = offering.alignment.requirements if isinstance(offering.alignment, Aligned) else ()
    aligned = frozenset(each.area for each in found)
    return [(area, aligned) for area in offering.profile.areas]


def _match_row(offering: Offering, match: Match) -> tuple[Any, ...]:
    if offering.profile is None or offering.diagnosis is None:
        raise ValueError("only a registered and diagnosed firm has matches")
    detail = _MATCH.dump_json(match).decode()
    ranks = (match.score, offering.diagnosis.grade, offering.profile.registered_at)
    return (match.id, offering.id, match.requirement_id, match.anchor_id, match.area, *ranks, detail)


_REVISE = """
    INSERT INTO demand_revision (id, revision) VALUES (1, gen_random_uuid())
    ON CONFLICT (id) DO UPDATE SET revision = excluded.revision
"""
_OPEN = "SELECT id, anchor_id, specification, status, closed_reason FROM requirement WHERE status = 'open'"
_ANCHORS = "SELECT id, code, name, states, joined_at, left_at FROM anchor ORDER BY id FOR SHARE"
_IN_AREA = """
    SELECT offering_id FROM offering_area WHERE area = $1 AND offering_id > $2 ORDER BY offering_id LIMIT $3
"""
_OF_ANCHOR = """
    SELECT id FROM requirement WHERE anchor_id = $1 AND status = 'open' AND id > $2 ORDER BY id LIMIT $3
"""
_DROP_AREAS = """
    DELETE FROM offering_area AS known USING unnest($1::uuid[]) AS saved(id)
    WHERE known.offering_id = saved.id AND NOT EXISTS (
        SELECT FROM unnest($2::text[], $3::uuid[]) AS kept(area, offering_id)
        WHERE kept.area = known.area AND kept.offering_id = known.offering_id
    )
"""
_WRITE_AREAS = """
    INSERT INTO offering_area AS known (area, offering_id, aligned)
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::boolean[])
    ON CONFLICT (area, offering_id) DO UPDATE SET aligned = excluded.aligned
    WHERE known.aligned <> excluded.aligned
"""
_DROP_MATCHES = """
    DELETE FROM match AS known USING unnest($1::uuid[]) AS saved(id)
    WHERE known.offering_id = saved.id
        AND NOT EXISTS (SELECT FROM unnest($2::uuid[]) AS kept(id) WHERE kept.id = known.id)
"""
_WRITE_MATCHES = """
    INSERT INTO match AS known (
        id, offering_id, requirement_id, anchor_id, area, score, grade, registered_at, detail
    )
    SELECT * FROM unnest(
        $1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::integer[], $7::text[], $8::timestamptz[],
        $9::text[]::jsonb[]
    )
    ON CONFLICT (id) DO UPDATE SET area = excluded.area, score = excluded.score, grade = excluded.grade,
        registered_at = excluded.registered_at, detail = excluded.detail
    WHERE (known.area, known.score, known.grade, known.registered_at, known.detail)
        IS DISTINCT FROM (excluded.area, excluded.score, excluded.grade, excluded.registered_at, excluded.detail)
"""
