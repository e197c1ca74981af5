"""What an institution's people see: the referrals that went to it, as they went, until they are erased."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import and_, col, not_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.financing.domain.referral import AT_DESK, MOST_AT_DESK, Referral
from services.financing.domain.trial import Trial
from services.financing.store.tables import ReferralRow
from services.financing.store.trials import trials
from shared.contracts import partner as contract
from shared.messaging import sealed_events
from shared.messaging.codec import data_of
from shared.runtime.database import Connection

MOST_TESTS = 20

_SENT = """
    SELECT type, body FROM journal WHERE key = $1 AND type = $2
        AND convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'referral_id' = $3
    ORDER BY id DESC LIMIT 1
"""
_ANSWERS = "SELECT type, body FROM journal WHERE key = $1 AND type = ANY($2) ORDER BY id DESC LIMIT $3"
_ANSWER_TYPES = [event.TYPE for event in contract.Answer.__subclasses__()]
_TESTS = "SELECT id FROM trial WHERE partner = $1 AND referral ->> 'state' = 'sent' ORDER BY id DESC LIMIT $2"


class Sent(NamedTuple):
    """What the journal has of a referral and of its desk, while its key is there."""

    referral: contract.Referral
    """As it stands on its partner's topic."""
    answers: tuple[contract.Answer, ...]
    """The last ones from the desk, the newest first."""


async def at_desk(
    session: AsyncSession, partner: str, after: UUID | None, limit: int, *, ended: bool
) -> Sequence[ReferralRow]:
    """A partner's referrals by id: those of which it has something to see or to say, or those that ended."""
    lies_there = and_(col(ReferralRow.state).in_(AT_DESK), col(ReferralRow.papers).is_not(None))
    query = (
        select(ReferralRow)
        .where(ReferralRow.partner == partner, not_(lies_there) if ended else lies_there)
        .order_by(col(ReferralRow.id))
        .limit(limit)
    )
    if after is not None:
        query = query.where(col(ReferralRow.id) > after)
    return (await session.exec(query)).all()


async def sent(connection: Connection, key: UUID, referral: Referral) -> Sent | None:
    """A referral as it went to its partner, and what was answered at the desk; None where there is nothing to see of it
    any more.
    """
    if referral.state not in AT_DESK or referral.papers is None:
        return None
    rows = await connection.fetch(_SENT, key, contract.Referral.TYPE, str(referral.id))
    given = await connection.fetch(_ANSWERS, referral.id, _ANSWER_TYPES, MOST_AT_DESK)
    bodies = await sealed_events.opened(connection, [row["body"] for row in (*rows, *given)])
    said: list[Any] = [data_of(row["type"], body) for row, body in zip((*rows, *given), bodies, strict=True)]
    return Sent(said[0], tuple(said[1:])) if rows else None


async def tests_of(connection: Connection, partner: str) -> list[Trial]:
    """The newest tests that wait for this partner."""
    ids = [row["id"] for row in await connection.fetch(_TESTS, partner, MOST_TESTS)]
    found = await trials.load_many(connection, sorted(ids))
    return [found[id_] for id_ in ids]
