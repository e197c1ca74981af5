"""Dead letters in numbers: chosen by what they are, resolved in order, bounded, and written down."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from pydantic import ValidationError

from shared.contracts.event import Actor
from shared.messaging import dead_letter_queries as queries
from shared.messaging import dead_letters
from shared.messaging.batch import BatchRunner
from shared.messaging.codec import Message, Record, decode, encode
from shared.messaging.dead_letter_queries import Content, DeadLetterView, Filter, Selection
from shared.messaging.decision import RejectedEventError
from shared.messaging.replay import Replayer
from shared.messaging.routing import on
from shared.messaging.unit_of_work import UnitOfWork
from shared.runtime.clock import now
from tests.conformance.events import Told
from tests.conformance.stage import Bench, Rule, accounts, by, envelope, eventually

TOPIC = "conformance.dead-letters.v1"


def told(account: UUID, number: int, offset: int, topic: str = TOPIC) -> Record:
    value = encode(envelope(Told(on=topic, account=account, number=number)))
    return Record(topic, 0, offset, str(account).encode(), value)


def garbage(key: UUID, offset: int, topic: str = TOPIC) -> Record:
    return Record(topic, 0, offset, str(key).encode(), b"no event")


async def consume(bench: Bench, accounts: Sequence[UUID], *numbers: int) -> None:
    records = [(account, number) for number in numbers for account in accounts]
    await bench.runner.consume([told(*each, offset) for offset, each in enumerate(records)])


async def listed(
    bench: Bench, *, after: UUID | None = None, limit: int = 100, **wanted: object
) -> list[DeadLetterView]:
    async with bench.database.connection() as connection:
        return await queries.page(connection, Filter.model_validate(wanted), after, limit)


async def shown(bench: Bench, letter: UUID) -> Content:
    async with bench.database.connection() as connection:
        found = await queries.content(connection, letter)
    assert found is not None
    return found


class _Overtaken(Replayer):
    """An operator whose release fails on the number 2; before it goes on from there, something happens."""

    def __init__(self, bench: Bench, meanwhile: Callable[[], Awaitable[None]]) -> None:
        rule = Rule(lambda event: ValueError("bug") if event.number == 2 else None)
        super().__init__(
            bench.database, "portal", BatchRunner(bench.database, "portal", (on(Told, accounts, rule.told),))
        )
        self._meanwhile = meanwhile

    async def _set_aside_again(self, *args: Any) -> UUID | None:
        await self._meanwhile()
        return await super()._set_aside_again(*args)


class _Slow(BatchRunner):
    """Decides, and ends its first transaction only when somebody waits for it."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.database, "portal", bench.routes)
        self._bench = bench
        self.decided = asyncio.Event()

    async def decide_again(self, work: UnitOfWork, record: Record, actor: Actor) -> None:
        await super().decide_again(work, record, actor)
        if not self.decided.is_set():
            self.decided.set()
            await eventually(self._awaited)

    async def _awaited(self) -> bool:
        waiting = "datname = current_database() AND wait_event_type = 'Lock'"
        return await self._bench.count("pg_stat_activity", waiting) > 0


async def test_they_are_listed_oldest_first_page_by_page_and_by_what_they_are(bench: Bench) -> None:
    keys = [uuid4() for _ in range(5)]
    await bench.runner.consume([garbage(key, offset) for offset, key in reversed(list(enumerate(keys)))])
    assert [letter.offset for letter in await listed(bench)] == [0, 1, 2, 3, 4]
    assert [letter.key for letter in await listed(bench, key=str(keys[3]))] == [str(keys[3])]
    assert len(await listed(bench, reason="not_json", topic=TOPIC)) == 5
    assert await listed(bench, reason="tombstone") == await listed(bench, topic="another.v1") == []

    first = await listed(bench, limit=2)
    second = await listed(bench, after=first[-1].id, limit=2)
    assert [letter.offset for letter in (*first, *second)] == [0, 1, 2, 3]


