"""Messages of the program."""

from services.portal.domain.message import Message
from services.portal.domain.subscription import STALE
from services.portal.store.tables import MessageRow
from shared.messaging.repository import TableRepository
from shared.runtime.clock import now
from shared.runtime.database import Connection

_NEWEST = "SELECT * FROM message ORDER BY proposed_at DESC, id LIMIT $1"
_SENT = "SELECT * FROM message WHERE status = 'sent' AND settled_at > $1 ORDER BY settled_at, id"

messages = TableRepository(MessageRow, Message)


async def newest(connection: Connection, limit: int) -> list[Message]:
    """The last ones, whatever became of them."""
    return [messages.of(row) for row in await connection.fetch(_NEWEST, limit)]


async def sent(connection: Connection) -> tuple[Message, ...]:
    """Those that are news still."""
    return tuple(messages.of(row) for row in await connection.fetch(_SENT, now() - STALE))
