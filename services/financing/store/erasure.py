"""Erasure: the keys of what is erased are destroyed, and with them every copy that there is of it."""

from collections.abc import Sequence

from services.financing.domain.case import Case
from shared.contracts.financing import ReferralAnswered
from shared.contracts.partner import Referral
from shared.messaging import dead_letters, journal
from shared.messaging.topics import partner_topics
from shared.runtime.database import Connection
from shared.sealing import keys
from shared.sealing.encryption import seals
from shared.sealing.keys import Name

ANSWERS = partner_topics("any").answers.events
JUDGEMENT = ("reason", "questions", "for_plan")
"""What the program's own event tells of a partner's refusal."""

_NEWLY_ERASED = """
    SELECT id, true AS is_referral FROM referral WHERE id = ANY($1)
        AND (papers IS NOT NULL OR state = 'declined' AND reason IS NOT NULL)
    UNION ALL SELECT id, false FROM consent WHERE id = ANY($1) AND papers_held
"""
_NAMED_LATE = """
    WITH named AS (
        SELECT DISTINCT unnest(about) AS id FROM dead_letter WHERE value IS NOT NULL AND topic LIKE 'partner.%'
    )
    SELECT named.id FROM named JOIN referral ON referral.id = named.id WHERE referral.papers IS NULL
    UNION SELECT named.id FROM named JOIN sending ON sending.event_id = named.id
        JOIN referral ON referral.id = sending.referral_id WHERE referral.papers IS NULL
    UNION SELECT named.id FROM named JOIN consent ON consent.id = named.id WHERE consent.revoked_at IS NOT NULL
    UNION SELECT referral.supplier_id FROM named JOIN referral ON referral.supplier_id = named.id
    GROUP BY referral.supplier_id HAVING bool_and(referral.papers IS NULL)
"""
"""A letter that names the firm alone may be about any of its referrals: it goes with the last."""

_SENT_AS = "SELECT event_id FROM sending WHERE referral_id = ANY($1)"


async def erase(connection: Connection, cases: Sequence[Case]) -> None:
    """Destroy the keys of papers that have just gone, before their rows forget that they had any."""
    gone = {item.id: case.id for case in cases for item in case.referrals if item.is_erased}
    gone |= {item.id: case.id for case in cases for item in case.consents if item.papers is None}
    if not gone:
        return
    rows = await connection.fetch(_NEWLY_ERASED, list(gone))
    await keys.destroy(connection, [Name(gone[row["id"]], row["id"]) for row in rows])
    if rows:
        bare = [case.id for case in cases if all(item.papers is None for item in case.referrals)]
        erased = [row["id"] for row in rows]
        sent = [row["event_id"] for row in await connection.fetch(_SENT_AS, erased)]
        await dead_letters.forget_of(connection, [*erased, *sent, *bare])
    if referrals := [row["id"] for row in rows if row["is_referral"]]:
        # What its partner's people said at their desk: the aggregate of an answer is the referral.
        await keys.destroy_all(connection, referrals)
        # Of what was written before it was sealed there is no key to destroy.
        suppliers, ids = list({gone[id_] for id_ in referrals}), [str(id_) for id_ in referrals]
        await journal.redact(connection, suppliers, Referral.TYPE, "referral_id", ids, Referral.PERSONAL)
        await journal.redact(connection, suppliers, ReferralAnswered.TYPE, "referral_id", ids, JUDGEMENT)
        if not seals():
            for answer in ANSWERS:
                await journal.redact(connection, referrals, answer.TYPE, "referral_id", ids, answer.PERSONAL)


async def forget_late(connection: Connection) -> None:
    """What partners wrote in vain about referrals that were erased before it came, or before somebody saw that it is
    about them.
    """
    await dead_letters.forget_of(connection, [row["id"] for row in await connection.fetch(_NAMED_LATE)])