async def test_one_is_shown_with_its_event_what_waits_and_every_attempt(bench: Bench) -> None:
    key = uuid4()
    bench.rule.failing = lambda event: ValueError("bug") if event.number == 1 else None
    await consume(bench, [key], 1, 2, 3)
    [letter] = await listed(bench)
    await bench.replayer.resolve(letter.id, "replayed", by("ana"))

    open_ = await shown(bench, letter.id)
    assert open_.attributes is not None
    assert (open_.attributes["type"], open_.data["number"], open_.raw_base64) == ("conformance.told", 1, None)
    assert ([one.offset for one in open_.waiting], open_.behind, open_.attempts) == ([1, 2], 2, 2)
    assert [(one.action, one.by, one.reason, one.error) for one in open_.actions] == [
        ("failed", "ana", "handler_failed", "ValueError")
    ]

    await bench.replayer.resolve(letter.id, "discarded", by("luis"))
    closed = await shown(bench, letter.id)
    assert [(one.action, one.by, one.released) for one in closed.actions] == [
        ("failed", "ana", 0),
        ("discarded", "luis", 0),
        ("released", "luis", 2),
    ]
    assert await listed(bench) == []
    assert [one.resolution for one in await listed(bench, closed=True)] == ["discarded"]


async def test_what_is_no_event_is_shown_raw_and_a_partner_s_not_at_all(bench: Bench) -> None:
    await bench.runner.consume([garbage(uuid4(), 0), garbage(uuid4(), 1, "partner.nafin.answers.v1")])
    raw, hidden = [await shown(bench, letter.id) for letter in await listed(bench)]
    assert (raw.raw_base64, raw.hidden) == ("bm8gZXZlbnQ=", False)
    assert (hidden.raw_base64, hidden.attributes, hidden.data, hidden.hidden) == (None, None, None, True)


async def test_all_of_a_reason_are_replayed_in_one_call_and_each_key_in_order(bench: Bench) -> None:
    keys = [uuid4() for _ in range(4)]
    bench.rule.failing = lambda event: ValueError("bug") if event.number == 1 else None
    await consume(bench, keys, 1, 2, 3)
    await bench.runner.consume([garbage(uuid4(), 100)])
    bench.rule.failing = lambda event: ValueError("bug") if event.account == keys[2] else None

    done = await bench.replayer.resolve_all(Selection(reason="handler_failed"), "replayed", by("ana"))
    assert (done.resolved, done.released, done.left) == (3, 6, 0)
    assert [(failure.resolved, failure.error) for failure in done.failures] == [(False, "handler_failed")]
    assert [await bench.numbers(key) for key in keys] == [(1, 2, 3), (1, 2, 3), (), (1, 2, 3)]
    assert {letter.reason for letter in await listed(bench)} == {"handler_failed", "not_json"}

    bench.rule.failing = lambda _: None
    by_key = await bench.replayer.resolve_all(Selection(key=str(keys[2])), "replayed", by("ana"))
    assert (by_key.resolved, by_key.released) == (1, 2)
    assert await bench.numbers(keys[2]) == (1, 2, 3)
    rest = await bench.replayer.resolve_all(Selection(all=True), "discarded", by("ana"))
    assert (rest.resolved, await listed(bench), await bench.count("blocked_key")) == (1, [], 0)


async def test_a_call_is_bounded_and_says_how_much_is_left(bench: Bench) -> None:
    """Also within one key: what was released stays released, and the next call goes on behind it."""
    keys = [uuid4() for _ in range(3)]
    bench.rule.failing = lambda event: ValueError("bug") if event.number == 1 else None
    await consume(bench, keys, 1, 2, 3)
    bench.rule.failing = lambda _: None
    done = await bench.replayer.resolve_all(Selection(all=True), "replayed", by("ana"), most=4)
    assert (done.resolved, done.released, done.left) == (2, 2, 2)
    assert [await bench.numbers(key) for key in keys] == [(1, 2, 3), (1,), ()]
    assert [letter.resolution for letter in await listed(bench)] == ["replayed", None]

    again = await bench.replayer.resolve_all(Selection(all=True, after=done.last), "replayed", by("ana"))
    assert (again.released, again.left, await listed(bench)) == (4, 0, [])
    assert [await bench.numbers(key) for key in keys] == [(1, 2, 3)] * 3


async def test_letters_that_go_on_failing_do_not_keep_a_replay_from_the_others(bench: Bench) -> None:
    keys = [uuid4() for _ in range(3)]
    bench.rule.failing = lambda _: ValueError("bug")
    await consume(bench, keys, 1)
    bench.rule.failing = lambda event: ValueError("bug") if event.account == keys[0] else None
    first = await bench.replayer.resolve_all(Selection(all=True), "replayed", by("ana"), most=1)
    assert (len(first.failures), first.left) == (1, 2)
    rest = await bench.replayer.resolve_all(Selection(all=True, after=first.last), "replayed", by("ana"))
    assert (rest.resolved, rest.left, len(await listed(bench))) == (2, 0, 1)


