"""Every address that answers GET answers HEAD, with the same head and no body."""

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from shared.service.http.head import Head
from tests.http.services import SERVICES, service
from tests.service.given import serving

ID = "019a0000-0000-7000-8000-000000000001"
NAMES = {"{name}": "swagger-ui.css", "{event_type}": "partner.referral"}
"""What stands in a path, where it is no id."""
OF_THE_MOMENT = {"x-correlation-id"}


@pytest.mark.parametrize("name", SERVICES)
async def test_every_get_route_answers_head(name: str) -> None:
    app = service(name).app
    paths = [route.path_format for route in app.routes if isinstance(route, Route) and "GET" in (route.methods or ())]
    assert {"/docs", "/live", "/openapi.json", "/dead-letters"} <= {*paths}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://stage.test") as client:
        for path in paths:
            address = "/".join(NAMES.get(part, ID) if "{" in part else part for part in path.split("/"))
            get, head = await client.get(address), await client.head(address)
            assert (head.status_code, head.content) == (get.status_code, b""), path
            assert head.status_code not in {404, 405}, path
            assert _lasting(head) == _lasting(get) or path == "/metrics", path


async def test_what_answers_no_get_answers_no_head() -> None:
    app = service("registration").app
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://stage.test") as client:
        posted, docs = await client.head("/suppliers/search"), await client.post("/docs")
    assert (posted.status_code, posted.headers["Allow"]) == (405, "POST")
    assert (docs.status_code, docs.headers["Allow"]) == (405, "GET, HEAD")


async def test_the_connection_goes_on_after_it() -> None:
    """The length of what is left out is in the head: a server that waited for it would close."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("a body")(scope, receive, send)

    asked = b"".join(f"{method} / HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode() for method, more in REQUESTS)
    async with serving(Head(application)) as server:
        reader, _ = await server.connect(asked)
        said = await reader.read()
    assert said.count(b"content-length: 6") == 2
    assert (said.count(b"a body"), said.endswith(b"a body")) == (1, True)


REQUESTS = (("HEAD", ""), ("GET", "Connection: close\r\n"))


def _lasting(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in OF_THE_MOMENT}
