"""The routes that operators and their tools find on every service."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.contracts.dead_letters import ServiceName
from shared.i18n import worded
from shared.messaging import dead_letter_queries as queries
from shared.messaging import dlq_limit, skips
from shared.messaging.dead_letter_queries import Content, DeadLetterView, Filter, Selection
from shared.messaging.replay import Replayer
from shared.messaging.resolved import Resolved
from shared.messaging.skips import Position, Skip
from shared.messaging.subscriber import BatchSubscriber
from shared.runtime import logging
from shared.runtime.database import Database
from shared.service import asyncapi, events_page
from shared.service.callers import OPEN_TO_ALL, Caller, Role, allow
from shared.service.http import Acting, Page, Paging, Problem, Show, Strict, View, routes
from shared.service.http.showing import Document

Operator = Annotated[Caller, allow(Role.OPERATOR)]

NOT_READY: dict[int | str, dict[str, Any]] = {503: {"model": dict[str, str], "description": "What keeps it, by part"}}

log = logging.get(__name__)

Check = Callable[[], dict[str, Any] | None]
"""Says what is wrong, to be worded, or None."""


class Pausing(Protocol):
    @property
    def paused(self) -> Mapping[str, dict[str, Any]]:
        """Topics that wait, with why."""


@dataclass(slots=True)
class Health:
    """Readiness as the sum of its parts. It looks at progress; it never asks another system."""

    checks: dict[str, Check] = field(default_factory=dict)
    paused: list[Pausing] = field(default_factory=list)

    def troubles(self) -> dict[str, str]:
        """What keeps the process from getting on, by part, worded."""
        found = {name: check() for name, check in self.checks.items()}
        return {name: worded(why["code"], **why["params"]) for name, why in found.items() if why is not None}

    def waiting(self) -> dict[str, str]:
        """Partners' topics that wait at their cap, with why, worded. The process goes on with the rest."""
        waiting = [(topic, why) for each in self.paused for topic, why in each.paused.items()]
        return {topic: worded(why["code"], **why["params"]) for topic, why in waiting}


class Skipping(View):
    by: str
    """On whose wish."""


class WishView(View):
    """A position that is to be passed by, and was not yet."""

    topic: str
    partition: int
    offset: int
    reason: str
    by: str
    at: datetime


class Resumed(View):
    groups: list[str]
    """Those of this process that had stopped."""


def router(
    service: ServiceName,
    database: Database,
    health: Health,
    replayer: Replayer,
    subscribers: Collection[BatchSubscriber],
) -> APIRouter:
    """Health, metrics, the API of events, and dead letters."""
    api = routes("operations")
    _add_health(api, service, health)
    _add_skipping(api, database, subscribers)
    _add_reading(api, database)
    _add_resolving(api, database, replayer, subscribers)
    return api


def _add_health(api: APIRouter, service: ServiceName, health: Health) -> None:
    @api.get("/live", openapi_extra=OPEN_TO_ALL)
    async def check_live() -> dict[str, str]:
        """Say that the process lives."""
        return {"service": service}

    @api.get("/ready", openapi_extra=OPEN_TO_ALL, responses=NOT_READY)
    async def check_ready(response: Response) -> dict[str, str]:
        """Say whether the process gets on with its work.

        By part, what keeps it from that; by topic, which partners' wait at their cap, which does not. Empty when all
        is well.
        """
        troubles = health.troubles()
        response.status_code = 503 if troubles else 200
        return troubles | health.waiting()

    @api.get("/metrics", openapi_extra=OPEN_TO_ALL, response_class=PlainTextResponse)
    async def show_metrics() -> Response:
        """Show the process's metrics, for Prometheus."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @api.get("/asyncapi", openapi_extra=OPEN_TO_ALL, response_model=dict[str, Any])
    async def show_asyncapi(show: Show) -> Response:
        """Show the specification of the service's events, in AsyncAPI."""
        return show.shown_whole(_events_of(service))

    @api.get("/asyncapi/program", openapi_extra=OPEN_TO_ALL, response_model=dict[str, Any])
    async def show_asyncapi_of_the_program(show: Show) -> Response:
        """Show the specification of all services' events, in AsyncAPI."""
        return show.shown_whole(_events_of(None))

    @api.get("/events", openapi_extra=OPEN_TO_ALL, response_class=HTMLResponse)
    async def show_events_page() -> str:
        """Show all events of the program as a page to read."""
        return events_page.page()


