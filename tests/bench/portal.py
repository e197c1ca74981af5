"""How long the portal takes for a page with few firms and with many, how soon an event is on one, and what it holds.

The stages are away: a page that shows nothing without one is not counted. What a stage adds is its own time; with
one of them see `questionnaire.py`.
"""

import asyncio
import json
import re
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import chain, islice
from pathlib import Path
from statistics import quantiles
from uuid import UUID

import asyncpg
import httpx

from deploy.engines.ports import free_port
from deploy.provision import kafka_admin
from deploy.provision.kafka_admin import TopicSpec
from services.portal.api.asking import SESSION
from services.portal.identity.cookie import Cookie
from services.portal.identity.people import sealed
from services.portal.identity.provider import Tokens
from services.portal.store import sessions
from services.portal.store.sessions import SessionRow
from shared.contracts.diagnosis import DiagnosisCompleted
from shared.contracts.envelope import Envelope
from shared.contracts.event import Cause, EventData
from shared.contracts.matching import MatchFound, OfferingAligned
from shared.contracts.registration import SupplierChanged, SupplierRegistered
from shared.messaging.codec import encode
from shared.messaging.outbox import Unpublished
from shared.messaging.producer import Publisher
from shared.messaging.topics import catalogue
from shared.runtime.clock import now
from shared.runtime.ids import new_id
from shared.security.tokens import LocalIssuer
from shared.service.callers import Role
from tests.bench.pair import Pair
from tests.bench.peers.rounds import peak_mb
from tests.bench.process import end, launch
from tests.bench.report import Figures
from tests.bench.settings import Settings
from tests.portal.events import ANCHOR, READ, REQUIREMENT, SUPPLIER, example
from tests.portal.walks import SHOWN, _of

SERVICE, AUDIENCE = "portal", "pdp"
PART = re.compile(r'<(?:script|link|img)\b[^>]*?\b(?:src|href)="([^"]+)"')
CHUNK = 2_000
FEW, MANY = 400, 100_000
READY_S, CAUGHT_UP_S, LOOK_S = 60.0, 1_200.0, 0.2
ASKED, CHANGES = 40, 200
"""How often each page is asked for, and how many events are waited for."""
FIRST_FIRM, FIRST_MATCH, FIRST_REQUIREMENT = 0x1_0000_0000, 0x2_0000_0000, 0x3_0000_0000
"""Ids from here on."""
REQUIREMENTS = 50
EACH = (SupplierRegistered, OfferingAligned, MatchFound, DiagnosisCompleted)
"""What is told of every firm; of one, everything."""


async def run(pair: Pair, settings: Settings, figures: Figures) -> None:
    topics = [TopicSpec(topic.name, topic.partitions) for topic in catalogue()]
    await asyncio.to_thread(kafka_admin.ensure_topics, pair.kafka.admin(), topics)
    portal = Portal(pair, await pair.migrated(SERVICE), free_port())
    publisher = Publisher(pair.settings(), "bench-portal")
    try:
        await portal.open()
        few, many = (40, 400) if settings.quick else (FEW, MANY)
        shown: list[str] = []
        for first, firms in ((0, few), (few, many)):
            await publish(publisher, _told(first, firms))
            await portal.has(firms + 1)
            shown = await portal.pages()
            times = await portal.times(shown, ASKED)
            figures.add("portal", f"page_p95_ms_{firms}", p95(chain.from_iterable(times.values())), "ms")
            slowest = max(times, key=lambda path: p95(times[path]))
            figures.add("portal", f"slowest_page_p95_ms_{firms}", p95(times[slowest]), "ms", page=slowest)
        figures.add("portal", "pages", len(shown), "pages")
        sizes = {path: await portal.first_load(path) for path in shown}
        largest = max(sizes, key=lambda path: sizes[path])
        figures.add("portal", "first_load_kb_max", sizes[largest] / 1_000, "KB", page=largest)
        waits = [await portal.wait_for(publisher, number) for number in range(20 if settings.quick else CHANGES)]
        figures.add("portal", "event_to_page_p99_ms", quantiles(waits, n=100)[98] * 1_000, "ms", samples=len(waits))
        figures.add("portal", "memory_mb", peak_mb(portal.process.pid), "MB")
    finally:
        await publisher.close()
        await portal.close()


def p95(seconds: Iterable[float]) -> float:
    """In milliseconds."""
    return quantiles(seconds, n=20)[18] * 1_000


def _told(first: int, last: int) -> Iterator[EventData]:
    if not first:
        yield from (example(event) for event in READ)
    for number in range(first, last):
        requirement = REQUIREMENT if number % REQUIREMENTS == 0 else UUID(int=FIRST_REQUIREMENT + number % REQUIREMENTS)
        about = {
            "supplier_id": UUID(int=FIRST_FIRM + number),
            "match_id": UUID(int=FIRST_MATCH + number),
            "requirement_id": requirement,
            "folio": f"PDP-2026-{number:06}",
            "legal_name": f"Empresa {number} SA de CV",
        }
        for event in EACH:
            yield example(event, **{name: value for name, value in about.items() if name in event.model_fields})


