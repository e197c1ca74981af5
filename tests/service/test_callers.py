"""Every route of every service says who may call it."""

import importlib
import re
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx import ASGITransport, AsyncClient
from starlette.routing import Route

from shared.runtime.settings import KafkaSettings
from shared.service.callers import roles_of
from shared.service.service import Service

SERVICES = sorted(path.parent.name for path in (Path(__file__).parents[2] / "services").glob("*/app.py"))

OPEN = {
    ("GET", "/live"),
    ("GET", "/ready"),
    ("GET", "/metrics"),
    ("GET", "/asyncapi"),
    ("GET", "/asyncapi/program"),
    ("GET", "/events"),
    ("GET", "/"),
    ("GET", "/docs"),
    ("GET", "/docs/assets/{name}"),
    ("POST", "/suppliers"),
    ("GET", "/instrument"),
    ("GET", "/modules"),
}
"""What everybody may call; anything else that is open is a mistake."""


def app_of(name: str) -> FastAPI:
    stage, settings = importlib.import_module(f"services.{name}.app").build()
    return Service(stage, settings, KafkaSettings()).app


def _routes(name: str) -> list[APIRoute]:
    routes = app_of(name).routes
    assert all(isinstance(route, Route) for route in routes), "a router within the list would hide its routes"
    return [route for route in routes if isinstance(route, APIRoute)]


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_names_its_roles(name: str) -> None:
    silent = {route.path for route in _routes(name) if roles_of(route) is None}
    assert silent == set()


@pytest.mark.parametrize("name", SERVICES)
def test_only_the_known_routes_are_open(name: str) -> None:
    opened = {(method, route.path) for route in _routes(name) for method in route.methods or () if not roles_of(route)}
    assert opened <= OPEN


@pytest.mark.parametrize("name", SERVICES)
async def test_a_call_without_a_token_is_refused_on_every_other_route(name: str) -> None:
    routes = [route for route in _routes(name) if roles_of(route)]
    assert routes
    async with AsyncClient(transport=ASGITransport(app_of(name)), base_url="http://test") as client:
        for route in routes:
            for method in route.methods or ():
                answer = await client.request(method, re.sub(r"{\w*id}", str(uuid4()), route.path))
                assert (answer.status_code, answer.json()["title"]) == (401, "token_missing"), (method, route.path)
                assert answer.headers["content-type"] == "application/problem+json"


def test_a_route_that_says_nothing_is_seen() -> None:
    app = FastAPI()

    @app.get("/forgotten")
    async def forgotten() -> None: ...

    route = next(route for route in app.routes if isinstance(route, APIRoute))
    assert roles_of(route) is None
