"""What operators watch."""

from services.portal.domain.watch import Checkpoint, Letter
from services.portal.store.tables import CheckpointRow, LetterRow
from shared.messaging.repository import TableRepository
from shared.runtime.database import Connection

_LONGEST = "SELECT id, service, size, note, sealed_at FROM checkpoint ORDER BY service"

letters = TableRepository(LetterRow, Letter)
checkpoints = TableRepository(CheckpointRow, Checkpoint)


async def longest(connection: Connection) -> list[Checkpoint]:
    """The longest checkpoint that was seen of each audit log."""
    return [checkpoints.of(row) for row in await connection.fetch(_LONGEST)]