@cache
def _events_of(service: ServiceName | None) -> Document:
    return Document.of(asyncapi.program() if service is None else asyncapi.document(service))


def _add_reading(api: APIRouter, database: Database) -> None:
    @api.get("/dead-letters", dependencies=[allow(Role.OPERATOR)])
    async def list_dead_letters(wanted: Annotated[Filter, Query()], paging: Paging) -> Page[DeadLetterView]:
        """List the records that could not take effect, the oldest first."""
        async with database.connection() as connection:
            found = await queries.page(connection, wanted, paging.position(UUID), paging.fetch)
        return Page[DeadLetterView].of_rows(found, paging, lambda letter: letter, lambda letter: letter.id)

    @api.get("/dead-letters/{letter_id}", dependencies=[allow(Role.OPERATOR)])
    async def show_dead_letter(letter_id: UUID, show: Show) -> Content:
        """Show a dead letter: its record, what was tried, and what waits behind it."""
        async with database.connection() as connection:
            found = await queries.content(connection, letter_id)
        if found is None:
            raise Problem(404, "dead_letter_unknown")
        return show.shown(found)


def _add_resolving(
    api: APIRouter, database: Database, replayer: Replayer, subscribers: Collection[BatchSubscriber]
) -> None:
    @api.post("/dead-letters/replay")
    async def replay_dead_letters(wanted: Strict[Selection], _: Operator, by: Acting) -> Resolved:
        """Process dead letters again, and what waits behind them, in order."""
        return await replayer.resolve_all(wanted, "replayed", by)

    @api.post("/dead-letters/discard")
    async def discard_dead_letters(wanted: Strict[Selection], _: Operator, by: Acting) -> Resolved:
        """Give dead letters up, and process what waits behind them, in order."""
        return await replayer.resolve_all(wanted, "discarded", by)

    @api.post("/dead-letters/resume")
    async def resume_consuming(caller: Operator, by: Acting) -> Resumed:
        """Let consuming that stopped at the limit of dead letters go on, in every process of the service."""
        groups = [subscriber.group for subscriber in subscribers if subscriber.stopped]
        await dlq_limit.tell_all(database, by)
        dlq_limit.resume(subscribers, caller.subject)
        return Resumed(groups=groups)


def _add_skipping(api: APIRouter, database: Database, subscribers: Collection[BatchSubscriber]) -> None:
    @api.post("/dead-letters/skip", responses={404: {}})
    async def skip_record(wanted: Strict[Skip], caller: Operator, by: Acting) -> Skipping:
        """Have the record at a position passed by: when the service comes to it, it becomes a dead letter.

        For a record that the service cannot get past. Every process knows of it within seconds, and at each start.
        """
        reading = next((subscriber for subscriber in subscribers if subscriber.reads(wanted.topic)), None)
        if reading is None:
            raise Problem(404, "topic_not_read", topic=wanted.topic)
        found = await reading.standing(wanted.topic, wanted.partition)
        if found is None:
            raise Problem(503, "position_unknown")
        if fault := skips.fault(wanted, found):
            raise Problem(404 if fault["code"] in skips.MISSING else 409, fault["code"], **fault["params"])
        async with database.connection() as connection:
            await skips.ask(connection, wanted, by)
        return Skipping(by=caller.subject)

    @api.get("/dead-letters/skips", dependencies=[allow(Role.OPERATOR)])
    async def list_skips(paging: Paging) -> Page[WishView]:
        """List the positions that are to be passed by and were not yet, the oldest wish first."""
        async with database.connection() as connection:
            found = await skips.wishes(connection)
        return Page[WishView].of_all(found, paging, WishView.of)

    @api.post("/dead-letters/skip/withdraw", responses={404: {}})
    async def withdraw_skip(wanted: Strict[Position], caller: Operator, by: Acting) -> WishView:
        """Take back that a position is passed by, while the service has not come to it."""
        async with database.connection() as connection:
            wish = await skips.withdraw(connection, wanted, by)
        if wish is None:
            raise Problem(404, "skip_not_open")
        log.info("skip_withdrawn", by=caller.subject, **wanted.model_dump())
        return WishView.of(wish)
