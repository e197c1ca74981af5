"""Every route of every service says who may call it."""

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from httpx import ASGITransport, AsyncClient

from shared.runtime.service import Service
from shared.runtime.settings import KafkaSettings
from shared.security.callers import roles_of

SERVICES = sorted(path.parent.name for path in (Path(__file__).parents[2] / "services").glob("*/app.py"))

OPEN = {
    ("GET", "/live"),
    ("GET", "/ready"),
    ("GET", "/metrics"),
    ("GET", "/asyncapi"),
    ("POST", "/suppliers"),
    ("GET", "/instrument"),
    ("GET", "/modules"),
}
"""What everybody may call; anything else that is open is a mistake."""


def _app(name: str) -> FastAPI:
    stage, settings = importlib.import_module(f"services.{name}.app").build()
    return Service(stage, settings, KafkaSettings()).app


def _routes(name: str) -> Iterator[RouteContext]:
    for context in iter_route_contexts(_app(name).routes):
        if isinstance(context.original_route, APIRoute):
            yield context


def _calls(dependant: Dependant | None) -> list[Callable[..., Any] | None]:
    if dependant is None:
        return []
    return [call for part in dependant.dependencies for call in (part.call, *_calls(part))]


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_names_its_roles(name: str) -> None:
    silent = {route.path for route in _routes(name) if roles_of(_calls(route.dependant)) is None}
    assert silent == set()


@pytest.mark.parametrize("name", SERVICES)
def test_only_the_known_routes_are_open(name: str) -> None:
    opened = {
        (method, route.path)
        for route in _routes(name)
        for method in route.methods or ()
        if not roles_of(_calls(route.dependant))
    }
    assert opened <= OPEN


@pytest.mark.parametrize("name", SERVICES)
async def test_a_call_without_a_token_is_refused_on_every_other_route(name: str) -> None:
    routes = [route for route in _routes(name) if roles_of(_calls(route.dependant))]
    assert routes
    async with AsyncClient(transport=ASGITransport(_app(name)), base_url="http://test") as client:
        for route in routes:
            for method in route.methods or ():
                answer = await client.request(method, str(route.path))
                assert (answer.status_code, answer.json()["title"]) == (401, "token_missing"), (method, route.path)
                assert answer.headers["content-type"] == "application/problem+json"


def test_a_route_that_says_nothing_is_seen() -> None:
    app = FastAPI()

    @app.get("/forgotten")
    async def forgotten() -> None: ...

    route = next(route for route in app.routes if isinstance(route, APIRoute))
    assert roles_of(_calls(route.dependant)) is None
