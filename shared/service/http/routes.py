"""Routes that refuse what they do not know, and routers of them."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Coroutine, Iterator
from contextlib import nullcontext
from functools import cached_property
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter
from starlette.datastructures import Headers, QueryParams
from starlette.routing import compile_path
from starlette.types import Receive, Scope, Send

from shared.runtime import numbers
from shared.service.http import values
from shared.service.http.in_flight import InFlight
from shared.service.http.problem import QUERY, FieldFault, Problem

T = TypeVar("T")

Handle = Callable[[Request], Coroutine[Any, Any, Response]]

MAX_BODY_BYTES = 262_144
"""The largest that people send are 300 answers with a sentence of evidence each: 160 kB."""
MAX_FILE_BYTES = 64 * 1_048_576
"""100,000 firms with all of their columns are 34 MB as text; a route may allow less."""

JSON = "application/json"
FORM = "multipart/form-data"

HELD = {
    JSON: InFlight(most=64 * MAX_BODY_BYTES, share=16 * MAX_BODY_BYTES),
    FORM: InFlight(most=2 * MAX_FILE_BYTES, share=MAX_FILE_BYTES),
}
"""Of a process of some 200 MB with a limit of 512; files leave bodies their room."""


class BeforeBody(ABC, Generic[T]):
    """A dependency that may refuse, and is asked before the body is read: FastAPI reads it first, from anybody."""

    @abstractmethod
    async def decide(self, request: Request) -> T:
        """Raises Problem."""

    async def __call__(self, request: Request) -> T:
        """Decides once for a request."""
        decided: dict[BeforeBody[T], T] = request.scope.setdefault("state", {}).setdefault("before_body", {})
        if self not in decided:
            decided[self] = await self.decide(request)
        return decided[self]


class _JsonRequest(Request):
    """Its body has no number that is another one than was written."""

    async def json(self) -> Any:  # noqa: ANN401 - JSON
        if not hasattr(self, "_json"):
            self._json = numbers.loads(await self.body())
        return self._json


class ConventionalRoute(APIRoute):
    """Refuses unknown parameters of the query and other kinds of body, which FastAPI would not look at, and a body that
    is too large, has more values than its form, or is of a caller who may not send it.
    """

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 - FastAPI's own
        super().__init__(*args, **more)
        # An id that is no UUID is no path of this route: `/suppliers/imports` belongs to another one.
        ids = {field.name for field in self.dependant.path_params if field.field_info.annotation is UUID}
        path = re.sub(r"{(\w+)}", lambda part: f"{{{part[1]}:uuid}}" if part[1] in ids else part[0], self.path)
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self._known = query_names(self.dependant)
        self._takes = content_type_of(self)
        self._first = [each.call for each in dependants(self.dependant) if isinstance(each.call, BeforeBody)]

    def get_route_handler(self) -> Handle:
        """As FastAPI's own; where the application has a trail, what the route shows of others is on record first."""
        handle = super().get_route_handler()

        async def followed(received: Request) -> Response:
            request = _JsonRequest(received.scope, received.receive)
            if self._takes == JSON and values.are_more_than(self._most_values, await request.body()):
                raise Problem(413, "too_many_values", most=self._most_values)
            trail = getattr(request.app.state, "trail", None)
            answer: Response = await (handle(request) if trail is None else trail.followed(self.name, request, handle))
            return answer

        return followed

    @cached_property
    def _most_values(self) -> int:
        if self.body_field is None:
            return 0
        info = self.body_field.field_info
        given: Any = Annotated[info.annotation, info]
        return values.allowed(TypeAdapter(given).json_schema())

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = await self._problem(scope) if scope["method"] in (self.methods or ()) else None
        try:
            if problem is not None:
                raise problem
            length = int(Headers(scope=scope).get("content-length", "0"))
            with HELD[self._takes].holding(scope, length) if self._takes else nullcontext():
                await super().handle(scope, receive, send)
        except Problem as refused:
            # The router names it for logs and metrics only where FastAPI's own handling begins.
            scope["route"] = self
            await refused.response()(scope, receive, send)

    async def _problem(self, scope: Scope) -> Problem | None:
        if self._takes is not None:
            try:
                for first in self._first:
                    await first(Request(scope))
            except Problem as problem:
                return problem
        return self._malformed(scope)

    def _malformed(self, scope: Scope) -> Problem | None:
        unknown = unknown_of(QueryParams(scope["query_string"]), self._known) if scope["query_string"] else None
        if unknown is not None:
            return unknown
        headers = Headers(scope=scope)
        if "transfer-encoding" in headers:
            return Problem(411, "length_required")
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            return Problem(411, "length_required")
        most = MAX_FILE_BYTES if self._takes == FORM else MAX_BODY_BYTES
        if int(length) > most:
            return Problem(413, "too_large", most=most)
        if self._takes and int(length):
            given = headers.get("content-type", "").partition(";")[0].strip().lower()
            if given != self._takes:
                return Problem(415, "content_type", takes=self._takes)
        return None


def routes(*tags: str, prefix: str = "") -> APIRouter:
    """A router for one part of an API, named by its tags."""
    return APIRouter(prefix=prefix, tags=list(tags), route_class=ConventionalRoute)


def together(*routers: APIRouter) -> APIRouter:
    """One router with the routes of these. FastAPI's `include_router` would walk through each of them, and through
    those within, at every request.
    """
    return APIRouter(routes=[route for router in routers for route in router.routes])


def content_type_of(route: APIRoute) -> str | None:
    """What kind of body a route takes, if any."""
    if route.body_field is not None:
        return JSON
    content = (route.openapi_extra or {}).get("requestBody", {}).get("content", {})
    return FORM if FORM in content else None


def dependants(dependant: Dependant) -> Iterator[Dependant]:
    """A route's dependencies, and theirs."""
    for inner in dependant.dependencies:
        yield inner
        yield from dependants(inner)


def query_names(dependant: Dependant) -> frozenset[str]:
    """What a route's query may have, and that of what it depends on."""
    return frozenset(_query_names(dependant))


def unknown_of(given: Collection[str], known: Collection[str], part: str = QUERY) -> Problem | None:
    """What is said of a name that this part of a request does not have: a filter that is not looked at would show what
    nobody asked for.
    """
    unknown = sorted({*given} - {*known})
    if not unknown:
        return None
    message = "parameter_unknown" if known else "parameter_unknown.none"
    shown, there_are = [name[:100] for name in unknown], ", ".join(sorted(known))
    others = [
        FieldFault(f"{part}.{name}", "parameter_unknown", message, {"name": repr(name), "known": there_are})
        for name in shown
    ]
    first = repr(shown[0])
    return Problem(422, "parameter_unknown", message=message, others=others, name=first, known=there_are)


def _query_names(dependant: Dependant) -> Iterator[str]:
    for each in (dependant, *dependants(dependant)):
        for field in each.query_params:
            model = field.field_info.annotation
            if isinstance(model, type) and issubclass(model, BaseModel):
                yield from (info.alias or name for name, info in model.model_fields.items())
            else:
                yield field.alias
