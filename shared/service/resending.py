"""The routes by which operators see what is not published yet, and bring back what Kafka removed unread."""

from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, ValidationInfo, field_validator

from shared.contracts.dead_letters import ServiceName
from shared.i18n.fields import wrong
from shared.messaging import backlog, gaps
from shared.messaging.gaps import Gap
from shared.messaging.resend import RefusedError, Resender, Resent, Wanted
from shared.runtime.database import Database
from shared.service.callers import Role, allow
from shared.service.http import Acting, Body, Number, Page, Paging, Problem, Strict, View, routes
from shared.service.operations import Operator

MISSING = {"resend_topic_unknown", "partition_unknown"}


class GapView(View):
    """Records of a partition that Kafka removed before this stage consumed them."""

    id: int
    consumer_group: str
    topic: str
    partition: int
    first: int
    """Offset."""
    last: int
    records: int
    seen_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    reason: str | None
    """Why it was closed."""
    command: str | None
    """What brings the events back; null where no stage has them."""


class WaitingView(View):
    """Events of one topic that are not published yet."""

    topic: str
    events: int
    """How many; of a topic with very many only the first ones are counted."""
    is_more: bool
    """Whether there are more than are counted."""
    oldest_seconds: float
    """Since the oldest was decided, or sent again."""
    backs_off: bool
    """Whether the process that answers waits before it tries the topic again: of several only one publishes."""


class Closing(Body):
    """Which gaps are done with, and why."""

    ids: Annotated[list[Annotated[int, Field(ge=0, le=2**53 - 1)]], Field(max_length=1000)] | None = None
    all: bool = Field(default=False, validate_default=True)
    """Said aloud by whoever means every one."""
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    """For the record: no personal data."""

    @field_validator("all")
    @classmethod
    def _names_something(cls, all_: bool, others: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic calls it
        if not (all_ or others.data.get("ids", True)):
            raise wrong("fields.some_of", names="ids, all")
        return all_


class Closed(View):
    ids: list[int]
    """Those that were open."""


def router(service: ServiceName, database: Database, backing_off: Callable[[], Collection[str]]) -> APIRouter:
    """What waits to be published, gaps, and the journal's events once more. `backing_off`: topics that the relay of
    this process leaves alone for a while.
    """
    api = routes("operations")
    resender = Resender(database, service)

    @api.get("/outbox", dependencies=[allow(Role.OPERATOR)])
    async def list_outbox(paging: Paging) -> Page[WaitingView]:
        """List the topics of which events wait to be published."""
        async with database.connection() as connection:
            found = await backlog.waiting(connection)
        troubled = backing_off()
        return Page[WaitingView].of_all(
            found, paging, lambda each: WaitingView(**asdict(each), backs_off=each.topic in troubled)
        )

    @api.get("/record-gaps", dependencies=[allow(Role.OPERATOR)])
    async def list_record_gaps(
        paging: Paging, *, closed: Annotated[bool, Query(description="Those too that are done with.")] = False
    ) -> Page[GapView]:
        """List what Kafka removed before it was consumed, the oldest first."""
        async with database.connection() as connection:
            found = await gaps.page(connection, paging.position(Number) or 0, paging.fetch, closed=closed)
        return Page[GapView].of_rows(found, paging, GapView.of, _id)

    @api.post("/record-gaps/close")
    async def close_record_gaps(wanted: Strict[Closing], _: Operator, by: Acting) -> Closed:
        """Close gaps: what was missed is back, or is not needed. The alarm ends when none is open."""
        async with database.connection() as connection:
            ids = None if wanted.all else wanted.ids
            return Closed(ids=await gaps.close(connection, ids, by, wanted.reason))

    @api.post("/journal/resend", responses={404: {}})
    async def resend_events(wanted: Strict[Wanted], _: Operator, by: Acting) -> Resent:
        """Publish events of the journal again; readers that consumed them drop them."""
        try:
            return await resender.resend(wanted, by)
        except RefusedError as refused:
            status = 404 if refused.code in MISSING else 422
            raise Problem(status, refused.code, more=refused.params, **refused.params) from None

    return api


def _id(gap: Gap) -> int:
    return gap.id
