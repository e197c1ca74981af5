"""What an institution's people see: the referrals that went to it, as they went, until they are erased."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.financing.domain.referral import AT_DESK
from services.financing.domain.trial import Trial
from services.financing.store.tables import ReferralRow
from services.financing.store.trials import trials
from shared.contracts import partner as contract
from shared.messaging import sealed_events
from shared.runtime.database import Connection

MOST_TESTS = 20

_SENT = """
    SELECT body FROM journal WHERE key = $1 AND type = $2
        AND convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'referral_id' = $3
    ORDER BY id DESC LIMIT 1
"""
_TESTS = "SELECT id FROM trial WHERE partner = $1 AND referral ->> 'state' = 'sent' ORDER BY id DESC LIMIT $2"


def is_at_desk(row: ReferralRow, partner: str) -> bool:
    """Whether this partner has something to see of it: nothing once the firm took its consent back."""
    return row.partner == partner and row.state in AT_DESK and row.papers is not None


async def at_desk(session: AsyncSession, partner: str, after: UUID | None, limit: int) -> Sequence[ReferralRow]:
    """A partner's referrals by id."""
    query = (
        select(ReferralRow)
        .where(
            ReferralRow.partner == partner, col(ReferralRow.state).in_(AT_DESK), col(ReferralRow.papers).is_not(None)
        )
        .order_by(col(ReferralRow.id))
        .limit(limit)
    )
    if after is not None:
        query = query.where(col(ReferralRow.id) > after)
    return (await session.exec(query)).all()


async def sent(connection: Connection, key: UUID, referral_id: UUID) -> contract.Referral | None:
    """The referral as it stands on its partner's topic; None where it is not kept."""
    rows = await connection.fetch(_SENT, key, contract.Referral.TYPE, str(referral_id))
    bodies = await sealed_events.opened(connection, [row["body"] for row in rows])
    found = [contract.Referral.model_validate(msgspec.json.decode(body)["data"]) for body in bodies]
    return found[0] if found else None


async def tests_of(connection: Connection, partner: str) -> list[Trial]:
    """The newest tests that wait for this partner."""
    ids = [row["id"] for row in await connection.fetch(_TESTS, partner, MOST_TESTS)]
    found = await trials.load_many(connection, sorted(ids))
    return [found[id_] for id_ in ids]
