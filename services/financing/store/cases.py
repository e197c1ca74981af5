"""Cases in and out of their table, with the rows that the API reads of them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.financing.domain.case import Case
from services.financing.store import erasure, texts
from services.financing.store.projected import Projected
from services.financing.store.queries import SEALED_REFERRALS
from services.financing.store.rows import consent_rows, need_rows, referral_rows
from services.financing.store.tables import CaseRow, ConsentRow, NeedRow, ReferralRow
from services.financing.store.trials import WithTrials, trial_keys
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection
from shared.sealing.rows import Part, SealedRows

SEALED = SealedRows("financing_case", Part("consents", "papers"), Part("referrals", "papers"))


class CaseRepository:
    """Cases in their table, with the rows that the API reads of them."""

    def __init__(self) -> None:
        self._cases = TableRepository(CaseRow, Case, sealed=SEALED)
        self._needs = Projected(NeedRow)
        self._consents = Projected(ConsentRow)
        self._referrals = Projected(ReferralRow, SEALED_REFERRALS)

    async def load_many(self, connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Case]:
        return await self._cases.load_many(connection, ids)

    async def save_many(self, connection: Connection, new: Sequence[Case], changed: Sequence[Case]) -> None:
        """Write the cases; papers that are gone are erased wherever else they are."""
        await self._cases.save_many(connection, new, changed)
        written = (*new, *changed)
        await erasure.erase(connection, written)
        await texts.keep(connection, [text for case in written for text in case.shown])
        await self._needs.write(connection, [row for case in written for row in need_rows(case)])
        await self._consents.write(connection, [row for case in written for row in consent_rows(case)])
        await self._referrals.write(connection, [row for case in written for row in referral_rows(case)])


cases = WithTrials(CaseRepository())


async def suppliers_of_referrals(connection: Connection, referral_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The supplier of each referral, of a test itself; the unknown are left out."""
    rows = await connection.fetch("SELECT id, supplier_id FROM referral WHERE id = ANY($1::uuid[])", referral_ids)
    return {row["id"]: row["supplier_id"] for row in rows} | trial_keys(referral_ids)


async def cases_with_needs(connection: Connection, _: Mapping[str, str], after: UUID | None, limit: int) -> list[UUID]:
    """Ids of the cases that a change of partners may concern."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT supplier_id FROM need WHERE $1::uuid IS NULL OR supplier_id > $1
        ORDER BY supplier_id LIMIT $2
        """,
        after,
        limit,
    )
    return [row["supplier_id"] for row in rows]
