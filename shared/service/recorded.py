"""The routes by which operators see what was decided, and who caused it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from shared.messaging import journal
from shared.messaging.journal import Entry
from shared.runtime.database import Database
from shared.service.callers import Role, allow
from shared.service.http import Page, Paging, View, routes

Position = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A place in the journal: more entries than a list has rows."""


class ActorView(View):
    """Who acted: a person by pseudonym and role, or a machine."""

    subject: str
    """Of a person the token's `sub`; of a machine `timer`, `sweep`, `consumer` or `partner.<code>`."""
    role: str | None
    """Which let the person in."""
    on_behalf_of: UUID | None
    """The supplier or the anchor that the person is of."""
    via: Literal["timer", "sweep", "replay"] | None
    """What carried it out later."""


class EntryView(View):
    """One event that the stage decided, without what it says."""

    event_id: UUID
    topic: str
    type: str
    recorded_at: datetime
    actor: ActorView | None
    """Null where an event of another stage caused it: its causation leads there."""


def router(database: Database) -> APIRouter:
    """The journal of one aggregate."""
    api = routes("operations")

    @api.get("/journal", dependencies=[allow(Role.OPERATOR)])
    async def list_decided(
        paging: Paging, key: Annotated[UUID, Query(description="The aggregate: the key of its events.")]
    ) -> Page[EntryView]:
        """List what was decided on an aggregate and who caused it, the oldest first."""
        async with database.connection() as connection:
            found = await journal.decided(connection, key, paging.position(Position) or 0, paging.fetch)
        return Page[EntryView].of_rows(found, paging, EntryView.of, _id)

    return api


def _id(entry: Entry) -> int:
    return entry.id
