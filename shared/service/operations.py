"""The routes that operators and their tools find on every service."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.contracts.dead_letters import ServiceName
from shared.messaging import dead_letter_queries as queries
from shared.messaging import dlq_limit
from shared.messaging.dead_letter_queries import Content, DeadLetterView, Filter, Selection
from shared.messaging.replay import Replayer, Resolved
from shared.messaging.subscriber import BatchSubscriber
from shared.runtime.database import Database
from shared.service import asyncapi, events_page
from shared.service.callers import OPEN_TO_ALL, Caller, Role, allow
from shared.service.http import Problem

Operator = Annotated[Caller, allow(Role.OPERATOR)]

Check = Callable[[], str | None]
"""Says what is wrong, or None."""


@dataclass(slots=True)
class Health:
    """Readiness as the sum of its parts. It looks at progress; it never asks another system."""

    checks: dict[str, Check] = field(default_factory=dict)

    def troubles(self) -> dict[str, str]:
        """What keeps the process from getting on, by part."""
        return {name: trouble for name, check in self.checks.items() if (trouble := check()) is not None}


def router(
    service: ServiceName,
    database: Database,
    health: Health,
    replayer: Replayer,
    subscribers: Collection[BatchSubscriber],
) -> APIRouter:
    """Health, metrics, the API of events, and dead letters."""
    api = APIRouter(tags=["operations"])

    @api.get("/live", openapi_extra=OPEN_TO_ALL)
    async def live() -> dict[str, str]:
        return {"service": service}

    @api.get("/ready", openapi_extra=OPEN_TO_ALL)
    async def ready(response: Response) -> dict[str, str]:
        troubles = health.troubles()
        response.status_code = 503 if troubles else 200
        return troubles

    @api.get("/metrics", openapi_extra=OPEN_TO_ALL)
    async def measured() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @api.get("/asyncapi", openapi_extra=OPEN_TO_ALL)
    async def events_of_the_service() -> dict[str, Any]:
        return asyncapi.document(service)

    @api.get("/asyncapi/program", openapi_extra=OPEN_TO_ALL)
    async def events_of_the_program() -> dict[str, Any]:
        return asyncapi.program()

    @api.get("/events", openapi_extra=OPEN_TO_ALL, response_class=HTMLResponse)
    async def events() -> str:
        return events_page.page()

    @api.get("/dead-letters", dependencies=[allow(Role.OPERATOR)])
    async def list_(wanted: Annotated[Filter, Query()]) -> list[DeadLetterView]:
        async with database.connection() as connection:
            return await queries.page(connection, wanted)

    @api.get("/dead-letters/{letter_id}", dependencies=[allow(Role.OPERATOR)])
    async def show(letter_id: UUID) -> Content:
        async with database.connection() as connection:
            found = await queries.content(connection, letter_id)
        if found is None:
            raise Problem(404, "dead_letter_unknown", "There is no dead letter of that id; list them to see which are.")
        return found

    @api.post("/dead-letters/replay")
    async def replay(wanted: Selection, caller: Operator) -> Resolved:
        return await replayer.resolve_all(wanted, "replayed", caller.subject)

    @api.post("/dead-letters/discard")
    async def discard(wanted: Selection, caller: Operator) -> Resolved:
        return await replayer.resolve_all(wanted, "discarded", caller.subject)

    @api.post("/dead-letters/resume")
    async def resume(caller: Operator) -> list[str]:
        """Let consuming that stopped at the limit go on, in every process of this service; the groups that did here."""
        resumed = dlq_limit.resume(subscribers, caller.subject)
        await dlq_limit.tell_all(database, caller.subject)
        return resumed

    return api
