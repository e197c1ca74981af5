"""The routes by which people see what was decided and done, and who did it: the journal and the audit log."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from shared.contracts.event import Actor
from shared.messaging import audit, journal
from shared.messaging.audit import Entry
from shared.runtime.database import Database
from shared.service.callers import Caller, Role, allow
from shared.service.http import Page, Paging, View, routes
from shared.service.http.pages import LARGEST

Position = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A place in the journal or the log: more entries than a list has rows."""

Concerned = Annotated[Caller, allow(Role.SUPPLIER, Role.OPERATOR)]
Subject = Annotated[str, Field(max_length=255)]


class ActorView(View):
    """Who acted: a person by pseudonym and role, or a machine."""

    subject: Subject | None
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


class ActView(View):
    """What somebody did."""

    id: int
    at: datetime
    action: str
    """`source:subject:action`."""
    actor: ActorView
    about: UUID | None
    """Whose data: a firm's, or another aggregate's."""

    @classmethod
    def seen_by(cls, entry: Entry, caller: Caller) -> Self:
        """Firms see the people of others by their role alone."""
        seen = cls.of(entry)
        own = entry.actor.role is None or entry.actor.on_behalf_of == entry.about
        if Role.OPERATOR in caller.roles or own:
            return seen
        hidden = {"subject": None, "on_behalf_of": None}
        return seen.model_copy(update={"actor": seen.actor.model_copy(update=hidden)})


class LogView(ActView):
    """A row of the log, with its place in the tree: all that its leaf is made of."""

    correlation_id: str
    position: int | None
    """Null until it is sealed."""
    hash: str | None
    """In hexadecimal digits: of the leaf, as it was sealed."""

    @classmethod
    def of_entry(cls, entry: Entry) -> Self:
        return cls.of(entry._replace(hash=None)).model_copy(
            update={"hash": None if entry.hash is None else entry.hash.hex()}
        )

    @property
    def sealed(self) -> Entry:
        """The entry that it is the view of."""
        hash_ = None if self.hash is None else bytes.fromhex(self.hash)
        actor = Actor(**dict(self.actor))
        return Entry(self.id, self.at, self.action, actor, self.about, self.correlation_id, self.position, hash_)


class CheckpointView(View):
    """A signed checkpoint of the log."""

    size: int
    at: datetime
    note: str


def router(database: Database) -> APIRouter:
    """The journal of one aggregate, what was done with a firm's data, and the whole log."""
    api = routes("records")
    _add_log(api, database)

    @api.get("/journal", dependencies=[allow(Role.OPERATOR)])
    async def list_decided(
        paging: Paging,
        key: Annotated[UUID, Query(description="The aggregate: the key of its events.")],
        event: Annotated[list[UUID] | None, Query(max_length=LARGEST, description="Only these of them.")] = None,
    ) -> Page[EntryView]:
        """List what was decided on an aggregate and who caused it, the oldest first."""
        async with database.connection() as connection:
            found = await journal.decided(connection, key, paging.position(Position) or 0, paging.fetch, event)
        return Page[EntryView].of_rows(found, paging, EntryView.of, lambda entry: entry.id)

    @api.get("/suppliers/{supplier_id}/audit")
    async def list_acts_on(supplier_id: UUID, caller: Concerned, paging: Paging) -> Page[ActView]:
        """List what was done with a firm's data here, the oldest first.

        Who changed them and who looked at them. A firm sees people of others by their role.
        """
        caller.require_supplier(supplier_id)
        async with database.connection() as connection:
            found = await audit.page_about(connection, supplier_id, paging.position(Position) or 0, paging.fetch)
        return Page[ActView].of_rows(
            found, paging, lambda entry: ActView.seen_by(entry, caller), lambda entry: entry.id
        )

    return api


def _add_log(api: APIRouter, database: Database) -> None:
    @api.get("/audit", dependencies=[allow(Role.OPERATOR)])
    async def list_acts(paging: Paging) -> Page[LogView]:
        """List all that was done, the oldest first, with each row's place in the tree."""
        async with database.connection() as connection:
            found = await audit.page(connection, paging.position(Position) or 0, paging.fetch)
        return Page[LogView].of_rows(found, paging, LogView.of_entry, lambda entry: entry.id)

    @api.get("/audit/checkpoints", dependencies=[allow(Role.OPERATOR)])
    async def list_checkpoints(paging: Paging) -> Page[CheckpointView]:
        """List the signed checkpoints of the log, the shortest first."""
        async with database.connection() as connection:
            found = await audit.checkpoints(connection, paging.position(Position) or 0, paging.fetch)
        return Page[CheckpointView].of_rows(found, paging, CheckpointView.of, lambda sealed: sealed.size)
