"""One page of a firm's story."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.portal.domain.scope import Scope
from services.portal.domain.story import Entry
from services.portal.store import story
from shared.runtime.database import Connection

PAGE = 100
"""Events on one page."""


class Told(NamedTuple):
    """The page, and its last event where more follow."""

    entries: list[Entry]
    last: Entry | None


async def told(
    connection: Connection, scope: Scope, supplier_id: UUID, before: datetime | None, event: UUID | None
) -> Told:
    """What happened to a firm, the latest first; `before` and `event`: of the last one on the page before."""
    position = None if before is None or event is None else (before, event)
    found = await story.story_of(connection, scope, supplier_id, position, PAGE + 1)
    return Told(found[:PAGE], found[PAGE - 1] if len(found) > PAGE else None)
