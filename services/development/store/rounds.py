"""What is read of cohorts, of who contends for them, and of what their selections said."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.development.domain.appeal import Appeal, AppealStatus
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort, PastOverride
from services.development.domain.outcome import Outcome
from services.development.domain.requirement import Requirement
from services.development.store import (
    CandidateRow,
    OutcomeRow,
    RequirementRow,
    appeals,
    candidates,
    cohorts,
    outcomes,
    past_overrides,
    requirements,
)
from shared.runtime.database import Connection

_AWAITING = "SELECT {} FROM candidate WHERE awaits_selection AND id > $1 ORDER BY id LIMIT $2"
FIRST = UUID(int=0)
"""Before every id. A page that begins there has the plan of every other, which the index leads to its place."""

Line = tuple[OutcomeRow, str | None, str | None, str | None]
"""An outcome with its firm's folio and legal name, and the title of its best match's requirement."""


async def demand(connection: Connection) -> Mapping[UUID, Requirement]:
    """What anchors ask for, by the requirement's id."""
    rows = await connection.fetch("SELECT * FROM requirement")
    return {row["id"]: requirements.of(row) for row in rows}


async def anchors(connection: Connection) -> frozenset[str]:
    """Ids of those who ask for something."""
    rows = await connection.fetch("SELECT DISTINCT anchor_id::text AS id FROM requirement WHERE anchor_id IS NOT NULL")
    return frozenset(row["id"] for row in rows)


async def awaiting_selection(connection: Connection, after: UUID, limit: int) -> list[UUID]:
    """The first ids after this one of the firms that a selection decides."""
    rows = await connection.fetch(_AWAITING.format("id"), after, limit)
    return [row["id"] for row in rows]


async def pool(connection: Connection, after: UUID, limit: int) -> list[Candidate]:
    """The same firms, as they are now and unlocked."""
    return await candidates.all_of(connection, await connection.fetch(_AWAITING.format("*"), after, limit))


async def firms(connection: Connection, ids: Collection[UUID]) -> dict[UUID, Candidate]:
    """These firms, unlocked."""
    rows = await connection.fetch("SELECT * FROM candidate WHERE id = ANY($1::uuid[])", ids)
    return {each.id: each for each in await candidates.all_of(connection, rows)}


async def cohort(connection: Connection, cohort_id: UUID) -> Cohort | None:
    row = await connection.fetchrow("SELECT * FROM cohort WHERE id = $1", cohort_id)
    return None if row is None else cohorts.of(row)


async def outcome(connection: Connection, outcome_id: UUID) -> Outcome | None:
    row = await connection.fetchrow("SELECT * FROM outcome WHERE id = $1", outcome_id)
    return None if row is None else outcomes.of(row)


async def appeal(connection: Connection, appeal_id: UUID) -> Appeal | None:
    row = await connection.fetchrow("SELECT * FROM appeal WHERE id = $1", appeal_id)
    return None if row is None else appeals.of(row)


async def of_firm(connection: Connection, supplier_id: UUID) -> list[tuple[Cohort, Outcome, Appeal | None]]:
    """What each selection said of one firm, the latest first: there are few."""
    said = await connection.fetch("SELECT * FROM outcome WHERE supplier_id = $1 ORDER BY decided_at DESC", supplier_id)
    ids = [row["cohort_id"] for row in said]
    rounds = await connection.fetch("SELECT * FROM cohort WHERE id = ANY($1::uuid[])", ids)
    made = await connection.fetch("SELECT * FROM appeal WHERE supplier_id = $1", supplier_id)
    by_id = {row["id"]: cohorts.of(row) for row in rounds}
    by_cohort = {row["cohort_id"]: appeals.of(row) for row in made}
    return [(by_id[row["cohort_id"]], outcomes.of(row), by_cohort.get(row["cohort_id"])) for row in said]


async def contended(connection: Connection, cohort_id: UUID) -> list[Outcome]:
    """What was said of those who competed for this cohort, and of those who were put in since."""
    query = "SELECT * FROM outcome WHERE cohort_id = $1 AND (rank IS NOT NULL OR reasons ? 'appeal_upheld') ORDER BY id"
    return [outcomes.of(row) for row in await connection.fetch(query, cohort_id)]


