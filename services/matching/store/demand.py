"""What is asked for, and by whom: anchors, requirements, and what decisions about offerings read of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from services.matching import catalogue
from services.matching.domain.anchor import Anchor
from services.matching.domain.requirement import Requirement
from services.matching.store.narrow import OPEN_DEMAND, asked_row
from services.matching.store.tables import AnchorRow, RequirementRow
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection

FIRST = UUID(int=0)
anchors = TableRepository(AnchorRow, Anchor)
Anchors: TypeAlias = Mapping[UUID, Anchor]
AreaDemand: TypeAlias = Mapping[str, tuple[Requirement, ...]]
"""Open requirements of each area, in the order of their ids."""


class RequirementRepository(TableRepository[Requirement]):
    """Requirements, and with each that is open the row by which it is judged; each write makes a new revision of its
    areas.
    """

    def __init__(self) -> None:
        super().__init__(
            RequirementRow,
            Requirement,
            derived=lambda each: {"area": each.area, "open_until": each.specification.open_until},
        )

    async def save_many(
        self, connection: Connection, new: Sequence[Requirement], changed: Sequence[Requirement]
    ) -> None:
        if not new and not changed:
            return
        # The area that one was in is revised too.
        before = await connection.fetch(_AREAS, [requirement.id for requirement in changed])
        await super().save_many(connection, new, changed)
        await write_demand(connection, [*new, *changed], [row["area"] for row in before])


requirements = RequirementRepository()


async def write_demand(connection: Connection, written: Sequence[Requirement], left: Sequence[str] = ()) -> None:
    """Write the rows by which these are judged, and a new revision of their areas and of those that they left."""
    await connection.execute(_FORGET_DEMAND, [requirement.id for requirement in written])
    rules = catalogue.rules()
    if rows := [asked_row(requirement, rules) for requirement in written if requirement.status == "open"]:
        await connection.copy_records_to_table("open_demand", records=rows, columns=OPEN_DEMAND)
    await connection.execute(_REVISE, sorted({*left, *(requirement.area for requirement in written)}))


class DemandReader:
    """The open requirements of areas. What it read last of an area is used again while its revision is the same."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[UUID, tuple[Requirement, ...]]] = {}

    async def of(self, connection: Connection, areas: Collection[str]) -> AreaDemand:
        """What is asked in these areas."""
        revisions = {row["area"]: row["revision"] for row in await connection.fetch(_REVISIONS, list(areas))}
        known = {area: self._known.get(area, (None, ())) for area in revisions}
        stale = [area for area, revision in revisions.items() if known[area][0] != revision]
        if stale:
            found: defaultdict[str, list[Requirement]] = defaultdict(list)
            for row in await connection.fetch(_OPEN, stale):
                requirement = requirements.of(row)
                found[requirement.area].append(requirement)
            # A later read may see more than the revision says: then it is read once more, and nothing is missed.
            self._known |= {area: (revisions[area], tuple(found[area])) for area in stale}
        return {area: self._known[area][1] for area in revisions}


demand = DemandReader()


async def requirements_by_id(connection: Connection, ids: Collection[UUID]) -> dict[UUID, Requirement]:
    """These requirements, open or closed."""
    return {row["id"]: requirements.of(row) for row in await connection.fetch(_BY_ID, list(ids))}


async def publishing(connection: Connection) -> Anchors:
    """Reference of every decision about a requirement: the anchors. Their rows are held: one that leaves waits until
    what it publishes is in, and its sweep finds it.
    """
    rows = await connection.fetch(_ANCHORS)
    return {row["id"]: anchors.of(row) for row in rows}


@dataclass(frozen=True, slots=True)
class Changing:
    """What a change of requirements is compared with."""

    anchors: Anchors
    awarded: Mapping[UUID, int]
    """Pieces per year that are bought for a requirement; none is left out."""


async def changing(connection: Connection, ids: Sequence[str]) -> Changing:
    """What decisions to change these requirements read. Their rows are held: nobody awards meanwhile."""
    known = await publishing(connection)
    wanted = [UUID(id_) for id_ in ids]
    await connection.execute(_HOLD, wanted)
    rows = await connection.fetch(_AWARDED, wanted)
    return Changing(known, {row["requirement_id"]: row["awarded"] for row in rows})


