"""What a stage's log promises: every decision has its line, whichever way it came in, and every record its place in the
books.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from faststream import ContextRepo
from structlog.testing import capture_logs

from shared.contracts.event import Actor, Cause
from shared.messaging import actors
from shared.messaging.batch import FATES, BatchRunner
from shared.messaging.codec import Record, encode
from shared.messaging.commands import Commands
from shared.messaging.decision import Decision, RejectedEventError, SweepRequest, Timer
from shared.messaging.incoming import IncomingBatch, Watching
from shared.messaging.routing import at, on, over
from shared.messaging.subscriber import BatchSubscriber
from shared.messaging.sweeps import SweepWorker
from shared.messaging.timers import TimerWorker
from shared.messaging.worker import Worker
from shared.runtime import logging, metrics
from shared.runtime.clock import now
from tests.conformance.events import Noted, Told
from tests.conformance.stage import Account, Bench, accounts, by, envelope
from tests.conformance.sweeping import all_accounts

ANSWERS = "conformance.answers.v1"
ANA = Actor("ana", "operator")
CAUSE = Cause("correlation-of-a-command", actor=ANA)


class Refusing(Noted):
    TYPE = "conformance.refusing"

    reason: str = "too_small"
    reasons: tuple[str, ...] = ("too_small", "too_young")


@dataclass(frozen=True)
class Decided:
    """Reads the lines that were written since the last look."""

    captured: pytest.CaptureFixture[str]

    def __call__(self) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.captured.readouterr().err.splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == "decided"]


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Decided:
    monkeypatch.setattr(logging, "_many", {"level": "info", "service": "conformance"})
    return Decided(capsys)


def _answering(account: Account | None, id_: UUID) -> Decision[Account]:
    before = account or Account(id_, ())
    return Decision(Account(id_, (*before.numbers, 1)), (Refusing(on=ANSWERS, account=id_, number=1),))


def _told(topic: str, id_: UUID, number: int, offset: int = 0) -> Record:
    return Record(topic, 0, offset, str(id_).encode(), encode(envelope(Told(on=topic, account=id_, number=number))))


async def _step(bench: Bench, worker: Worker) -> None:
    async with bench.database.connection() as connection:
        while await worker.step(connection) == 0:
            pass


def _count() -> float:
    return metrics.DECIDED.labels(Refusing.TYPE)._value.get()


async def test_an_event_s_decision_has_its_line(bench: Bench, decided: Decided) -> None:
    id_, before = uuid4(), _count()
    routes = (on(Told, accounts, lambda account, event, _: _answering(account, event.account)),)
    record = _told("t.v1", id_, 7)
    cause = json.loads(record.value or b"")
    await BatchRunner(bench.database, "portal", routes).consume([record])
    (line,) = decided()
    assert line["type"] == Refusing.TYPE
    assert (line["aggregate_id"], line["service"], line["level"]) == (str(id_), "conformance", "info")
    assert (line["causation_id"], line["correlation_id"]) == (cause["id"], cause["correlationid"])
    assert line["reasons"] == ["too_small", "too_young"]
    assert await bench.count("journal", f"event_id = '{line['event_id']}'") == 1
    assert not {"number", "on", "account"} & line.keys(), "nothing else of what it carries"
    assert _count() == before + 1


async def test_a_command_s_a_timer_s_and_a_sweep_s_decision_have_theirs(bench: Bench, decided: Decided) -> None:
    id_, before = uuid4(), _count()
    commands = Commands(bench.database, "conformance")
    due, sweep = (Timer("ripe", now() - timedelta(days=1)),), (SweepRequest("all", {}),)

    def open_(account: Account | None, _: object) -> Decision[Account]:
        decision = _answering(account, id_)
        return Decision(decision.state, decision.events, due, sweep)

    await commands.run(accounts, id_, open_, CAUSE)
    (command,) = decided()
    timers = (at("ripe", accounts, lambda account, _: _answering(account, id_)),)
    await _step(bench, TimerWorker(bench.database, "conformance", timers))
    (timer,) = decided()
    sweeps = (over("all", accounts, lambda account, *_: _answering(account, id_), select=all_accounts),)
    await _step(bench, SweepWorker(bench.database, "conformance", sweeps))
    (swept,) = decided()
    found = (command, timer, swept)
    assert [line["type"] for line in found] == [Refusing.TYPE] * 3
    assert {line["correlation_id"] for line in found} == {CAUSE.correlation_id}
    assert {(line["actor"], line["role"]) for line in found} == {("ana", "operator")}
    assert [line.get("via") for line in found] == [None, "timer", "sweep"]
    async with bench.database.connection() as connection:
        kept = await connection.fetch("SELECT actor FROM journal ORDER BY id")
    assert [actors.of(row["actor"]) for row in kept] == [ANA, replace(ANA, via="timer"), replace(ANA, via="sweep")]
    assert _count() == before + 3


async def test_what_an_event_had_done_later_names_the_machine_and_a_partner_s_answer_its_partner(
    bench: Bench, decided: Decided
) -> None:
    id_ = uuid4()
    due, sweep = (Timer("ripe", now() - timedelta(days=1)),), (SweepRequest("all", {}),)

    def told(account: Account | None, event: Told, _: object) -> Decision[Account]:
        decision = _answering(account, event.account)
        return Decision(decision.state, decision.events, due, sweep)

    runner = BatchRunner(bench.database, "portal", (on(Told, accounts, told),))
    await runner.consume([_told("t.v1", id_, 1)])
    (line,) = decided()
    assert "actor" not in line, "the event's own stage has it"
    timers = (at("ripe", accounts, lambda account, _: _answering(account, id_)),)
    await _step(bench, TimerWorker(bench.database, "conformance", timers))
    sweeps = (over("all", accounts, lambda account, *_: _answering(account, id_), select=all_accounts),)
    await _step(bench, SweepWorker(bench.database, "conformance", sweeps))
    assert [line["actor"] for line in decided()] == ["timer", "sweep"]
    await runner.consume([Record("partner.nafin.answers.v1", 0, 0, None, b"-"), Record("t.v1", 0, 1, None, b"-")])
    assert [line["actor"] for line in decided()] == ["partner.nafin", "partner.nafin", "consumer"]


async def test_a_replayed_decision_has_its_line_and_one_rolled_back_has_none(bench: Bench, decided: Decided) -> None:
    id_ = uuid4()
    bench.rule.answer_on = ANSWERS
    bench.rule.failing = lambda event: ValueError() if event.number == 2 else None
    await bench.runner.consume([_told("t.v1", id_, number, number) for number in (1, 2, 3)])
    assert [line["type"] for line in decided()] == [Noted.TYPE, "dead-letter"]
    async with bench.database.connection() as connection:
        letter = await connection.fetchval("SELECT id FROM dead_letter")
    await bench.replayer.resolve(letter, "replayed", by("somebody"))
    assert decided() == []
    bench.rule.failing = lambda _: None
    await bench.replayer.resolve(letter, "replayed", Cause("c-1", actor=ANA))
    replayed = decided()
    assert [(line["type"], line["actor"], line["via"]) for line in replayed] == [(Noted.TYPE, "ana", "replay")] * 2
    assert all("causation_id" in line for line in replayed)


Fate = Callable[[str, UUID], list[Record]]


def _poison(id_: UUID, offset: int) -> Record:
    return Record("t.v1", 0, offset, str(id_).encode(), b"no event")


WAYS: dict[str, tuple[Fate, dict[str, int]]] = {
    "all take effect": (lambda t, i: [_told(t, i, n, n) for n in range(3)], {"applied": 3}),
    "one comes twice": (lambda t, i: [_told(t, i, 1)] * 2, {"applied": 1, "duplicate": 1}),
    "of no concern": (
        lambda t, i: [Record(t, 0, 0, str(i).encode(), encode(envelope(Noted(on=t, account=i, number=1))))],
        {"ignored": 1},
    ),
    "poison and what waits": (lambda t, i: [_poison(i, 0), _told("t.v1", i, 1, 1)], {"dead": 1, "blocked": 1}),
    "a handler fails": (lambda t, i: [_told(t, i, n, n) for n in (1, 13, 2)], {"applied": 1, "dead": 1, "blocked": 1}),
    "a handler refuses": (lambda t, i: [_told(t, i, 14), _told(t, uuid4(), 1, 1)], {"applied": 1, "dead": 1}),
    "of each": (
        lambda t, i: [_told(t, i, 1), _told(t, i, 13, 1), _told(t, i, 2, 2), _poison(uuid4(), 3)],
        {"applied": 1, "dead": 2, "blocked": 1},
    ),
}


def _failing(event: Told) -> Exception | None:
    return {13: ValueError(), 14: RejectedEventError("odd")}.get(event.number)


@pytest.mark.parametrize("way", WAYS)
async def test_the_books_of_a_batch_balance(bench: Bench, way: str) -> None:
    given, expected = WAYS[way]
    bench.rule.failing = _failing
    subscriber = bench.subscriber("t.v1").subscriber
    records = given("t.v1", uuid4())
    with capture_logs() as logs:
        await _consume(subscriber, records)
    (line,) = [line for line in logs if line["event"] == "batch_consumed"]
    assert {fate: line[fate] for fate in FATES if line[fate]} == expected
    assert sum(line[fate] for fate in FATES) == line["records"] == len(records)
    assert (line["group"], line["topics"]) == (subscriber.group, ["t.v1"])


async def _consume(subscriber: BatchSubscriber, records: list[Record]) -> None:
    batch = IncomingBatch(tuple(records), None, subscriber)
    await Watching(None, context=ContextRepo()).consume_scope(lambda it: subscriber._runner.consume(it.records), batch)
