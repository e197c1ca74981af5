"""What partners wrote about a firm's referrals in vain: kept sealed until it is erased with the referral."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.messaging import dead_letters
from shared.runtime.database import Connection
from shared.sealing import whole

_OF_FIRM = """
    WITH mine AS (
        SELECT id, consent_id, partner, ARRAY(SELECT event_id FROM sending WHERE referral_id = referral.id) AS sent
        FROM referral WHERE supplier_id = $1
    ), letter AS MATERIALIZED (
        SELECT * FROM dead_letter
        WHERE about && (
            SELECT array_agg(name) || $1::uuid
            FROM mine CROSS JOIN LATERAL unnest(ARRAY[id, consent_id] || sent) AS name
        ) AND topic LIKE 'partner.%'
    )
    SELECT letter.id, split_part(letter.topic, '.', 2) AS partner, named.id AS referral_id, letter.at, letter.reason,
        letter.event_type, letter.resolution, letter.value,
        EXISTS (
            SELECT FROM referral AS other
            WHERE (other.id = ANY(letter.about) OR other.consent_id = ANY(letter.about)
                OR other.supplier_id = ANY(letter.about) OR other.id IN (
                    SELECT referral_id FROM sending WHERE event_id = ANY(letter.about)
                )) AND other.supplier_id <> $1
        ) AS withheld
    FROM letter CROSS JOIN LATERAL (
        SELECT id FROM mine
        ORDER BY id = ANY(letter.about) DESC, sent && letter.about DESC, consent_id = ANY(letter.about) DESC,
            partner = split_part(letter.topic, '.', 2) DESC, array_position(letter.about, id), id DESC
        LIMIT 1
    ) AS named
    WHERE $2::uuid IS NULL OR letter.id > $2
    ORDER BY letter.id LIMIT $3
"""
"""By whatever a letter names, in its key or in what it says: a referral, the event that it was sent by, its consent, or
the firm.
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
    withheld: bool
    """It names a referral of another firm too: what it says may be that one's."""
    said: str | None
    """What the partner wrote; None once it is erased, and where it is withheld."""


async def refused_of(connection: Connection, supplier_id: UUID, after: UUID | None, limit: int) -> list[RefusedAnswer]:
    """Of one firm, in the order of their ids."""
    found = []
    for row in await connection.fetch(_OF_FIRM, supplier_id, after, limit):
        kept = None if row["withheld"] else row["value"]
        value = await whole.open_one(connection, dead_letters.PLACE, row["id"], kept)
        said = None if value is None else value.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
        found.append(RefusedAnswer(**{name: row[name] for name in _FIELDS}, said=said))
    return found


_FIELDS = ("id", "partner", "referral_id", "at", "reason", "event_type", "resolution", "withheld")
