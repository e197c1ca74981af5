"""Calls of the services' HTTP APIs as people make them: many at once, and again when a service went away meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import uuid4

import httpx

from deploy.cli.console import Refusal
from deploy.demo.texts import tell
from deploy.target.client import Client

IN_FLIGHT = 20
"""More would only queue in the services, which have ten store connections each."""

PATIENCE = 300.0
"""Seconds for one call with all its repeats: a platform whose processes are killed again and again still gets on."""

REQUEST_TIMEOUT = 30.0
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.5

LARGEST_PAGE = 200
ANY_VERSION = {"If-Match": "*"}
"""Nobody else works on what the demo changes. Whoever shares it sends the ETag that they saw."""

GONE = frozenset({502, 503, 504})
TRY_AGAIN = frozenset({"busy", "too_many_requests", "store_unavailable"})


def once() -> dict[str, str]:
    """The header under which a service does the same request once, however often it comes."""
    return {"Idempotency-Key": str(uuid4())}


class StoryError(Refusal):
    """The story cannot go on: a call was refused that should not be, or something never arrived."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered in the end. `code` is the problem's, empty when there is none."""

    status: int
    body: Any
    code: str = ""

    @property
    def ok(self) -> bool:
        return not self.code


class Api:
    """One pool of connections to all services. To be closed by ``async with``."""

    def __init__(self, client: Client) -> None:
        self._urls = {service: client.url(service) for service in client.services}
        limits = httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
        timeout = httpx.Timeout(REQUEST_TIMEOUT, pool=None)
        # Nothing here is TLS, and reading the system's certificates takes longer than many requests.
        self._http = httpx.AsyncClient(limits=limits, timeout=timeout, trust_env=False, verify=False)  # noqa: S501
        self._free = asyncio.Semaphore(IN_FLIGHT)
        self.repeated = 0
        """Calls sent again because their service was away."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def ask(
        self, token: str, service: str, method: str, path: str, *, awaits: Collection[str] = (), **options: object
    ) -> Reply:
        """Call until there is an answer. `awaits` are problem codes that pass by themselves: an event is on its way.

        Raises ``StoryError`` when there is none in time.
        """
        deadline, pause, last = time.monotonic() + PATIENCE, FIRST_PAUSE, ""
        while time.monotonic() < deadline:
            reply = await self._once(token, service, method, path, options)
            if reply is not None and reply.code not in TRY_AGAIN and reply.code not in awaits:
                return reply
            last = "" if reply is None else reply.code
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)
        raise StoryError(tell("error.no_answer", method=method, path=path, service=service, last=last or "–"))

    async def do(
        self,
        token: str,
        service: str,
        method: str,
        path: str,
        *,
        awaits: Collection[str] = (),
        done: Collection[str] = (),
        **options: object,
    ) -> Any:  # noqa: ANN401  (JSON)
        """The JSON of a call that must succeed. `done` are codes of a conflict with the same call, sent before: None.

        Every command here may be sent twice, because the answer to the first can get lost with its service.
        Raises ``StoryError`` with the service's sentence.
        """
        reply = await self.ask(token, service, method, path, awaits=awaits, **options)
        if reply.ok:
            return reply.body
        if reply.code in done:
            return None
        detail = reply.body.get("detail", "") if isinstance(reply.body, dict) else ""
        raise StoryError(
            tell("error.refused", method=method, path=path, service=service, code=reply.code, detail=detail)
        )

    async def items(self, token: str, service: str, path: str, **params: object) -> list[Any]:
        """All of a list, page by page."""
        found, after = list[Any](), dict[str, Any]()
        while True:
            asked = {"limit": LARGEST_PAGE, **params, **after}
            page = await self.do(token, service, "GET", path, params=asked)
            found += page["items"]
            if page["next"] is None:
                return found
            after = {"after": page["next"]}

    async def _once(self, token: str, service: str, method: str, path: str, options: Mapping[str, Any]) -> Reply | None:
        """One attempt; None when the service did not answer."""
        headers = {"Authorization": f"Bearer {token}", **options.get("headers", {})}
        try:
            async with self._free:
                answer = await self._http.request(method, self._urls[service] + path, **{**options, "headers": headers})
        except httpx.TransportError:
            self.repeated += 1
            return None
        if answer.status_code in GONE:
            self.repeated += 1
            return None
        return _reply(answer)


def _reply(answer: httpx.Response) -> Reply:
    body = answer.json() if answer.content else None
    if answer.is_success:
        return Reply(answer.status_code, body)
    code = body.get("title") if isinstance(body, dict) else None
    return Reply(answer.status_code, body, str(code or answer.status_code))
