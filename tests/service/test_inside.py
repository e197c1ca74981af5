"""What is not shown beyond a proxy."""

import pytest
from fastapi.routing import APIRoute
from httpx import ASGITransport, AsyncClient
from starlette.routing import Route

from shared.service.callers import roles_of
from tests.service.test_callers import SERVICES, app_of

FOR_PEOPLE = {
    "/suppliers",
    "/instrument",
    "/instruments",
    "/modules",
    "/calls",
    "/call",
    "/partner-contract",
    "/partner-contract/{event_type}",
}
"""Open routes that are a stage's own."""


def open_paths(name: str) -> set[str]:
    """What anybody may get, documents of the framework's own too."""
    routes = [route for route in app_of(name).routes if isinstance(route, Route)]
    guarded = {route.path for route in routes if isinstance(route, APIRoute) and roles_of(route)}
    found = {route.path for route in routes if "GET" in (route.methods or ())} - guarded
    return {path.replace("{name}", "swagger-ui.css") for path in found}


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
async def test_nobody_beyond_a_proxy_sees_what_is_for_who_runs_it(name: str, header: str) -> None:
    paths = open_paths(name) - FOR_PEOPLE
    assert {"/metrics", "/docs", "/openapi.json"} < paths
    assert ("/" in paths) == (name != "portal"), "the portal's start is for people"
    async with AsyncClient(transport=ASGITransport(app_of(name)), base_url="http://test") as client:
        for path in sorted(paths):
            for asked in (path, f"{path}/"):
                answer = await client.get(asked, headers={header: "192.0.2.1"})
                assert (answer.status_code, answer.json()["title"]) == (404, "route_unknown"), asked


async def test_who_runs_it_asks_directly() -> None:
    async with AsyncClient(transport=ASGITransport(app_of(SERVICES[0])), base_url="http://test") as client:
        for path in ("/metrics", "/docs", "/openapi.json", "/live"):
            assert (await client.get(path)).status_code == 200


async def test_a_stages_own_routes_are_passed_on() -> None:
    async with AsyncClient(transport=ASGITransport(app_of("diagnosis")), base_url="http://test") as client:
        answer = await client.get("/instrument", headers={"X-Forwarded-For": "192.0.2.1"})
        assert answer.status_code == 200
