"""Puts on record who saw whose data, before they see it."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from shared.contracts import audit as catalogue
from shared.contracts.acts import Read
from shared.contracts.event import Cause
from shared.messaging import audit
from shared.messaging.audit import Act
from shared.runtime.database import Database
from shared.service.http.routes import Handle
from shared.service.http.showing import NotModified


class Trail:
    """Of one service."""

    def __init__(self, service: str, database: Database) -> None:
        self._service = service
        self._database = database

    def change(self, route: str) -> str | None:
        """What a caller does by this route."""
        return catalogue.change(self._service, route)

    async def followed(self, route: str, request: Request, handle: Handle) -> Response:
        """The answer of a route. What it shows of others is on record then, or nothing is shown."""
        read = catalogue.read(self._service, route)
        if read is None:
            return await handle(request)
        try:
            answer = await handle(request)
        except NotModified:
            # Whoever has it already sees it again.
            await self._record(read, request, None)
            raise
        # A file that is sent in parts is about what its path names.
        body = None if isinstance(answer, StreamingResponse) else bytes(answer.body)
        await self._record(read, request, json.loads(body) if body else None)
        return answer

    async def _record(self, read: Read, request: Request, shown: Any) -> None:  # noqa: ANN401 - JSON
        cause: Cause = request.state.cause
        if cause.actor is None:
            return
        seen: list[UUID | None] = [*dict.fromkeys(_whose(read, request, shown))]
        # Whoever reads a list page by page for one purpose looks once.
        record = audit.record_going_on if "after" in request.query_params else audit.record
        async with self._database.connection() as connection:
            await record(connection, [Act(read.act, cause.actor, id_, cause.correlation_id) for id_ in seen or [None]])


def _whose(read: Read, request: Request, shown: Any) -> Iterator[UUID]:  # noqa: ANN401 - JSON
    """The ids that the answer has, else those of the path and the query."""
    items = shown.get("items", [shown]) if isinstance(shown, dict) else []
    told = [item[read.whose] for item in items if item.get(read.whose) is not None]
    named = [id_ for each in told for id_ in (each if isinstance(each, list) else [each])]
    for found in named or [*request.path_params.values(), request.query_params.get(read.whose)]:
        try:
            yield UUID(str(found))
        except ValueError:
            continue
