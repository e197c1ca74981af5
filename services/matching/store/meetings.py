"""Meeting days and their meetings."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from services.matching.domain.meeting import Meeting, MeetingDay, Taken
from services.matching.store.demand import FIRST
from services.matching.store.tables import MeetingDayRow, MeetingRow
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection


def _for_queries(day: MeetingDay) -> Mapping[str, Any]:
    return {"anchors": [str(id_) for id_ in day.plan.anchors]}


days = TableRepository(MeetingDayRow, MeetingDay, derived=_for_queries)
meetings = TableRepository(MeetingRow, Meeting)


async def page_of_days(
    connection: Connection, anchor_id: UUID | None, after: UUID | None, limit: int
) -> list[MeetingDay]:
    """Days in the order in which they were set up, cancelled ones too; of an anchor those to which it comes."""
    rows = await connection.fetch(_PAGE, after or FIRST, anchor_id and str(anchor_id), limit)
    return [days.of(row) for row in rows]


async def meetings_of_day(connection: Connection, day_id: UUID) -> list[Meeting]:
    """All of a day, by time."""
    return [meetings.of(row) for row in await connection.fetch(f"{_MEETINGS} WHERE day_id = $1 {_BY_TIME}", day_id)]


async def meetings_of_firm(connection: Connection, supplier_id: UUID) -> list[Meeting]:
    """All of a firm, by time."""
    rows = await connection.fetch(f"{_MEETINGS} WHERE supplier_id = $1 {_BY_TIME}", supplier_id)
    return [meetings.of(row) for row in rows]


async def days_of(connection: Connection, ids: Collection[UUID]) -> dict[UUID, MeetingDay]:
    """These days."""
    rows = await connection.fetch(f"{_DAYS} WHERE id = ANY($1::uuid[])", list(ids))
    return {row["id"]: days.of(row) for row in rows}


async def find_meeting(connection: Connection, id_: UUID) -> Meeting | None:
    row = await connection.fetchrow(f"{_MEETINGS} WHERE id = $1", id_)
    return None if row is None else meetings.of(row)


async def taken(connection: Connection, day_id: UUID, supplier_id: UUID) -> Taken:
    """What a booking is compared with. The rows of day and firm are held: of two for one slot one sees the other."""
    of_day, of_firm = await meetings_of_day(connection, day_id), await meetings_of_firm(connection, supplier_id)
    return Taken(*([each for each in some if each.status != "cancelled"] for some in (of_day, of_firm)))


async def known_to(connection: Connection, anchor_id: UUID, ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these firms that an anchor knows."""
    rows = await connection.fetch(_KNOWN, list(ids), str(anchor_id))
    return frozenset(row["id"] for row in rows)


_KNOWN = "SELECT id FROM offering WHERE id = ANY($1::uuid[]) AND known_by ? $2"
_DAYS = "SELECT id, plan, status, by FROM meeting_day"
_MEETINGS = "SELECT id, day_id, supplier_id, anchor_id, starts_at, ends_at, status, cancelled, said FROM meeting"
_BY_TIME = "ORDER BY starts_at, id"
_PAGE = f"""
    {_DAYS} WHERE id > $1 AND ($2::text IS NULL OR anchors ? $2) ORDER BY id LIMIT $3
"""
