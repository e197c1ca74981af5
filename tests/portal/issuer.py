"""The issuer of one machine over HTTP, what a test puts before it, and a browser that signs in there."""

import asyncio
import threading
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.engines.ports import LOOPBACK
from shared.testing.stage import StageUnderTest
from tests.security.providers import Local

URL = "http://portal.test"
DOCUMENT = "/.well-known/openid-configuration"
PAGE = "/operator?step=aligned"
Change = Callable[[dict[str, Any]], dict[str, Any]]


class Before:
    """What a test puts before the issuer: it sees what is asked, and may have something else answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.given: list[dict[str, Any]] = []
        """Tokens."""
        self.instead: Response | None = None
        self.changed: Change | None = None
        self.discovered: dict[str, str] = {}
        """What its document says besides."""
        self.open = threading.Event()
        """Cleared, nobody gets an answer."""
        self.open.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.asked.append((scope["path"], form))
        # What nobody waits for any more is of a test that is over.
        given = self.given
        await asyncio.to_thread(self.open.wait)
        if self.instead is not None:
            return await self.instead(scope, receive, send)
        answer = await self._answer(scope, body)
        if scope["path"] == "/token" and answer.is_success:
            told = answer.json()
            given.append(told)
            if self.changed is not None:
                answer = httpx.Response(200, json=self.changed(told))
        if scope["path"] == DOCUMENT and answer.is_success:
            answer = httpx.Response(200, json=answer.json() | self.discovered)
        return await Response(answer.content, answer.status_code, dict(answer.headers))(scope, receive, send)

    async def _answer(self, scope: Scope, body: bytes) -> httpx.Response:
        query = scope["query_string"].decode()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=URL) as client:
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            return await client.request(scope["method"], f"{scope['path']}?{query}", content=body, headers=headers)

    def times(self, path: str) -> int:
        return [asked for asked, _ in self.asked].count(path)


class Issuing:
    """The issuer of this machine, and what stands before it."""

    def __init__(self, local: Local, before: Before) -> None:
        self.local, self.before = local, before
        self.url = f"http://{LOOPBACK}:{local.port}"


class Tab:
    """A browser that keeps cookies, and goes where it is sent."""

    def __init__(self, running: StageUnderTest) -> None:
        self._client = running.client
        self.cookies: dict[str, str] = {}
        self.set: list[str] = []
        """Every `Set-Cookie`."""

    async def get(self, path: str) -> httpx.Response:
        return self._kept(await self._client.get(path, headers=self._headers()))

    async def post(self, path: str, token: str) -> httpx.Response:
        headers = self._headers() | {"Origin": URL}
        return self._kept(await self._client.post(path, data={"token": token}, headers=headers))

    async def fill(self, page: str, typed: dict[str, str], to: str | None = None) -> httpx.Response:
        """Open a page and send its form, with these fields; `to` where it is not sent to the page's own address."""
        opened = await self.get(page)
        assert opened.status_code == 200, opened.text
        token = opened.text.partition('name="token" value="')[2].partition('"')[0]
        headers = self._headers() | {"Origin": URL}
        return self._kept(await self._client.post(to or page, data={"token": token} | typed, headers=headers))

    async def to_issuer(self, ticket: str, back: str = PAGE) -> str:
        """Where the issuer sends it back to."""
        begun = await self.get(f"/sign-in?{httpx.QueryParams(back=back, ticket=ticket)}")
        assert begun.status_code == 303, begun.text
        async with httpx.AsyncClient() as client:
            answer = await client.get(begun.headers["location"])
        assert answer.status_code == 302, answer.text
        return answer.headers["location"].removeprefix(URL)

    async def sign_in(self, ticket: str, back: str = PAGE) -> httpx.Response:
        return await self.get(await self.to_issuer(ticket, back))

    def _headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Accept": "text/html", "Accept-Language": "en", "Cookie": cookies}

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        for line in answer.headers.get_list("set-cookie"):
            self.set.append(line)
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return answer


async def signed_in(issuing: Issuing, running: StageUnderTest) -> Tab:
    """Somebody of the program's."""
    tab = Tab(running)
    assert (await tab.sign_in(issuing.local.ticket("operator"))).status_code == 303
    return tab


async def is_in(tab: Tab) -> bool:
    answer = await tab.get("/operator")
    assert answer.status_code in (200, 303), answer.text
    return answer.status_code == 200
