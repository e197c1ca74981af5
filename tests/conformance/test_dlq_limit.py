"""A deploy that cannot process what it reads stops consuming, and nothing is lost."""

from uuid import UUID, uuid4

from shared.i18n import said
from shared.messaging.dlq_limit import DlqLimit
from shared.messaging.subscriber import DLQ_LIMIT_REACHED, BatchSubscriber
from tests.conformance.stage import Bench, eventually


def limit() -> DlqLimit:
    return DlqLimit(max_ratio=0.5, min_count=3, window=100)


async def test_a_bad_deploy_stops_before_it_floods_and_goes_on_where_it_stopped(bench: Bench, topic: str) -> None:
    bench.rule.failing = lambda _: ValueError("bug")
    keys = [uuid4() for _ in range(10)]
    for key in keys:
        await bench.tell(topic, key, 1)
    async with bench.subscriber(topic, limit=limit()) as subscriber:
        await eventually(lambda: _stopped(subscriber))
        assert subscriber.trouble() == said(DLQ_LIMIT_REACHED)
        assert await bench.count("dead_letter") == 2, "the one that would be too many is not written"
        assert sum(subscriber.lags().values()) > 0

        await bench.tell(topic, later := uuid4(), 1)
        bench.rule.failing = lambda _: None
        assert subscriber.resume()
        await eventually(lambda: _told(bench, later))
        await eventually(lambda: _all_but_dead(bench, keys))
        assert subscriber.trouble() is None
        assert not subscriber.resume()
    assert await bench.count("dead_letter") == 2


async def test_a_new_deploy_goes_on_without_being_asked(bench: Bench, topic: str) -> None:
    bench.rule.failing = lambda _: ValueError("bug")
    keys = [uuid4() for _ in range(6)]
    for key in keys:
        await bench.tell(topic, key, 1)
    async with bench.subscriber(topic, group="restarted", limit=limit()) as subscriber:
        await eventually(lambda: _stopped(subscriber))
    bench.rule.failing = lambda _: None
    async with bench.subscriber(topic, group="restarted", limit=limit()):
        await eventually(lambda: _all_but_dead(bench, keys))


async def test_a_batch_of_poison_that_crosses_it_leaves_nothing_behind(bench: Bench, topic: str) -> None:
    await bench.send([(topic, str(uuid4()).encode(), b"no event") for _ in range(5)])
    async with bench.subscriber(topic, limit=DlqLimit(max_ratio=0.5, min_count=1, window=100)) as subscriber:
        await eventually(lambda: _stopped(subscriber))
    assert await bench.count("dead_letter") + await bench.count("inbox") + await bench.count("blocked_key") == 0


async def test_one_key_s_trouble_does_not_stop_it(bench: Bench, topic: str) -> None:
    bad, good = uuid4(), uuid4()
    bench.rule.failing = lambda event: ValueError("bug") if event.account == bad else None
    await bench.tell(topic, bad, *range(20))
    await bench.tell(topic, good, 1)
    async with bench.subscriber(topic, limit=limit()) as subscriber:
        await eventually(lambda: _told(bench, good))
        await eventually(lambda: _blocked(bench, 19))
        assert subscriber.trouble() is None


async def test_a_stopped_subscriber_stops_no_other(bench: Bench, topic: str) -> None:
    bench.rule.failing = lambda event: ValueError("bug") if event.on == topic else None
    other = await bench.broker.create_topic(f"{topic}.other")
    for key in [uuid4() for _ in range(5)]:
        await bench.tell(topic, key, 1)
    async with bench.subscriber(topic, limit=limit()) as one, bench.subscriber(other, limit=limit()) as two:
        await eventually(lambda: _stopped(one))
        await bench.tell(other, key := uuid4(), 1)
        await eventually(lambda: _told(bench, key))
        assert (one.stopped, two.stopped) == (True, False)


async def _stopped(subscriber: BatchSubscriber) -> bool:
    return subscriber.stopped


async def _told(bench: Bench, key: UUID) -> bool:
    return await bench.numbers(key) == (1,)


async def _all_but_dead(bench: Bench, keys: list[UUID]) -> bool:
    return [await bench.numbers(key) for key in keys].count((1,)) == len(keys) - 2


async def _blocked(bench: Bench, wanted: int) -> bool:
    return await bench.count("blocked_record") == wanted
