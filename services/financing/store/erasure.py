"""Erasure reaches the journal: its entries for partners hold what a consent let out."""

from collections.abc import Sequence

from services.financing.domain.case import Case
from shared.contracts.partner import Referral
from shared.messaging import journal
from shared.runtime.database import Connection

_NEWLY_ERASED = "SELECT id FROM referral WHERE id = ANY($1::uuid[]) AND papers IS NOT NULL"

PERSONAL = ("identity", "contact", "standing", "need", "capacity", "evidence")
"""The classes of data that a consent can let out."""


async def erase(connection: Connection, cases: Sequence[Case]) -> None:
    """Bare the journal's referrals whose papers have just gone, before the referral rows forget that they had any."""
    gone = {item.id: case.id for case in cases for item in case.referrals if item.papers is None}
    if not gone:
        return
    rows = await connection.fetch(_NEWLY_ERASED, list(gone))
    newly = [row["id"] for row in rows]
    if newly:
        suppliers, referrals = {gone[id_] for id_ in newly}, [str(id_) for id_ in newly]
        await journal.redact(connection, list(suppliers), Referral.TYPE, "referral_id", referrals, PERSONAL)
