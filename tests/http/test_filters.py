"""A filter that an address does not have is refused by every route: it would list what nobody asked for."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from shared.service.http.routes import query_names
from tests.http.services import SERVICES, service

ID = "019a0000-0000-7000-8000-000000000001"
SAID = {
    "es": "Aquí no existe el parámetro 'stat'",
    "en": "There is no parameter 'stat' here",
}


def _gets(name: str) -> Iterator[APIRoute]:
    for route in service(name).app.routes:
        if isinstance(route, APIRoute) and route.include_in_schema and "GET" in (route.methods or ()):
            yield route


@pytest.mark.parametrize("name", SERVICES)
async def test_no_route_looks_away_from_a_filter_that_it_does_not_have(name: str) -> None:
    """And says which it has, in the caller's language. Nobody has to be signed in to be told."""
    app, walked = service(name).app, 0
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://stage.test") as client:
        for route in _gets(name):
            address = "/".join(ID if "{" in part else part for part in route.path.split("/"))
            known = query_names(route.dependant)
            for language, said in SAID.items():
                answer = await client.get(address, params={"stat": "19"}, headers={"Accept-Language": language})
                problem: dict[str, Any] = answer.json()
                assert (answer.status_code, problem["title"]) == (422, "parameter_unknown"), route.path
                assert problem["detail"].startswith(said), route.path
                assert all(each in problem["detail"] for each in known), route.path
            walked += bool(known)
    assert walked
