"""What an award is compared with."""

from uuid import UUID

from services.matching.domain.award import Volume
from shared.runtime.database import Connection


async def volume(connection: Connection, requirement_id: UUID, supplier_id: UUID) -> Volume:
    """What is asked for, and what of it is awarded to other firms than this one.

    The requirement's row is held: of two awards of one volume the second sees the first. To be called before any
    offering is locked.
    """
    asked = await connection.fetchval(_ASKED, requirement_id)
    elsewhere = await connection.fetchval(_ELSEWHERE, requirement_id, supplier_id)
    return Volume(asked or 0, elsewhere)


_ASKED = "SELECT (specification->>'annual_volume')::bigint FROM requirement WHERE id = $1 FOR UPDATE"

_ELSEWHERE = """
    SELECT coalesce(sum(annual_volume), 0)::bigint FROM answers WHERE requirement_id = $1 AND offering_id <> $2
"""
