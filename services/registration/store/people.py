"""The people of firms, and for whom somebody speaks."""

from uuid import UUID

from services.registration.domain.person import Person
from services.registration.store.tables import PersonRow
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection, Database

people = TableRepository(PersonRow, Person)

_OF_FIRM = "SELECT * FROM person WHERE supplier_id = $1 AND status = ANY($2) ORDER BY id"
_FIRMS = "SELECT supplier_id, bool_or(status = 'joined') AS joined FROM person WHERE subject = $1 GROUP BY supplier_id"


async def people_of(connection: Connection, supplier_id: UUID, *, removed: bool = False) -> list[Person]:
    """Who is of the firm or invited, in the order in which they were invited; or those too who were removed."""
    wanted = ["invited", "joined", *(["removed"] if removed else [])]
    return [people.of(row) for row in await connection.fetch(_OF_FIRM, supplier_id, wanted)]


class FirmsPeople:
    """For which firm somebody speaks, by what this store knows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def firm_of(self, subject: str, claimed: UUID | None) -> UUID | None:
        """Their token's firm, unless they were removed from it; the one that they joined where it names none."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_FIRMS, subject)
        known = {row["supplier_id"]: row["joined"] for row in rows}
        if claimed is not None:
            return claimed if known.get(claimed, True) else None
        return next((firm for firm, joined in known.items() if joined), None)