async def publish(publisher: Publisher, events: Iterable[EventData]) -> None:
    """Send these events, in their order."""
    envelopes = (Envelope(new_id(), "bench", now(), event, Cause(str(new_id()))) for event in events)
    numbered = enumerate(envelopes)
    while chunk := list(islice(numbered, CHUNK)):
        records = [Unpublished(n, each.data.topic, str(each.data.key).encode(), encode(each)) for n, each in chunk]
        delivery = await publisher.publish(records)
        if delivery.failure is not None:
            raise delivery.failure


class Portal:
    """The portal in a process of its own, and people who are signed in."""

    def __init__(self, pair: Pair, url: str, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._pair = pair
        self._store = url
        self._issuer = LocalIssuer(Path(pair.kafka.log.parent), "http://bench", AUDIENCE)

    async def open(self, **stages: str) -> None:
        """Start it beside the stages that have these addresses."""
        self._issuer.ensure_key()
        given = {"PDP_PORTAL_URL": self.url, "PDP_PORTAL_STAGES": json.dumps(stages)}
        self.process = await self.start(SERVICE, self._store, self.url, **given)
        self._http = httpx.AsyncClient(base_url=self.url, timeout=30, headers={"Accept": "text/html"})
        self._people = {
            role: await self.signed_in(role, f"{role}-1", supplier_id=str(SUPPLIER), anchor_id=str(ANCHOR))
            for role in Role
        }

    async def start(self, service: str, store: str, url: str, **given: str) -> Process:
        """A service that takes the same people's tokens."""
        environment = {
            **self._pair.environment(store),
            "PDP_HTTP_PORT": url.rpartition(":")[2],
            "PDP_OIDC_ISSUER": "http://bench",
            "PDP_OIDC_JWKS": str(self._issuer.jwks_path),
            **given,
        }
        return await launch(self._pair, service, (sys.executable, "-m", f"services.{service}"), environment)

    async def close(self) -> None:
        await self._http.aclose()
        await end(self.process)

    async def has(self, firms: int) -> None:
        """Wait for all that was told to be in the read models."""
        connection = await asyncpg.connect(self._store)
        async with asyncio.timeout(CAUGHT_UP_S):
            while await connection.fetchval("SELECT count(*) FROM firm WHERE diagnosis IS NOT NULL") < firms:  # noqa: ASYNC110
                await asyncio.sleep(LOOK_S)
        await connection.close()

    async def pages(self) -> list[str]:
        """Those that show something without a stage."""
        return [path for path, roles in SHOWN if (await self._page(path, roles)).is_success]

    async def first_load(self, path: str) -> int:
        """Bytes of a page and all that it names, as they come over the network to an empty cache."""
        page = await self._page(path, dict(SHOWN)[path])
        parts = {address for address in PART.findall(page.text) if address.startswith("/")}
        loaded = [await self._http.get(address) for address in parts]
        return sum(each.raise_for_status().num_bytes_downloaded for each in (page, *loaded))

    async def times(self, paths: Iterable[str], each: int) -> dict[str, list[float]]:
        """Seconds of each page, asked for one after the other over a connection that stays open."""
        roles = dict(SHOWN)
        found: dict[str, list[float]] = {path: [] for path in paths}
        for _ in range(each):
            for path, seconds in found.items():
                began = time.perf_counter()
                (await self._page(path, roles[path])).raise_for_status()
                seconds.append(time.perf_counter() - began)
        return found

    async def wait_for(self, publisher: Publisher, number: int) -> float:
        """Seconds from a firm's event to the page that shows it."""
        name = f"Nombre número {number} SA"
        began = time.perf_counter()
        await publish(publisher, [example(SupplierChanged, legal_name=name)])
        async with asyncio.timeout(READY_S):
            while name not in (await self._page("/firms/{supplier_id}", frozenset({Role.OPERATOR}))).text:
                pass
        return time.perf_counter() - began

    async def _page(self, path: str, roles: frozenset[Role] | None) -> httpx.Response:
        role = Role.OPERATOR if roles is None else min(roles)
        return await self._http.get(_of(path), headers={"Cookie": f"{SESSION}={self._people[role].value}"})

    async def signed_in(self, role: Role, subject: str, **bonds: str) -> Cookie:
        """The session's cookie of somebody who has just signed in."""
        token = self._issuer.issue(subject, [str(role)], timedelta(hours=4), **bonds)
        cookie = Cookie.new()
        row = SessionRow(cookie.id, subject, sealed(cookie, Tokens(token, None)), now() + timedelta(hours=4))
        connection = await asyncpg.connect(self._store)
        await sessions.open_(connection, row)
        await connection.close()
        return cookie
