"""The stages' APIs, asked with a person's own token: what somebody may see and do, a stage decides."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, BinaryIO

import httpx

from services.portal.identity.people import Person
from services.portal.settings import Settings
from shared.i18n import Language
from shared.runtime.ids import new_id, text_of
from shared.security.trust import trust

STAGES = ("registration", "matching", "diagnosis", "development", "financing")
SERVICES = (*STAGES, "portal")
"""All that an operator watches."""

TIMEOUT_S = 10.0
"""Of one answer: a page that waits longer tells so instead."""
BESIDE_S = 2.0
"""Of what a page shows beside what the portal knows itself: nobody waits longer for the rest of a page."""
SILENT_S = 10.0
"""A stage that kept a page waiting in vain is asked nothing of that kind for so long: a page has several questions."""
OWN_HOST = "127.0.0.1"
"""Where the portal itself serves what operators find on every service."""
MOST_CONNECTIONS = 50
"""To one stage: another one's pages do not wait for them while it hangs."""
AWAY = "stage_away"
CORRELATION = "X-Correlation-Id"
WATCHED = ("/ready", "/metrics")
PASSED_ON = ("Content-Type", "Content-Disposition", "Cache-Control")
"""Of a file that a stage gives."""
KEPT_S = 600.0
"""A catalogue changes with a release."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a stage answered."""

    body: Any
    """JSON; None where there is none."""
    etag: str | None
    correlation_id: str
    """Of what was asked: its events have it."""
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """How the process of a service that answered says that it is."""

    troubles: Mapping[str, str]
    """What keeps it from getting on, by part; empty when all is well."""
    metrics: str
    """In Prometheus' text format."""


class StageFile:
    """A file as a stage gives it."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer
        self.headers = {name: answer.headers[name] for name in PASSED_ON if name in answer.headers}

    async def parts(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._answer.aiter_bytes():
                yield part
        finally:
            await self._answer.aclose()


class StageProblem(Exception):  # noqa: N818 - a problem, as RFC 9457 calls it
    """What a stage refused, or that it does not answer. Its detail is worded in the person's language."""

    def __init__(
        self, stage: str, status: int, code: str, detail: str, errors: dict[str, str], present: str | None
    ) -> None:
        super().__init__(code)
        self.stage = stage
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        """What is wrong with each field, where fields are named."""
        self.present = present
        """The present version of what somebody else changed meanwhile."""


