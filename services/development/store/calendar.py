"""Whose activities a cohort's calendar has."""

from uuid import UUID

from shared.runtime.database import Connection

_SELECTED = "SELECT supplier_id FROM outcome WHERE cohort_id = $1 AND selected ORDER BY supplier_id"


async def selected(connection: Connection, cohort_id: UUID) -> list[UUID]:
    """Firms that have a place in a cohort, or had it last there."""
    return [row["supplier_id"] for row in await connection.fetch(_SELECTED, cohort_id)]