async def rank_of(connection: Connection, cohort_id: UUID, score: int) -> int:
    """The place by potential among those who competed of a firm that did not."""
    query = "SELECT 1 + count(*) FROM outcome WHERE cohort_id = $1 AND rank IS NOT NULL AND score > $2"
    found: int = await connection.fetchval(query, cohort_id, score)
    return found


async def keep_why(connection: Connection, outcome_id: UUID, why: str) -> None:
    """Keep what was worked out of one firm's outcome. It was true before: only nobody had asked."""
    await connection.execute("UPDATE outcome SET why = $2::jsonb WHERE id = $1", outcome_id, why)


async def page_of_cohorts(connection: Connection, after: tuple[datetime, UUID] | None, limit: int) -> list[Cohort]:
    """The newest first."""
    at, id_ = after or (None, None)
    rows = await connection.fetch(
        """
        SELECT * FROM cohort WHERE $1::timestamptz IS NULL OR (created_at, id) < ($1, $2::uuid)
        ORDER BY created_at DESC, id DESC LIMIT $3
        """,
        at,
        id_,
        limit,
    )
    return [cohorts.of(row) for row in rows]


async def page_of_past_overrides(
    connection: Connection, cohort_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> list[PastOverride]:
    """In the order in which they ended."""
    at, id_ = after or (None, None)
    rows = await connection.fetch(
        """
        SELECT * FROM past_override
        WHERE cohort_id = $1 AND ($2::timestamptz IS NULL OR (ended_at, id) > ($2, $3::uuid))
        ORDER BY ended_at, id LIMIT $4
        """,
        cohort_id,
        at,
        id_,
        limit,
    )
    return [past_overrides.of(row) for row in rows]


async def page_of_appeals(
    connection: Connection,
    cohort_id: UUID,
    status: AppealStatus | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Appeal]:
    """In the order in which they were made."""
    at, id_ = after or (None, None)
    rows = await connection.fetch(
        """
        SELECT * FROM appeal
        WHERE cohort_id = $1 AND ($2::text IS NULL OR status = $2)
            AND ($3::timestamptz IS NULL OR (made_at, id) > ($3, $4::uuid))
        ORDER BY made_at, id LIMIT $5
        """,
        cohort_id,
        status,
        at,
        id_,
        limit,
    )
    return [appeals.of(row) for row in rows]


async def lines(
    session: AsyncSession,
    cohort_id: UUID,
    after: int | None,
    limit: int,
    *,
    selected: bool | None = None,
    waiting: bool = False,
) -> Sequence[Line]:
    """Outcomes of a cohort's selection in the order of its list. `waiting`: of those who competed and have no place."""
    query = (
        select(OutcomeRow, CandidateRow.folio, CandidateRow.legal_name, RequirementRow.title)
        .join(CandidateRow, col(CandidateRow.id) == col(OutcomeRow.supplier_id))
        .join(RequirementRow, col(RequirementRow.id) == col(OutcomeRow.requirement_id), isouter=True)
        .where(OutcomeRow.cohort_id == cohort_id, OutcomeRow.line > (after or 0))
        .order_by(col(OutcomeRow.line))
        .limit(limit)
    )
    if selected is not None:
        query = query.where(OutcomeRow.selected == selected)
    if waiting:
        left, put_in = (col(OutcomeRow.reasons).contains([code]) for code in ("dropped_out", "appeal_upheld"))
        query = query.where(~col(OutcomeRow.selected), ~left, (col(OutcomeRow.rank).isnot(None)) | put_in)
    return (await session.exec(query)).all()


async def titles(connection: Connection, requirement_ids: Collection[UUID]) -> dict[UUID, str]:
    """Titles of requirements; the unknown are left out."""
    rows = await connection.fetch("SELECT id, title FROM requirement WHERE id = ANY($1::uuid[])", requirement_ids)
    return {row["id"]: row["title"] for row in rows}
