"""What partners wrote about a firm's referrals in vain: kept sealed until it is erased with the referral."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.messaging import dead_letters
from shared.runtime.database import Connection
from shared.sealing import whole

_OF_FIRM = """
    SELECT letter.id, referral.partner, referral.id AS referral_id, letter.at, letter.reason, letter.event_type,
        letter.resolution, letter.value
    FROM referral JOIN dead_letter AS letter ON letter.key = convert_to(referral.id::text, 'UTF8')
    WHERE supplier_id = $1 AND topic LIKE 'partner.%' AND ($2::uuid IS NULL OR letter.id > $2)
    ORDER BY letter.id LIMIT $3
"""


@dataclass(frozen=True, slots=True)
class RefusedAnswer:
    id: UUID
    partner: str
    referral_id: UUID
    at: datetime
    reason: str
    event_type: str | None
    resolution: str | None
    said: str | None
    """What the partner wrote; None once it is erased."""


async def refused_of(connection: Connection, supplier_id: UUID, after: UUID | None, limit: int) -> list[RefusedAnswer]:
    """Of one firm, in the order of their ids."""
    found = []
    for row in await connection.fetch(_OF_FIRM, supplier_id, after, limit):
        value = await whole.open_one(connection, dead_letters.PLACE, row["id"], row["value"])
        said = None if value is None else value.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
        found.append(RefusedAnswer(**{name: row[name] for name in _FIELDS}, said=said))
    return found


_FIELDS = ("id", "partner", "referral_id", "at", "reason", "event_type", "resolution")
