"""The portal as it runs, and people who look at it."""

import asyncio
import importlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.types import ASGIApp

from deploy.target.keys import ISSUER as MACHINE
from deploy.target.keys import PORTAL_CLIENT
from services.portal.api.asking import SESSION
from services.portal.app import build
from services.portal.identity.cookie import Cookie
from services.portal.identity.people import sealed
from services.portal.identity.provider import CALLBACK, Tokens
from services.portal.stages import SERVICES, Stages
from services.portal.store import sessions
from services.portal.store.sessions import SessionRow
from shared.contracts.registration import SupplierRegistered
from shared.runtime.clock import now
from shared.security.tokens import LocalIssuer
from shared.service import http, recorded
from shared.testing.stage import AUDIENCE, ISSUER, TOKEN_LIFESPAN, StageUnderTest
from tests.conftest import Migrated
from tests.portal import scripted
from tests.portal.events import SUPPLIER, example
from tests.portal.issuer import URL, Before, Issuing
from tests.security import providers


class OtherStages:
    """The stages' APIs as far as a test says what they answer; of everything else they are away."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], httpx.Response] = {}
        self.refused: dict[tuple[str, str, str], httpx.Response] = {}
        """By method too: what is refused is shown still."""
        self.real: dict[str, StageUnderTest] = {}
        """Those that answer themselves."""
        self.hangs: float | None = None
        """Seconds until somebody who asks gives up; None: all answer at once."""
        self.asked: list[httpx.Request] = []
        self.cursors: tuple[str, ...] = ()
        """Of the pages that each list goes on with, all alike."""
        self.breaks = ""
        """The cursor at which a stage goes away."""

    def answer(self, stage: str, path: str, body: object, status: int = 200, **headers: str) -> None:
        self.answers[f"{stage}.test", path] = httpx.Response(status, json=body, headers=headers)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.hangs is not None:
            try:
                await asyncio.wait_for(asyncio.Event().wait(), self.hangs)
            except TimeoutError as error:
                raise httpx.ReadTimeout("hangs", request=request) from error
        real = self.real.get(request.url.host.removesuffix(".test"))
        if real is not None:
            return await httpx.ASGITransport(real.app).handle_async_request(request)
        asked = (request.url.host, request.url.path)
        answer = self.refused.get((request.method, *asked)) or self.answers.get(asked)
        if answer is None:
            raise httpx.ConnectError("away", request=request)
        if not self.cursors or not self.is_list(request):
            return answer
        if self.breaks and request.url.params.get("after") == self.breaks:
            raise httpx.ConnectError("away", request=request)
        ways = dict(zip((None, *self.cursors), (*self.cursors, None), strict=True))
        return httpx.Response(200, json=answer.json() | {"next": ways[request.url.params.get("after")]})

    def is_list(self, request: httpx.Request) -> bool:
        """Whether it is answered with a page of a list."""
        answer = self.answers.get((request.url.host, request.url.path))
        body = None if answer is None else answer.json()
        return isinstance(body, dict) and {"items", "next"} <= body.keys()


@dataclass(frozen=True, slots=True)
class Browser:
    """One browser, signed in or not."""

    client: httpx.AsyncClient
    cookie: Cookie | None = None
    language: str = "es"

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path, headers=self._headers())

    async def post(
        self, path: str, data: Mapping[str, str | list[str]] | None = None, /, **headers: str
    ) -> httpx.Response:
        """A form of a page that this browser opened."""
        return await self.upload(path, None, data, **headers)

    async def upload(
        self,
        path: str,
        files: Mapping[str, Any] | None,
        data: Mapping[str, str | list[str]] | None = None,
        /,
        **headers: str,
    ) -> httpx.Response:
        """The same with files."""
        token = "" if self.cookie is None else self.cookie.token()
        given = self._headers() | {"Origin": URL} | headers
        return await self.client.post(path, data={"token": token, **(data or {})}, files=files, headers=given)

    def _headers(self) -> dict[str, str]:
        cookies = {} if self.cookie is None else {"Cookie": f"{SESSION}={self.cookie.value}"}
        return {"Accept": "text/html", "Accept-Language": self.language, **cookies}


class Visitors:
    """Who comes to the portal."""

    def __init__(self, stage: StageUnderTest, issuer: LocalIssuer, others: OtherStages, migrated: Migrated) -> None:
        self.stage = stage
        self.others = others
        self.opened = AsyncExitStack()
        self._issuer = issuer
        self._migrated = migrated

    async def real(self, name: str) -> StageUnderTest:
        """From now on this stage answers itself, and takes the tokens of whoever is signed in here."""
        stage, _ = importlib.import_module(f"services.{name}.app").build()
        running = StageUnderTest(stage, await self._migrated(name))
        self.others.real[name] = await self.opened.enter_async_context(running)
        running.trust(self._issuer)
        return running

    async def recorded(self, *names: str) -> list[StageUnderTest]:
        """These answer themselves, with their audit logs too; the portal among them, before anybody looked at it."""
        stages = [self.stage if name == "portal" else await self.real(name) for name in names]
        for name, stage in zip(names, stages, strict=True):
            stage.router = http.together(stage.router, recorded.router(stage.database))
            stage.trust(self._issuer)
            self.others.real[name] = stage
        return stages

    async def start_again(self) -> None:
        """The portal, with nothing in memory, and nobody who came too often; the stages say nothing any more."""
        for made in ("router", "app", "client"):
            vars(self.stage).pop(made, None)
        vars(self.others).update(vars(OtherStages()))
        await self.stage.rows("DELETE FROM request_limit")

    def anybody(self, language: str = "es") -> Browser:
        """Somebody who has not signed in."""
        return Browser(self.stage.client, None, language)

    async def signed_in(
        self,
        *roles: str,
        subject: str = "",
        supplier_id: UUID | None = None,
        anchor_id: UUID | None = None,
        partner_code: str | None = None,
        language: str = "es",
        lifespan: timedelta = TOKEN_LIFESPAN,
    ) -> Browser:
        """Somebody with these roles, as they come back from the issuer."""
        bonds = {"supplier_id": supplier_id, "anchor_id": anchor_id, "partner_code": partner_code}
        claims = {name: str(id_) for name, id_ in bonds.items() if id_ is not None}
        who = subject or f"{roles[0]}-1"
        token = self._issuer.issue(who, list(roles), lifespan, **claims)
        cookie = Cookie.new()
        row = SessionRow(cookie.id, who, sealed(cookie, Tokens(token, None)), now() + timedelta(hours=1))
        async with self.stage.database.transaction() as connection:
            await sessions.open_(connection, row)
        return Browser(self.stage.client, cookie, language)


@asynccontextmanager
async def opened(folder: Path, store: str, migrated: Migrated) -> AsyncIterator[Visitors]:
    """The portal on a store, with an issuer in a folder."""
    issuer = LocalIssuer(folder, ISSUER, AUDIENCE)
    issuer.ensure_key()
    addresses = json.dumps({name: f"http://{name}.test" for name in SERVICES})
    given = {"OIDC_ISSUER": ISSUER, "OIDC_JWKS": str(issuer.jwks_path), "PORTAL_URL": URL, "PORTAL_STAGES": addresses}
    given |= {"PORTAL_ISSUER_URL": "http://127.0.0.1:9", "MAIL_FOLDER": str(folder / "mail")}  # Nobody's issuer.
    others = OtherStages()
    transport = httpx.MockTransport(others)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in given.items():
            environment.setenv(f"PDP_{name}", value)
        environment.setattr("services.portal.app.Stages", lambda settings: Stages(settings, transport))
        stage, _ = build()
        async with StageUnderTest(stage, store) as running:
            visitors = Visitors(running, issuer, others, migrated)
            async with visitors.opened:
                yield visitors


@pytest.fixture
async def portal(migrated: Migrated, tmp_path: Path) -> AsyncIterator[Visitors]:
    async with opened(tmp_path, await migrated("portal"), migrated) as visitors:
        yield visitors


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuing]:
    before: list[Before] = []

    def around(app: ASGIApp) -> ASGIApp:
        before.append(Before(app))
        return before[0]

    with providers.local(tmp_path_factory.mktemp("issuer"), f"{URL}{CALLBACK}", around) as local:
        yield Issuing(local, before[0])


@pytest.fixture
def issuing(issuer: Issuing, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuing]:
    given = {
        "OIDC_ISSUER": MACHINE,
        "OIDC_JWKS": str(issuer.local.issuer.jwks_path),
        "PORTAL_URL": URL,
        "PORTAL_ISSUER_URL": issuer.url,
        "PORTAL_CLIENT_ID": PORTAL_CLIENT,
        "PORTAL_CLIENT_SECRET": issuer.local.portal_secret,
    }
    for name, value in given.items():
        monkeypatch.setenv(f"PDP_{name}", value)
    yield issuer
    issuer.before.instead, issuer.before.changed, issuer.before.discovered = None, None, {}
    issuer.before.open.set()
    issuer.before.asked, issuer.before.given = [], []


@pytest.fixture
async def running(issuing: Issuing, migrated: Migrated) -> AsyncIterator[StageUnderTest]:
    stage, _ = build()
    async with StageUnderTest(stage, await migrated("portal")) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripted stages send no event: a form waits for none."""
    monkeypatch.setattr("services.portal.api.asking.ARRIVES_S", 0.01)


@pytest.fixture
async def at_work(portal: Visitors) -> Visitors:
    """With a firm that assessors, experts and mentors work with."""
    await portal.stage.consume(example(SupplierRegistered, legal_name="Forjas del Bajío"))
    scripted.answer(portal.others, {"supplier_id": str(SUPPLIER)})
    return portal