class Stages:
    """All stages, over connections that stay open."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """`transport`: how a test reaches the stages."""
        self._addresses = {"portal": f"http://{OWN_HOST}:{settings.http_port}", **settings.portal_stages}
        self._silent: dict[str, float] = {}
        """By stage, until when it is taken to hang."""
        self._kept: dict[tuple[str, ...], tuple[float, Any]] = {}
        limits = httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_CONNECTIONS)
        self._clients = {
            name: httpx.AsyncClient(transport=transport, timeout=TIMEOUT_S, limits=limits, verify=trust())
            for name in self._addresses
        }

    async def get(
        self,
        person: Person | None,
        language: Language,
        stage: str,
        path: str,
        *,
        within: str | None = None,
        **query: str | int | Sequence[str],
    ) -> Answer:
        """What a stage shows. `within`: the correlation id of what it is asked for, as a file of many pages, which is
        one look at a firm. Raises StageProblem.
        """
        headers = {} if within is None else {CORRELATION: within}
        return await self._ask(person, language, stage, "GET", path, headers, params=query)

    async def beside(
        self,
        person: Person | None,
        language: Language,
        stage: str,
        path: str,
        *,
        within: str | None = None,
        **query: str | int | Sequence[str],
    ) -> Answer:
        """The same of what a page can do without: it is waited for no longer than `BESIDE_S`. Raises StageProblem."""
        if time.monotonic() < self._silent.get(stage, 0.0):
            raise _away(stage)
        try:
            async with asyncio.timeout(BESIDE_S):
                return await self.get(person, language, stage, path, within=within, **query)
        except TimeoutError as error:
            self._silent[stage] = time.monotonic() + SILENT_S
            raise _away(stage) from error

    async def kept(self, person: Person | None, language: Language, stage: str, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        """What a stage shows everybody alike, as its catalogues: asked for once in `KEPT_S`, and what it showed before
        while it does not answer. Raises StageProblem.
        """
        before = self._kept.get(what := (stage, path, language, *query.values()))
        if before is not None and time.monotonic() - before[0] < KEPT_S:
            return before[1]
        try:
            answer = await self.beside(person, language, stage, path, **query)
        except StageProblem as error:
            if before is None or error.code != AWAY:
                raise
            return before[1]
        self._kept[what] = time.monotonic(), answer.body
        return answer.body

    async def send(
        self,
        person: Person | None,
        language: Language,
        stage: str,
        method: str,
        path: str,
        body: object = None,
        *,
        version: str | None = None,
        key: str | None = None,
        address: str | None = None,
    ) -> Answer:
        """Have a stage do something. `version`: the ETag under which the person saw it; `key`: under which the same is
        done once; `address`: of their browser, as limits are of each. Raises StageProblem.
        """
        headers = {"If-Match": version, "Idempotency-Key": key, "X-Forwarded-For": address}
        given = {name: value for name, value in headers.items() if value is not None}
        return await self._ask(person, language, stage, method, path, json=body, headers=given)

    async def send_file(
        self,
        person: Person | None,
        language: Language,
        stage: str,
        path: str,
        file: tuple[str, BinaryIO] | None,
        fields: Mapping[str, str],
        key: str | None,
    ) -> Answer:
        """Pass a file on, by its name and in parts, and wait for no more than that it was received. Raises
        StageProblem.
        """
        headers = {"Prefer": "wait=0", **({} if key is None else {"Idempotency-Key": key})}
        # Without a file it is a form still, so that the stage says what is missing.
        given = {"file": file} if file is not None else {"none": (None, b"")}
        return await self._ask(person, language, stage, "POST", path, headers=headers, files=given, data=fields)

    async def file(self, person: Person | None, language: Language, stage: str, path: str) -> StageFile:
        """A file that a stage gives, in parts: whoever has it closes it. Raises StageProblem."""
        sent = {"Accept-Language": language, CORRELATION: text_of(new_id())}
        if person is not None:
            sent["Authorization"] = f"Bearer {person.token}"
        try:
            request = self._clients[stage].build_request("GET", f"{self._addresses[stage]}{path}", headers=sent)
            answer = await self._clients[stage].send(request, stream=True)
            if not answer.is_success:
                await answer.aread()
        except (KeyError, httpx.HTTPError) as error:
            raise _away(stage) from error
        if not answer.is_success:
            raise _problem(stage, answer)
        return StageFile(answer)

    async def watched(self, language: Language, service: str) -> Watched | None:
        """How a service says that it is; None where it does not answer."""
        try:
            base = self._addresses[service]
            ready, figures = await asyncio.gather(
                *(
                    self._clients[service].get(f"{base}{path}", headers={"Accept-Language": language}, timeout=BESIDE_S)
                    for path in WATCHED
                )
            )
            return Watched(dict(ready.json()), figures.raise_for_status().text)
        except (KeyError, TypeError, ValueError, httpx.HTTPError):
            return None

    async def _ask(
        self,
        person: Person | None,
        language: Language,
        stage: str,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        **options: Any,  # noqa: ANN401 - httpx's own
    ) -> Answer:
        correlation_id = text_of(new_id())
        sent = {"Accept-Language": language, CORRELATION: correlation_id, **(headers or {})}
        if person is not None:
            sent["Authorization"] = f"Bearer {person.token}"
        try:
            base = self._addresses[stage]
            answer = await self._clients[stage].request(method, f"{base}{path}", headers=sent, **options)
        except (KeyError, httpx.HTTPError) as error:
            raise _away(stage) from error
        if answer.is_success:
            body = answer.json() if answer.content else None
            return Answer(body, answer.headers.get("ETag"), correlation_id, answer.headers.get("Location"))
        raise _problem(stage, answer)


def _away(stage: str) -> StageProblem:
    return StageProblem(stage, HTTPStatus.SERVICE_UNAVAILABLE, AWAY, "", {}, None)


def _problem(stage: str, answer: httpx.Response) -> StageProblem:
    try:
        told = answer.json()
        code, detail = str(told["title"]), str(told["detail"])
        errors = {str(each["field"]): str(each["problem"]) for each in told.get("errors") or ()}
    except (ValueError, LookupError, TypeError):
        code, detail, errors = "stage_unclear", "", {}
    return StageProblem(stage, answer.status_code, code, detail, errors, answer.headers.get("ETag"))
