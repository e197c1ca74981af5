"""Requirements, anchors and candidates. Every question of what is somebody's names for whom it is asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import TypeAdapter

from services.portal.domain.demand import Anchor, Requirement
from services.portal.domain.scope import NOBODY, OwnAnchor, OwnDesk, OwnFirm, Scope, bounds
from services.portal.store.tables import AnchorRow, RequirementRow
from shared.contracts.matching import RequirementClosed
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection, Row

requirements = TableRepository(RequirementRow, Requirement)
anchors = TableRepository(AnchorRow, Anchor)

_COLUMNS = "id, anchor_id, area, title, annual_volume, open_until, closed, named"
# A firm reads what is asked of it: what it is aligned with, and what it was found for, also once that is closed.
_SEEN_BY = """(
    $1::uuid IS NULL AND $2::uuid IS NULL OR anchor_id = $2
    OR EXISTS (
        SELECT FROM firm, jsonb_array_elements(coalesce(alignment -> 'requirements', '[]') || matches) AS met
        WHERE firm.id = $1 AND met ->> 'requirement_id' = requirement.id::text
    )
)"""
_PAGE = f"""
    SELECT {_COLUMNS} FROM requirement
    WHERE {_SEEN_BY} AND ($3::uuid IS NULL OR id > $3)
        AND ($4::text IS NULL OR area = $4) AND ($5::bool IS NULL OR (closed IS NULL) = $5)
    ORDER BY id LIMIT $6
"""  # noqa: S608 - of the constants above
_SOME = f"SELECT {_COLUMNS} FROM requirement WHERE id = ANY($3::uuid[]) AND {_SEEN_BY}"  # noqa: S608 - of the constants above
_CLOSINGS = f"""
    SELECT requirement.id, max(at) AS at FROM requirement
    JOIN story ON subject = requirement.id AND type = '{RequirementClosed.TYPE}'
    WHERE requirement.id = ANY($3::uuid[]) AND closed IS NOT NULL AND {_SEEN_BY} GROUP BY requirement.id
"""  # noqa: S608 - of the constants above
_ANCHORS = "SELECT id, code, name, states, joined_at, departed FROM anchor ORDER BY code"
_DEMAND = "SELECT area, count(*) FROM requirement WHERE closed IS NULL GROUP BY area"
_CANDIDATES = """
    SELECT match_id, supplier_id, score, standing, introduced, contact_role, hidden_by FROM candidate
    WHERE requirement_id = $1 AND ($2::uuid IS NULL OR anchor_id = $2)
    ORDER BY score DESC, match_id OFFSET $3 LIMIT $4
"""
_CANDIDATE = """
    SELECT match_id, supplier_id, score, standing, introduced, contact_role, hidden_by FROM candidate
    WHERE requirement_id = $1 AND ($2::uuid IS NULL OR anchor_id = $2) AND match_id = $3
"""
_INTRODUCED = """
    SELECT DISTINCT supplier_id FROM candidate WHERE anchor_id = ANY($1::uuid[]) AND introduced LIMIT 500
"""
_COUNTS = """
    SELECT requirement_id, count(*), count(*) FILTER (WHERE introduced) AS introduced FROM candidate
    WHERE requirement_id = ANY($1::uuid[]) AND ($2::uuid IS NULL OR anchor_id = $2) GROUP BY requirement_id
"""


_CODES = TypeAdapter(tuple[str, ...])


class Candidate(NamedTuple):
    """One firm that meets a requirement; its anchor knows who it is once it is introduced."""

    match_id: UUID
    supplier_id: UUID
    score: int
    standing: str
    introduced: bool
    contact_role: str | None
    """What its contact does in it."""
    hidden_by: tuple[str, ...]
    """Why it is not introduced: codes, or questions with critical gaps."""


async def page_of_requirements(
    connection: Connection,
    scope: Scope,
    after: UUID | None,
    limit: int,
    *,
    area: str | None = None,
    is_open: bool | None = None,
) -> list[Requirement]:
    """Requirements by id, of those that this scope may see."""
    rows = await connection.fetch(_PAGE, *bounds(scope), after, area, is_open, limit)
    return [requirements.of(row) for row in rows]


async def requirements_of(connection: Connection, scope: Scope, ids: Sequence[UUID]) -> dict[UUID, Requirement]:
    """Those of these ids that this scope may see."""
    rows = await connection.fetch(_SOME, *bounds(scope), ids)
    return {row["id"]: requirements.of(row) for row in rows}


async def closings(connection: Connection, scope: Scope, ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When each of those of them was closed that are, and that this scope may see."""
    return {row["id"]: row["at"] for row in await connection.fetch(_CLOSINGS, *bounds(scope), ids)}


async def candidates(
    connection: Connection, scope: Scope, requirement_id: UUID, skip: int, limit: int
) -> list[Candidate]:
    """Who meets a requirement, the best first. A firm sees no other firm, so it sees none."""
    if isinstance(scope, OwnFirm):
        return []
    rows = await connection.fetch(_CANDIDATES, requirement_id, _anchor(scope), skip, limit)
    return [_candidate(row) for row in rows]


async def candidate(connection: Connection, scope: Scope, requirement_id: UUID, match_id: UUID) -> Candidate | None:
    """One of those that meet a requirement, or None where there is none that this scope may see."""
    if isinstance(scope, OwnFirm):
        return None
    row = await connection.fetchrow(_CANDIDATE, requirement_id, _anchor(scope), match_id)
    return None if row is None else _candidate(row)


async def introduced_to(connection: Connection, scope: Scope, anchors: Sequence[UUID]) -> list[str]:
    """Firms that are introduced to any of these anchors: of a buyer, to its own. A firm sees no other firm."""
    if isinstance(scope, OwnFirm):
        return []
    wanted = [scope.anchor_id] if isinstance(scope, OwnAnchor) else anchors
    return [str(row["supplier_id"]) for row in await connection.fetch(_INTRODUCED, wanted)]


async def candidate_counts(connection: Connection, scope: Scope, ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """By requirement, where it has any: how many firms meet it, and how many of these were introduced."""
    if isinstance(scope, OwnFirm):
        return {}
    rows = await connection.fetch(_COUNTS, ids, _anchor(scope))
    return {row["requirement_id"]: (row["count"], row["introduced"]) for row in rows}


async def all_anchors(connection: Connection) -> dict[UUID, Anchor]:
    """Every large buyer that takes or took part: their names are public."""
    return {row["id"]: anchors.of(row) for row in await connection.fetch(_ANCHORS)}


async def open_by_area(connection: Connection) -> dict[str, int]:
    """How many requirements are open in each area."""
    return {row["area"]: row["count"] for row in await connection.fetch(_DEMAND)}


def _candidate(row: Row) -> Candidate:
    known = row["match_id"], row["supplier_id"], row["score"], row["standing"], row["introduced"]
    return Candidate(*known, row["contact_role"], _CODES.validate_json(row["hidden_by"]))


def _anchor(scope: Scope) -> UUID | None:
    return NOBODY if isinstance(scope, OwnDesk) else scope.anchor_id if isinstance(scope, OwnAnchor) else None
