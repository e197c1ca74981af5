"""What is claimed, in and out of its table."""

from collections.abc import Sequence
from typing import Final

from services.registration.domain.claim import Claim
from services.registration.store.tables import ClaimRow
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection
from shared.sealing import keys
from shared.sealing.keys import Name, matter_of
from shared.sealing.rows import Part, SealedRows

CLAIM: Final = "claim"


class Claims(TableRepository[Claim]):
    """Nobody reads what a claim was once it is forgotten."""

    async def save_many(self, connection: Connection, new: Sequence[Claim], changed: Sequence[Claim]) -> None:
        bare = [Name(each.id, matter_of(each.id, CLAIM)) for each in changed if each.profile is None]
        await keys.destroy(connection, bare)
        await super().save_many(connection, new, changed)


claims = Claims(ClaimRow, Claim, sealed=SealedRows("claim", Part("profile", matter=CLAIM)))
