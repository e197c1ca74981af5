"""What waits for a mentor, and who is whose: lists that people work off, by an index of their names."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.runtime.database import Connection


@dataclass(frozen=True, slots=True)
class Waiting:
    """One firm that waits for its mentor."""

    supplier_id: UUID
    folio: str | None
    legal_name: str | None
    plan_status: str
    evidence: int
    """Pieces that the firm gave and nobody looked at."""
    proposal: bool
    """A plan that the mentor has not agreed to."""
    revision: bool
    """A change of the plan that the mentor has not agreed to."""


@dataclass(frozen=True, slots=True)
class Mentored:
    """Whose firm it is."""

    supplier_id: UUID
    folio: str | None
    legal_name: str | None
    plan_status: str
    mentor: str | None


_UNSEEN = '$.activities[*] ? (@.completion == null).evidence[*] ? (@.role == "supplier" && !exists(@.verdicts[*]))'
_NOT_AGREED = '$ ? (@.status == "proposed" && !exists(@.program ? (@ != null)))'
_PROPOSED = "$.revision ? (@.mentor == null)"
_WAITING = f"""
    SELECT id AS supplier_id, folio, legal_name, plan_status, evidence, proposal, revision
    FROM candidate CROSS JOIN LATERAL (
        SELECT jsonb_array_length(jsonb_path_query_array(plan, '{_UNSEEN}')) AS evidence,
            plan @? '{_NOT_AGREED}' AS proposal, plan @? '{_PROPOSED}' AS revision
    ) AS found
    WHERE mentor = $1 AND plan_status IS NOT NULL AND NOT withdrawn AND ($2::uuid IS NULL OR id > $2)
        AND (evidence > 0 OR proposal OR revision)
    ORDER BY id LIMIT $3
"""  # noqa: S608 - of the constants above
_MENTORED = """
    SELECT id AS supplier_id, folio, legal_name, plan_status, mentor FROM candidate
    WHERE plan_status IS NOT NULL AND NOT withdrawn AND ($1::uuid IS NULL OR id > $1) {}
    ORDER BY id LIMIT $2
"""


async def waiting(connection: Connection, mentor: str, after: UUID | None, limit: int) -> list[Waiting]:
    """Firms whose mentor has something to look at or to agree to, by id."""
    rows: list[Any] = await connection.fetch(_WAITING, mentor, after, limit)
    return [Waiting(**row) for row in rows]


async def mentored(connection: Connection, after: UUID | None, limit: int, *, missing: bool) -> list[Mentored]:
    """Who is the mentor of which firm that has a plan; `missing`: only of those without one."""
    rows: list[Any] = await connection.fetch(_MENTORED.format("AND mentor IS NULL" if missing else ""), after, limit)
    return [Mentored(**row) for row in rows]