async def test_a_store_that_fails_between_a_letter_and_those_behind_it_strands_nobody(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = uuid4()
    bench.rule.failing = lambda event: ValueError("bug") if event.number == 1 else None
    await consume(bench, [key], 1, 2)
    [letter] = await listed(bench)
    bench.rule.failing = lambda event: OSError("store away") if event.number == 2 else None
    with pytest.raises(OSError, match="store away"):
        await bench.replayer.resolve(letter.id, "replayed", by("ana"))
    assert [(one.id, one.resolution) for one in await listed(bench)] == [(letter.id, "replayed")]

    bench.rule.failing = lambda _: None
    await bench.replayer.resolve(letter.id, "replayed", by("ana"))
    assert await bench.numbers(key) == (1, 2)
    assert (await listed(bench), await bench.count("blocked_key")) == ([], 0)


async def test_a_deadlock_of_a_letter_or_of_one_behind_it_is_decided_again(bench: Bench) -> None:
    key = uuid4()
    bench.rule.failing = lambda event: ValueError("bug") if event.number == 1 else None
    await consume(bench, [key], 1, 2)
    in_the_way = {1, 2}

    def once(event: Told) -> Exception | None:
        if event.number not in in_the_way:
            return None
        in_the_way.remove(event.number)
        return asyncpg.DeadlockDetectedError()

    bench.rule.failing = once
    done = await bench.replayer.resolve_all(Selection(all=True), "replayed", by("ana"))
    assert (done.resolved, done.released, done.failures) == (1, 1, [])
    assert (in_the_way, await bench.numbers(key)) == (set(), (1, 2))


async def test_what_one_operator_lets_take_effect_another_who_failed_on_it_does_not_set_aside(bench: Bench) -> None:
    key = uuid4()
    bench.rule.failing = lambda event: ValueError("bug") if event.number == 1 else None
    await consume(bench, [key], 1, 2, 3)
    [letter] = await listed(bench)
    bench.rule.failing = lambda _: None
    runner = _Slow(bench)
    second = Replayer(bench.database, "portal", runner)
    async with asyncio.TaskGroup() as tasks:

        async def second_comes() -> None:
            tasks.create_task(second.resolve(letter.id, "replayed", by("luis")))
            await runner.decided.wait()

        await _Overtaken(bench, second_comes).resolve(letter.id, "replayed", by("ana"))
    await bench.replayer.resolve_all(Selection(all=True), "replayed", by("ana"))
    assert await bench.numbers(key) == (1, 2, 3)
    assert (await bench.count("dead_letter"), await bench.count("blocked_record")) == (1, 0)


async def test_what_waits_behind_another_letter_meanwhile_is_not_set_aside(bench: Bench) -> None:
    key = uuid4()
    bench.rule.failing = lambda event: ValueError("bug") if event.number == 1 else None
    await consume(bench, [key], 1, 2)
    [letter] = await listed(bench)
    earlier = decode(told(key, 0, 100))
    assert isinstance(earlier, Message)
    other = dead_letters.failed("portal", earlier, "handler_failed", "ValueError")

    async def other_blocks() -> None:
        async with bench.database.transaction() as connection:
            await dead_letters.set_aside(connection, [other], now())

    await _Overtaken(bench, other_blocks).resolve(letter.id, "replayed", by("ana"))
    assert [(one.id, one.behind) for one in await listed(bench)] == [(other.id, 1)]


async def test_a_flood_behind_one_key_is_discarded_in_one_call_as_far_as_it_fits(bench: Bench) -> None:
    """Each record that takes a discarded letter's place is one more letter; by hand that is a call for each."""
    key = uuid4()
    bench.rule.failing = lambda event: RejectedEventError("unknown")
    await bench.runner.consume([*(garbage(key, offset) for offset in range(20)), told(key, 1, 20), told(key, 2, 21)])

    fitting = await bench.replayer.resolve_all(Selection(reason="not_json"), "discarded", by("ana"))
    [left] = await listed(bench)
    assert (fitting.resolved, fitting.left, left.reason, left.behind) == (20, 0, "unknown", 1)
    assert [(failure.error, failure.next) for failure in fitting.failures] == [("unknown", left.id)]

    rest = await bench.replayer.resolve_all(Selection(key=str(key)), "discarded", by("ana"))
    assert (rest.resolved, rest.left, rest.failures) == (2, 0, [])
    assert await listed(bench) == []


def test_whoever_means_all_says_so() -> None:
    with pytest.raises(ValidationError):
        Selection()
