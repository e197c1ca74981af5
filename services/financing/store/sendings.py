"""When referrals went to their partners, and to which keys they were encrypted: ids alone, and none is taken out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.financing.store.tables import ReferralRow, SendingRow
from shared.contracts.partner import Referral
from shared.messaging.outbox import Sending
from shared.runtime.database import Connection, columns

KEEP = """
    INSERT INTO sending (id, event_id, referral_id, partner, sent_at, key_id)
    SELECT gen_random_uuid(), line.event_id, line.referral_id, given.partner, $5, given.key_id
    FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[]) AS given(id, key, partner, key_id)
    CROSS JOIN LATERAL (
        SELECT event_id, (convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'referral_id')::uuid AS referral_id
        FROM journal WHERE key = given.key AND id = given.id AND type = $6 OFFSET 0
    ) AS line
    ON CONFLICT (event_id, sent_at) DO NOTHING
"""


async def keep_sendings(connection: Connection, sent: Sequence[Sending], at: datetime) -> None:
    """Keep those that are referrals: the other events of these topics have nothing personal."""
    await connection.execute(KEEP, *columns(sent), at, Referral.TYPE)


async def sendings_of(session: AsyncSession, supplier_id: UUID) -> Sequence[SendingRow]:
    """Of a firm's referrals, the oldest first."""
    query = (
        select(SendingRow)
        .join(ReferralRow, col(ReferralRow.id) == col(SendingRow.referral_id))
        .where(ReferralRow.supplier_id == supplier_id)
        .order_by(col(SendingRow.sent_at), col(SendingRow.id))
    )
    return (await session.exec(query)).all()
