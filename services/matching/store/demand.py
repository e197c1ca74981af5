"""What is asked for, and by whom: anchors, requirements, and the demand that decisions about offerings read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from services.matching import catalogue
from services.matching.domain.anchor import Anchor
from services.matching.domain.requirement import Demand, Requirement
from services.matching.domain.rules import Rules
from services.matching.store.tables import AnchorRow, RequirementRow
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection

DEMAND_LOCK = 0x5044_506D
"""Advisory lock of one transaction: shared to read what is asked for, alone to change it."""

FIRST = UUID(int=0)
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


requirements = RequirementRepository()


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


@dataclass(frozen=True, slots=True)
class Changing:
    """What a change of requirements is compared with."""

    anchors: Anchors
    awarded: Mapping[UUID, int]
    """Pieces per year that are bought for a requirement; none is left out."""


async def changing(connection: Connection, ids: Sequence[str]) -> Changing:
    """What decisions to change these requirements read. Under the demand lock held alone nobody awards."""
    known = await publishing(connection)
    rows = await connection.fetch(_AWARDED, [UUID(id_) for id_ in ids])
    return Changing(known, {row["requirement_id"]: row["awarded"] for row in rows})


async def requirements_of_anchor(
    connection: Connection, args: Mapping[str, str], after: UUID | None, limit: int
) -> list[UUID]:
    """The next open requirements of `anchor_id`."""
    rows = await connection.fetch(_OF_ANCHOR, UUID(args["anchor_id"]), after or FIRST, limit)
    return [row["id"] for row in rows]


_REVISE = """
    INSERT INTO demand_revision (id, revision) VALUES (1, gen_random_uuid())
    ON CONFLICT (id) DO UPDATE SET revision = excluded.revision
"""

_OPEN = """
    SELECT id, anchor_id, specification, status, closed_reason, version, by_hand, closures FROM requirement
    WHERE status = 'open'
"""
_ANCHORS = "SELECT id, code, name, states, joined_at, left_at FROM anchor ORDER BY id FOR SHARE"

_AWARDED = """
    SELECT requirement_id, sum(annual_volume)::bigint AS awarded FROM answers
    WHERE requirement_id = ANY($1::uuid[]) AND annual_volume IS NOT NULL GROUP BY requirement_id
"""

_OF_ANCHOR = """
    SELECT id FROM requirement WHERE anchor_id = $1 AND status = 'open' AND id > $2 ORDER BY id LIMIT $3
"""
