"""The people of firms, and for whom somebody speaks."""

from collections.abc import Sequence
from uuid import UUID

from services.registration.domain.person import Person
from services.registration.store.tables import JOINED, PersonRow
from shared.messaging.repository import TableRepository, unique
from shared.runtime.database import Connection, Database
from shared.sealing import keys
from shared.sealing.keys import Name
from shared.sealing.rows import Part, SealedRows
from shared.service.callers import Firms


class OtherFirmError(Exception):
    """Somebody who joined a firm would join another one."""


class People(TableRepository[Person]):
    """Raises OtherFirmError: the store alone sees two who join at once. Whoever leaves is written first: one person may
    go from a firm to another in one transaction.
    """

    async def save_many(self, connection: Connection, new: Sequence[Person], changed: Sequence[Person]) -> None:
        await keys.destroy(connection, [Name(each.supplier_id, each.id) for each in changed if each.email is None])
        with unique(JOINED, OtherFirmError):
            await super().save_many(connection, (), [each for each in changed if each.status != "joined"])
            await super().save_many(connection, new, [each for each in changed if each.status == "joined"])


_SEALED = SealedRows("person", Part("email", text=True), person="supplier_id", matter="id")
people = People(PersonRow, Person, sealed=_SEALED)

_OF_FIRM = "SELECT * FROM person WHERE supplier_id = $1 AND status = ANY($2) ORDER BY id"
_FIRMS = "SELECT supplier_id, bool_or(status = 'joined') AS joined FROM person WHERE subject = $1 GROUP BY supplier_id"


async def people_of(connection: Connection, supplier_id: UUID, *, removed: bool = False) -> list[Person]:
    """Who is of the firm or invited, in the order in which they were invited; or those too who were removed."""
    wanted = ["invited", "joined", *(["removed"] if removed else [])]
    return await people.all_of(connection, await connection.fetch(_OF_FIRM, supplier_id, wanted))


class FirmsPeople:
    """Whose somebody is, by what this store knows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def firms_of(self, subject: str, claimed: UUID | None) -> Firms:
        """They speak for their token's firm; where it names none, or one that they were removed from, for the one that
        they joined.
        """
        async with self._database.connection() as connection:
            rows = await connection.fetch(_FIRMS, subject)
        joined = {row["supplier_id"]: row["joined"] for row in rows}
        if claimed is not None and joined.setdefault(claimed, True):
            return Firms(claimed, frozenset(joined))
        return Firms(next((firm for firm in joined if joined[firm]), None), frozenset(joined))
