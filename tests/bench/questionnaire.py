"""Many people answer the whole questionnaire at once, each their own, without a pause: portal and diagnosis."""

import asyncio
import re
import time
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple
from uuid import UUID

import asyncpg
import httpx

from deploy.engines.ports import free_port
from deploy.provision import kafka_admin
from deploy.provision.kafka_admin import TopicSpec
from services.portal.api.asking import SESSION
from services.portal.api.questionnaire import QUESTIONNAIRE
from services.portal.identity.cookie import Cookie
from shared.contracts.event import EventData
from shared.contracts.matching import OfferingAligned
from shared.contracts.registration import SupplierRegistered
from shared.messaging.producer import Publisher
from shared.messaging.topics import catalogue
from shared.service.callers import Role
from tests.bench.pair import Pair
from tests.bench.peers.rounds import peak_mb
from tests.bench.portal import Portal, p95, publish
from tests.bench.process import end
from tests.bench.report import Figures
from tests.bench.settings import Settings
from tests.portal.events import example

PART, STAGE = "questionnaire", "diagnosis"
PEOPLE, FEW_PEOPLE = 200, 20
FIRST_FIRM = 0x4_0000_0000
OPEN_S, LOOK_S = 120.0, 0.1
DIMENSION = re.compile(rf'href="({QUESTIONNAIRE}/[A-Z]{{3}})"')
QUESTION = re.compile(r'id="([A-Z][0-9]{2})-state".*?name="version" value="([^"]*)"', re.DOTALL)
REFUSED = "data-refused"
"""What the state of an answer that was not kept has."""


class Answer(NamedTuple):
    """One answer as it was given."""

    seconds: float
    problem: str
    """What the person reads where it was not kept; empty where it was."""


async def run(pair: Pair, settings: Settings, figures: Figures) -> None:
    people = FEW_PEOPLE if settings.quick else PEOPLE
    topics = [TopicSpec(topic.name, topic.partitions) for topic in catalogue()]
    await asyncio.to_thread(kafka_admin.ensure_topics, pair.kafka.admin(), topics)
    stores = {name: await pair.migrated(name) for name in ("portal", STAGE)}
    portal = Portal(pair, stores["portal"], free_port())
    address = f"http://127.0.0.1:{free_port()}"
    publisher = Publisher(pair.settings(), "bench-questionnaire")
    await portal.open(**{STAGE: address})
    stage = await portal.start(STAGE, stores[STAGE], address)
    try:
        await publish(publisher, _told(people))
        await _opened(stores[STAGE], people)
        cookies = [
            await portal.signed_in(Role.SUPPLIER, f"person-{number}", supplier_id=str(_firm(number)))
            for number in range(people)
        ]
        began = time.perf_counter()
        sheets = await asyncio.gather(*(_answered(portal.url, cookie) for cookie in cookies))
        took = time.perf_counter() - began
        answers = [answer for sheet in sheets for answer in sheet]
        figures.add(PART, "people", people, "people")
        figures.add(PART, "answers", len(answers), "answers")
        figures.add(PART, "answers_per_s", len(answers) / took, "answers/s")
        figures.add(PART, "answer_p95_ms", p95(answer.seconds for answer in answers), "ms")
        problems = [answer.problem for answer in answers if answer.problem]
        figures.add(PART, "errors", len(problems), "answers", told=problems[:FEW_PEOPLE])
        figures.add(PART, "portal_memory_mb", peak_mb(portal.process.pid), "MB")
        figures.add(PART, "diagnosis_memory_mb", peak_mb(stage.pid), "MB")
    finally:
        await publisher.close()
        await portal.close()
        await end(stage)


def _firm(number: int) -> UUID:
    return UUID(int=FIRST_FIRM + number)


def _told(people: int) -> Iterator[EventData]:
    for number in range(people):
        name = {"folio": f"PDP-2026-{number:06}", "legal_name": f"Empresa {number} SA de CV"}
        yield example(SupplierRegistered, supplier_id=_firm(number), **name)
        yield example(OfferingAligned, supplier_id=_firm(number))


async def _opened(store: str, people: int) -> None:
    """Wait for each firm's diagnosis to be open."""
    connection = await asyncpg.connect(store)
    async with asyncio.timeout(OPEN_S):
        while await connection.fetchval("SELECT count(*) FROM diagnosis") < people:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_S)
    await connection.close()


async def _answered(url: str, cookie: Cookie) -> list[Answer]:
    """One person: a page for each dimension, and every question of it."""
    headers = {"Cookie": f"{SESSION}={cookie.value}", "Origin": url, "HX-Request": "true"}
    async with httpx.AsyncClient(base_url=url, timeout=60, headers=headers) as browser:
        whole = (await browser.get(QUESTIONNAIRE)).raise_for_status().text
        pages = list(dict.fromkeys(DIMENSION.findall(whole)))
        return [answer for page in pages for answer in await _page(browser, page, cookie)]


async def _page(browser: httpx.AsyncClient, page: str, cookie: Cookie) -> list[Answer]:
    found = QUESTION.findall((await browser.get(page)).raise_for_status().text)
    return [await _answer(browser, f"{page}/{code}", unescape(version), cookie) for code, version in found]


async def _answer(browser: httpx.AsyncClient, address: str, version: str, cookie: Cookie) -> Answer:
    form = {"token": cookie.token(), "version": version, "level": "3", "note": "Como en la carpeta 4"}
    began = time.perf_counter()
    answer = await browser.post(address, data=form)
    seconds = time.perf_counter() - began
    kept = answer.is_success and REFUSED not in answer.text
    return Answer(seconds, "" if kept else f"{answer.status_code} {answer.text}")
