"""The page that shows an API works without internet."""

import re

import httpx
import pytest

from tests.http.services import SERVICES, STAGES, service

LINK = re.compile(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)["']""")


@pytest.mark.parametrize("name", SERVICES)
async def test_the_page_and_all_that_it_names_come_from_here(name: str) -> None:
    transport = httpx.ASGITransport(service(name).app)
    async with httpx.AsyncClient(transport=transport, base_url="http://stage.test") as client:
        # The portal's own start is for people.
        root = await client.get("/" if name in STAGES else "/docs", follow_redirects=True)
        assert (root.status_code, root.url.path) == (200, "/docs")
        assert "://" not in root.text
        named = LINK.findall(root.text)
        assert {"/openapi.json", "/docs/assets/swagger-ui-bundle.js", "/docs/assets/swagger-ui.css"} <= set(named)
        for path in named:
            answer = await client.get(path)
            assert (answer.status_code, bool(answer.content)) == (200, True), path
        assert (await client.get("/docs/assets/..%2f..%2fcore.py")).status_code == 404
        stored = {path: (await client.get(path)).headers["cache-control"] for path in ("/docs", "/openapi.json")}
        assert set(stored.values()) == {"no-store"}
