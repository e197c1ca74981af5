"""The routes that operators use, over HTTP."""

import asyncio
import shlex
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import typer
from fastapi import FastAPI

from deploy.cli.main import build
from shared.contracts.event import Actor, Cause
from shared.messaging import journal, skips
from shared.messaging.codec import Record
from shared.messaging.dlq_limit import DlqLimit, Resumer
from shared.messaging.producer import partition_of
from shared.messaging.skips import Skip
from shared.messaging.topics import SUPPLIER
from shared.messaging.unit_of_work import unit_of_work
from shared.security.tokens import Issuer, LocalIssuer, Verifier
from shared.service import operations, recorded, resending
from shared.service.http.application import install
from shared.service.operations import Health
from shared.service.trail import Trail
from shared.testing.stage import AUDIENCE, ISSUER, TOKEN_LIFESPAN
from tests.conformance.events import Told
from tests.conformance.stage import Bench, Consuming, by, envelope, eventually

TOPIC = "conformance.operations.v1"
TROUBLED = frozenset({"conformance.troubled.v1"})


@pytest.fixture
def consuming(bench: Bench, topic: str) -> Consuming:
    return bench.subscriber(topic, limit=DlqLimit(max_ratio=0.5, min_count=1, window=10))


@pytest.fixture
async def operator(bench: Bench, consuming: Consuming, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    issuer = LocalIssuer(tmp_path, ISSUER, AUDIENCE)
    issuer.ensure_key()
    app = FastAPI()
    app.state.issuer = Issuer(Verifier(ISSUER, str(issuer.jwks_path), AUDIENCE))
    app.state.trail = Trail("portal", bench.database)
    install(app)
    subscribers = [consuming.subscriber]
    app.include_router(operations.router("portal", bench.database, Health(), bench.replayer, subscribers))
    app.include_router(resending.router("registration", bench.database, lambda: TROUBLED))
    app.include_router(recorded.router(bench.database))
    headers = {"Authorization": f"Bearer {issuer.issue('ana', ['operator'], TOKEN_LIFESPAN)}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://stage.test", headers=headers) as client:
        yield client


async def _listed(operator: httpx.AsyncClient, **wanted: str) -> list[dict[str, Any]]:
    page = (await operator.get("/dead-letters", params=wanted)).json()
    assert page["next"] is None
    return page["items"]


async def test_what_waits_to_be_published_is_told_by_topic(bench: Bench, operator: httpx.AsyncClient) -> None:
    assert (await operator.get("/outbox")).json() == {"items": [], "next": None}
    (troubled,) = TROUBLED
    told = [(TOPIC, number) for number in range(3)] + [(troubled, 1)]
    async with bench.database.transaction() as connection:
        await journal.append(connection, [envelope(Told(on=on, account=uuid4(), number=number)) for on, number in told])
    waiting = (await operator.get("/outbox")).json()["items"]
    assert [(each["topic"], each["events"], each["is_more"], each["backs_off"]) for each in waiting] == [
        (TOPIC, 3, False, False),
        (troubled, 1, False, True),
    ]
    assert all(0 <= each["oldest_seconds"] < 600 for each in waiting)


async def test_from_the_list_to_the_record(bench: Bench, operator: httpx.AsyncClient) -> None:
    keys = [uuid4() for _ in range(3)]
    await bench.runner.consume([Record(TOPIC, 0, n, str(key).encode(), b"-") for n, key in enumerate(keys)])
    listed = await _listed(operator, reason="not_json")
    assert [letter["key"] for letter in listed] == [str(key) for key in keys]
    assert await _listed(operator, id_begins=listed[1]["id"][:13]) == [listed[1]]
    assert await _listed(operator, limit="2", after=listed[0]["id"]) == listed[1:]

    done = await operator.post("/dead-letters/replay", json={"key": str(keys[0])})
    assert done.json() == {
        "resolved": 0,
        "released": 0,
        "failures": [{"id": listed[0]["id"], "resolved": False, "error": "not_json", "next": None}],
        "left": 0,
        "last": listed[0]["id"],
    }
    done = await operator.post("/dead-letters/discard", json={"ids": [letter["id"] for letter in listed[:2]]})
    assert done.json()["resolved"] == 2
    shown = (await operator.get(f"/dead-letters/{listed[0]['id']}")).json()
    assert [(one["action"], one["by"]) for one in shown["actions"]] == [("failed", "ana"), ("discarded", "ana")]
    assert (shown["error"], shown["attempts"]) == ("ValueError", 2)
    assert [letter["id"] for letter in await _listed(operator)] == [listed[2]["id"]]


@pytest.mark.parametrize("body", [{}, {"reasn": "not_json"}])
async def test_nothing_is_discarded_by_a_slip(bench: Bench, operator: httpx.AsyncClient, body: object) -> None:
    await bench.runner.consume([Record(TOPIC, 0, 0, str(uuid4()).encode(), b"-")])
    assert (await operator.post("/dead-letters/discard", json=body)).status_code == 422
    assert len(await _listed(operator)) == 1
    assert (await operator.get("/dead-letters", params={"reasn": "x"})).status_code == 422
    assert (await operator.get(f"/dead-letters/{uuid4()}")).status_code == 404


async def test_a_position_is_passed_by_only_where_it_is_still_to_come(
    bench: Bench, consuming: Consuming, operator: httpx.AsyncClient, topic: str
) -> None:
    partition = partition_of(str(key := uuid4()).encode(), 3)
    wish = {"topic": topic, "partition": partition, "offset": 0, "reason": "it hangs"}

    async def asked(**other: object) -> tuple[int, str | None]:
        answer = await operator.post("/dead-letters/skip", json=wish | other)
        return answer.status_code, answer.json().get("title")

    async def consumed(offset: int) -> bool:
        found = await consuming.subscriber.standing(topic, partition)
        return found is not None and found.goes_on == offset

    assert await asked(topic="another.v1") == (404, "topic_not_read")
    assert await asked(reason=" ") == (422, "invalid_request")
    assert await asked() == (503, "position_unknown"), "while the consumer is not there"
    bench.rule.failing = lambda event: ConnectionError() if event.number == 2 else None
    await bench.tell(topic, key, 1)
    async with consuming:
        await eventually(lambda: consumed(1))
        await bench.tell(topic, key, 2)
        assert await asked() == (409, "position_consumed")
        assert await asked(partition=3) == (404, "partition_unknown")
        assert await asked(offset=2) == (409, "position_beyond")
        assert await asked(offset=1) == (200, None)
        assert await bench.count("skip", "by = 'ana' AND reason = 'it hangs'") == 1


async def test_what_is_to_be_passed_by_is_listed_until_it_was_or_is_taken_back(
    bench: Bench, operator: httpx.AsyncClient
) -> None:
    async with bench.database.connection() as connection:
        for offset in range(3):
            await skips.ask(connection, Skip(topic=TOPIC, partition=0, offset=offset, reason="it hangs"), by("ana"))
    page = (await operator.get("/dead-letters/skips", params={"limit": 2})).json()
    assert [(one["offset"], one["by"], one["reason"]) for one in page["items"]] == [
        (0, "ana", "it hangs"),
        (1, "ana", "it hangs"),
    ]
    rest = (await operator.get("/dead-letters/skips", params={"limit": 2, "after": page["next"]})).json()
    assert ([one["offset"] for one in rest["items"]], rest["next"]) == ([2], None)

    place = {"topic": TOPIC, "partition": 0}
    assert (await operator.post("/dead-letters/skip/withdraw", json=place | {"offset": 1})).json()["offset"] == 1
    again = await operator.post("/dead-letters/skip/withdraw", json=place | {"offset": 1})
    assert (again.status_code, again.json()["title"]) == (404, "skip_not_open")
    assert [one["offset"] for one in (await operator.get("/dead-letters/skips")).json()["items"]] == [0, 2]


async def test_consuming_that_stopped_goes_on_when_asked(
    bench: Bench, consuming: Consuming, operator: httpx.AsyncClient, topic: str
) -> None:
    assert (await operator.post("/dead-letters/resume")).json() == {"groups": []}
    bench.rule.failing = lambda _: ValueError("bug")
    await bench.tell(topic, key := uuid4(), 1)
    async with consuming as subscriber:

        async def stopped() -> bool:
            return subscriber.stopped

        async def told() -> bool:
            return await bench.numbers(key) == (1,)

        await eventually(stopped)
        bench.rule.failing = lambda _: None
        assert (await operator.post("/dead-letters/resume")).json() == {"groups": [subscriber.group]}
        await eventually(told)


async def test_every_process_goes_on_whichever_was_asked(
    bench: Bench, consuming: Consuming, operator: httpx.AsyncClient, topic: str
) -> None:
    other = bench.subscriber(topic, group="another-process", limit=DlqLimit(max_ratio=0.5, min_count=1, window=10))
    resumer = Resumer(bench.database, [other.subscriber])
    hearing = asyncio.create_task(resumer.run())
    bench.rule.failing = lambda _: ValueError("bug")
    await bench.tell(topic, key := uuid4(), 1)
    async with other as subscriber:

        async def stopped() -> bool:
            return subscriber.stopped

        async def told_when_asked() -> bool:
            assert (await operator.post("/dead-letters/resume")).json() == {"groups": []}
            return await bench.numbers(key) == (1,)

        await eventually(stopped)
        bench.rule.failing = lambda _: None
        await eventually(told_when_asked)
    resumer.stop()
    await hearing


async def test_from_the_gap_to_the_resend_and_its_end(bench: Bench, operator: httpx.AsyncClient) -> None:
    async with bench.database.connection() as connection:
        await connection.execute(
            "INSERT INTO record_gap (consumer_group, topic, partition, first, last)"
            "VALUES ('matching', $1, 3, 5, 9), ('financing.partners', 'partner.nafin.answers.v1', 0, 1, 1)",
            SUPPLIER.name,
        )
    [gap, answers] = (await operator.get("/record-gaps")).json()["items"]
    assert (gap["records"], answers["command"]) == (5, None)
    program, *words = shlex.split(gap["command"])
    assert program == "pdp"
    typer.main.get_command(build("resend")).make_context("pdp", words[1:], resilient_parsing=False)

    body = {"topic": SUPPLIER.name, "reason": "gap 1", "partition": 3}
    assert (await operator.post("/journal/resend", json=body)).json()["events"] == 0
    refused = await operator.post("/journal/resend", json=body | {"since": "2020-01-01T00:00:00Z"})
    assert (refused.status_code, refused.json()["title"]) == (422, "resend_too_old")
    refused = await operator.post("/journal/resend", json=body | {"topic": "matching.match.v1"})
    assert (refused.status_code, refused.json()["title"]) == (404, "resend_topic_unknown")

    assert (await operator.post("/record-gaps/close", json={"reason": "resent"})).status_code == 422, "not by a slip"
    done = await operator.post("/record-gaps/close", json={"ids": [gap["id"]], "reason": "resent"})
    assert done.json() == {"ids": [gap["id"]]}
    assert [each["id"] for each in (await operator.get("/record-gaps")).json()["items"]] == [answers["id"]]
    [closed, _] = (await operator.get("/record-gaps", params={"closed": True})).json()["items"]
    assert (closed["closed_by"], closed["reason"]) == ("ana", "resent")


async def test_the_journal_says_who_caused_what_page_by_page(bench: Bench, operator: httpx.AsyncClient) -> None:
    account, causes = uuid4(), (Cause("c-1", actor=Actor("ana", "operator")), Cause("c-2", "an event"))
    for number, cause in enumerate(causes):
        async with unit_of_work(bench.database, "conformance") as work:
            work.emit(Told(on=TOPIC, account=account, number=number), cause)
            work.emit(Told(on=TOPIC, account=uuid4(), number=number), cause)
            await work.flush()
    first = (await operator.get("/journal", params={"key": str(account), "limit": 1})).json()
    rest = (await operator.get("/journal", params={"key": str(account), "after": first["next"]})).json()
    ana = {"subject": "ana", "role": "operator", "on_behalf_of": None, "via": None}
    assert [entry["actor"] for page in (first, rest) for entry in page["items"]] == [ana, None]
    assert rest["next"] is None
    second = rest["items"][0]["event_id"]
    [only] = (await operator.get("/journal", params={"key": str(account), "event": second})).json()["items"]
    assert only["event_id"] == second
