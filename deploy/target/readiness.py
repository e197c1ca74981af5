"""Whether the services are ready, as they say themselves."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from typing import NamedTuple, Self

import httpx

ANSWER_TIMEOUT = 2.0
"""A service that takes longer to say how it is, is not well."""

SILENT = "silent"
"""The trouble of a service that does not answer."""

Troubles = Mapping[str, str]
"""What keeps a service from being ready, by part; empty when it is."""


class State(NamedTuple):
    """How a service is, as it says itself."""

    ready: bool
    told: Troubles
    """Where it is ready, what it tells all the same: which partners' topics wait."""


class Readiness:
    """Asks services whether they are ready. To be closed by ``async with``."""

    def __init__(
        self,
        trust: ssl.SSLContext | bool = False,  # noqa: FBT001, FBT002  (as httpx has it)
        language: str = "en",
    ) -> None:
        """`trust`: how certificates are checked, where there are any (``Client.trust``). `language`: the answers'."""
        headers = {"Accept-Language": language}
        self._client = httpx.AsyncClient(timeout=ANSWER_TIMEOUT, trust_env=False, verify=trust, headers=headers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def troubles(self, urls: Mapping[str, str]) -> dict[str, Troubles]:
        """What keeps each of the services from being ready, by service; all are asked at once."""
        return {name: {} if state.ready else state.told for name, state in (await self.states(urls)).items()}

    async def states(self, urls: Mapping[str, str]) -> dict[str, State]:
        """How each of the services is; all are asked at once."""
        found = await asyncio.gather(*(self._ask(url) for url in urls.values()))
        return dict(zip(urls, found, strict=True))

    async def _ask(self, url: str) -> State:
        try:
            answer = await self._client.get(f"{url}/ready")
            told = answer.json()
        except (httpx.HTTPError, ValueError):
            return State(ready=False, told={"http": SILENT})
        ready = answer.status_code == httpx.codes.OK
        return State(ready, told if isinstance(told, dict) else {} if ready else {"http": SILENT})