@dataclass(frozen=True, slots=True)
class Naming:
    """What the reference of a requirement is compared with."""

    anchors: Anchors
    holder: UUID | None
    """The anchor's requirement that has it."""


async def naming(connection: Connection, about: Sequence[str]) -> Naming:
    """Who has a reference: of an anchor, the first of `about`. Without a second one nobody has."""
    known = await publishing(connection)
    anchor_id, *reference = about
    holder = await connection.fetchval(_HOLDER, UUID(anchor_id), *reference) if reference else None
    return Naming(known, holder)


async def meant(
    connection: Connection, anchors: Sequence[UUID], areas: Sequence[str], references: Sequence[str | None]
) -> list[Requirement]:
    """What rows may be about, each of an anchor, an area and perhaps a reference: all that the anchor asked in the
    area, and what has the reference.
    """
    rows = await connection.fetch(_MEANT, list(anchors), list(areas), list(references))
    return [requirements.of(row) for row in rows]


async def requirements_of_anchor(
    connection: Connection, args: Mapping[str, str], after: UUID | None, limit: int
) -> list[UUID]:
    """The next open requirements of `anchor_id`."""
    rows = await connection.fetch(_OF_ANCHOR, UUID(args["anchor_id"]), after or FIRST, limit)
    return [row["id"] for row in rows]


async def next_requirements(connection: Connection, after: UUID | None, limit: int) -> list[Requirement]:
    """The next open requirements of all, held."""
    return [requirements.of(row) for row in await connection.fetch(_NEXT, after or FIRST, limit)]


_COLUMNS = "id, anchor_id, specification, status, closed_reason, version, by_hand, closures, reference, waivers"

_FORGET_DEMAND = "DELETE FROM open_demand WHERE requirement_id = ANY($1::uuid[])"

_REVISE = """
    INSERT INTO area_revision (area, revision) SELECT area, gen_random_uuid() FROM unnest($1::text[]) AS given(area)
    ON CONFLICT (area) DO UPDATE SET revision = excluded.revision
"""
_AREAS = "SELECT DISTINCT area FROM requirement WHERE id = ANY($1::uuid[])"
_REVISIONS = "SELECT area, revision FROM area_revision WHERE area = ANY($1::text[])"

_OPEN = f"SELECT {_COLUMNS} FROM requirement WHERE area = ANY($1::text[]) AND status = 'open' ORDER BY id"  # noqa: S608 - of the constant above
_BY_ID = f"SELECT {_COLUMNS} FROM requirement WHERE id = ANY($1::uuid[])"  # noqa: S608 - of the constant above
_NEXT = f"SELECT {_COLUMNS} FROM requirement WHERE status = 'open' AND id > $1 ORDER BY id LIMIT $2 FOR UPDATE"  # noqa: S608 - of the constant above
_ANCHORS = "SELECT id, code, name, states, joined_at, left_at FROM anchor ORDER BY id FOR SHARE"
_HOLDER = "SELECT id FROM requirement WHERE anchor_id = $1 AND reference = $2"
_MEANT = f"""
    SELECT {_COLUMNS} FROM requirement AS known WHERE anchor_id = ANY($1::uuid[]) AND EXISTS (
        SELECT FROM unnest($1::uuid[], $2::text[], $3::text[]) AS given(anchor_id, area, reference)
        WHERE given.anchor_id = known.anchor_id AND (given.area = known.area OR given.reference = known.reference)
    ) ORDER BY id
"""  # noqa: S608 - of the constant above
_HOLD = "SELECT FROM requirement WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"

_AWARDED = """
    SELECT requirement_id, sum(annual_volume)::bigint AS awarded FROM answers
    WHERE requirement_id = ANY($1::uuid[]) AND annual_volume IS NOT NULL GROUP BY requirement_id
"""

_OF_ANCHOR = """
    SELECT id FROM requirement WHERE anchor_id = $1 AND status = 'open' AND id > $2 ORDER BY id LIMIT $3
"""
