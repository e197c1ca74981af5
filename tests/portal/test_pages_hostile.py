"""What no browser sends of itself, to every page and every form: a page says so, and nothing breaks."""

from urllib.parse import urlencode

import httpx
import pytest
from fastapi.routing import APIRoute

from shared.service.callers import Role
from tests.portal import walks
from tests.portal.conftest import Browser, Visitors
from tests.portal.walks import walk, walked

__all__ = ["walk", "walked"]


VALUES = (
    "\x00",
    "a\x00b",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-14:00",
    "2026-01-01T00:00:00",
    "-1",
    "1e400",
    "99999999999999999999",
    "%_\\",
    "x" * 5_000,
    "🙂",
    "ñ",
    "'; DROP TABLE firm",
    "00000000-0000-0000-0000-000000000000",
    "[]",
    "\r\nX-Evil: yes",
    "<script>alert(1)</script>",
)
ID = "00000000-0000-0000-0000-000000000001"
MOMENT = "2026-01-01T00:00:00Z"
FIELDS = ("version", "key", "back", "reason", "answer", "no_such_field")
"""What forms send, and what none does."""

GETS = [route for route in walks._routes() if "GET" in (route.methods or ()) and route.path not in walks.LIVE]
POSTS = [route for route in walks._routes() if "POST" in (route.methods or ())]


def _is_sound(answer: httpx.Response) -> None:
    # No issuer and no stage is here: whoever would be sent there is told so.
    assert answer.status_code in (*range(500), 503)
    assert "<script>alert" not in answer.text
    assert "x-evil" not in answer.headers
    assert answer.headers.get("location", "/").startswith(("/", "http://portal.test/"))
    assert not answer.headers.get("location", "/").startswith("//")


async def _who(walked: Visitors, route: APIRoute) -> Browser:
    roles = walks._roles(route)
    return await walks._with(walked, min(roles) if roles else Role.OPERATOR)


@pytest.mark.parametrize("route", GETS, ids=lambda route: route.path)
async def test_a_page_asked_for_what_is_not_there(walked: Visitors, route: APIRoute) -> None:
    browser = await _who(walked, route)
    names = [parameter.alias for parameter in route.dependant.query_params] or ["no_such_name"]
    for value in VALUES:
        for name in names:
            others = {each: given for each, given in (("before", MOMENT), ("event", ID)) if each in names}
            _is_sound(await browser.get(f"{walks._of(route.path)}?{urlencode(others | {name: value})}"))


@pytest.mark.parametrize("route", POSTS, ids=lambda route: route.path)
async def test_a_form_with_what_no_page_has(walked: Visitors, route: APIRoute) -> None:
    browser = await _who(walked, route)
    for stage, path in (("matching", "/requirements"), ("development", "/cohorts")):
        walked.others.answer(stage, path, {"id": ID})
    for value in VALUES:
        _is_sound(await browser.post(walks._of(route.path), dict.fromkeys(FIELDS, value)))
        if route.path == "/sign-out":
            browser = await _who(walked, route)
