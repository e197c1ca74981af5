"""What waits for whom, and who is assigned to what: lists that people work off, by the indexes of their names."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.runtime.database import Connection

Task = Literal["assess", "validate", "score", "reconcile"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One firm that waits for a person."""

    supplier_id: UUID
    task: Task
    since: datetime | None
    sent_back: bool
    """The expert wants the assessor's sheet once more."""
    questions: int
    """To score again: those with evidence that nobody looked at."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Who acts on one firm's diagnosis."""

    supplier_id: UUID
    status: str
    assessor: str | None
    validator: str | None
    standing: str | None
    """Of its calibration, where it is assessed twice."""
    second: str | None
    lead: str | None


_WAITING = """
    SELECT id AS supplier_id,
        CASE WHEN lead = $1 THEN 'reconcile' WHEN second = $1 OR status = 'submitted' THEN 'assess'
            WHEN status = 'assessed' THEN 'validate' ELSE 'score' END AS task,
        CASE WHEN lead = $1 THEN (calibration ->> 'compared_at')::timestamptz WHEN second = $1 THEN given
            WHEN status = 'submitted' THEN greatest(given, back)
            WHEN status = 'assessed' THEN (assessment ->> 'at')::timestamptz END AS since,
        assessor = $1 AND status = 'submitted' AND back IS NOT NULL AND back > given AS sent_back,
        unseen AS questions
    FROM diagnosis CROSS JOIN LATERAL (
        SELECT (self_assessment ->> 'at')::timestamptz AS given, (sent_back -> -1 ->> 'at')::timestamptz AS back,
            CASE WHEN status = 'completed' THEN (
                SELECT count(DISTINCT gap.question)
                FROM gap, jsonb_array_elements_text(evidence -> gap.question) AS piece
                WHERE gap.supplier_id = diagnosis.id AND NOT EXISTS (
                    SELECT FROM jsonb_array_elements(verdicts || rescores) AS said
                    WHERE said ->> 'question' = gap.question AND said ->> 'evidence_id' = piece
                )
            ) ELSE 0 END AS unseen
    ) AS found
    WHERE (assessor = $1 OR validator = $1 OR second = $1 OR lead = $1)
        AND NOT withdrawn AND ($2::uuid IS NULL OR id > $2) AND (
        assessor = $1 AND status = 'submitted'
        OR second = $1 AND standing = 'drawn' AND status IN ('submitted', 'assessed')
            AND calibration ->> 'sheet' IS NULL
        OR validator = $1 AND status = 'assessed' AND coalesce(standing, 'within') IN ('within', 'reconciled', 'waived')
        OR lead = $1 AND standing = 'out' AND status IN ('submitted', 'assessed')
        OR assessor = $1 AND status = 'completed' AND unseen > 0
    )
    ORDER BY id LIMIT $3
"""
_ASSIGNED = """
    SELECT id AS supplier_id, status, assessor, validator, standing, second, lead FROM diagnosis
    WHERE status <> 'waiting' AND NOT withdrawn AND ($1::uuid IS NULL OR id > $1) {}
    ORDER BY id LIMIT $2
"""
_OPEN = """AND (
    assessor IS NULL OR validator IS NULL OR standing = 'drawn' AND second IS NULL OR standing = 'out' AND lead IS NULL
)"""


async def waiting(connection: Connection, subject: str, after: UUID | None, limit: int) -> list[Waiting]:
    """Firms that wait for this person to assess, to validate or to score again, by id."""
    return [Waiting(**row) for row in await connection.fetch(_WAITING, subject, after, limit)]


async def assigned(connection: Connection, after: UUID | None, limit: int, *, missing: bool) -> list[Assigned]:
    """Who is assigned to which diagnosis, by firm; `missing`: only where somebody is to be assigned still."""
    rows = await connection.fetch(_ASSIGNED.format(_OPEN if missing else ""), after, limit)
    return [Assigned(**row) for row in rows]
