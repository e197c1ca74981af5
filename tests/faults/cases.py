"""The faults: what is done to two processes under load, and which promises it puts to the test."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import TypeAlias
from uuid import uuid4

from shared.messaging.dead_letters import Resolution
from shared.runtime.crash import POINTS, Point
from shared.testing.ledger import Invariant
from tests.faults import stage, traffic
from tests.faults.plant import START_S, Plant
from tests.faults.source import KEYS, Source, told

Fault: TypeAlias = Callable[[Plant, Source], Awaitable[None]]

EXACT: tuple[Invariant, ...] = ("I1", "I2", "I3", "I4")
"""What every fault must leave whole."""

LIMIT = 20
"""Dead letters of one process before it stops."""


@dataclass(frozen=True)
class Case:
    name: str
    fault: Fault
    more: tuple[Invariant, ...] = ()
    smoke: bool = False
    expected_letters: int | None = None
    """Set: the dead letters are counted and resolved (I5)."""
    resolution: Resolution = "replayed"
    env: Mapping[str, str] = field(default_factory=dict)
    """Settings of the processes."""
    down: bool = False
    """The fault stops the service's work long enough for readiness to notice (I8)."""

    @property
    def invariants(self) -> tuple[Invariant, ...]:
        letters: tuple[Invariant, ...] = () if self.expected_letters is None else ("I5",)
        ready: tuple[Invariant, ...] = ("I8",) if self.down else ()
        return (*EXACT, *letters, *ready, *self.more)


CASES: list[Case] = []


def case(**more: object) -> Callable[[Fault], Fault]:
    def add(fault: Fault) -> Fault:
        CASES.append(Case(fault.__name__, fault, **more))  # type: ignore[arg-type]
        return fault

    return add


def _killed_at(point: Point) -> Fault:
    async def fault(plant: Plant, _: Source) -> None:
        """Each process dies at its third passing; the relay's points are passed by its leader alone."""
        for worker in plant.workers:
            await worker.die_at(f"{point}:3")
        before = sum(worker.starts for worker in plant.workers)

        async def died() -> bool:
            return sum(worker.starts for worker in plant.workers) > before

        assert await plant.until(died, START_S) is not None, f"nobody passed {point}"

    return fault


CASES += [
    Case(f"killed_at_{point.replace('.', '_')}", _killed_at(point), smoke=point == "consume.committed")
    for point in POINTS
]


@case(more=("I7",))
async def rolling_restart(plant: Plant, _: Source) -> None:
    for worker in plant.workers:
        plant.exits.append(await worker.stop())
        await asyncio.sleep(1)
        worker.start()
        assert await plant.until(worker.ready, START_S) is not None


@case(more=("I7",))
async def both_stopped_under_load(plant: Plant, _: Source) -> None:
    plant.exits += await asyncio.gather(*(worker.stop() for worker in plant.workers))
    await asyncio.sleep(2)
    for worker in plant.workers:
        worker.start()


@case()
async def killed_again_and_again(plant: Plant, _: Source) -> None:
    for number in range(6):
        plant.workers[number % 2].send(signal.SIGKILL)
        await asyncio.sleep(2)


@case()
async def zombie(plant: Plant, _: Source) -> None:
    """Asleep for longer than its session: its partitions are the other's when it wakes in the middle of its work."""
    plant.workers[0].send(signal.SIGSTOP)
    await asyncio.sleep(36)
    plant.workers[0].send(signal.SIGCONT)


@case()
async def asleep_within_the_session(plant: Plant, _: Source) -> None:
    plant.workers[0].send(signal.SIGSTOP)
    await asyncio.sleep(6)
    plant.workers[0].send(signal.SIGCONT)


@case()
async def broker_killed(plant: Plant, _: Source) -> None:
    plant.kill_kafka()
    await plant.restart_kafka()


@case()
async def broker_paused(plant: Plant, _: Source) -> None:
    plant.signal_kafka(signal.SIGSTOP)
    await asyncio.sleep(12)
    plant.signal_kafka(signal.SIGCONT)


@case()
async def broker_down_under_writes(plant: Plant, source: Source) -> None:
    """People go on writing meanwhile: the outbox keeps what they decided."""
    plant.kill_kafka()
    for _ in range(20):
        await traffic.write_down(plant, source, uuid4(), [1, 2, 3])
        await asyncio.sleep(1)
    await plant.restart_kafka()


@case(down=True)
async def postgres_stopped(plant: Plant, _: Source) -> None:
    plant.postgres.stop()
    await plant.note_readiness()
    await plant.restart_postgres()


@case()
async def postgres_crashed(plant: Plant, _: Source) -> None:
    plant.crash_postgres()
    await plant.restart_postgres()


@case()
async def backends_terminated(plant: Plant, _: Source) -> None:
    for _attempt in range(5):
        await plant.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await asyncio.sleep(1)


@case()
async def rebalance_storm(plant: Plant, _: Source) -> None:
    """A third process comes and goes: by SIGTERM and by SIGKILL."""
    guest = plant.guest()
    for number in range(4):
        guest.start()
        await plant.until(guest.ready, 20)
        if number % 2:
            guest.send(signal.SIGKILL)
        await guest.stop()


@case()
async def offsets_reset(plant: Plant, source: Source) -> None:
    """Everything comes again."""
    since = datetime.fromtimestamp(min(source.sent_at.values()), UTC)
    await asyncio.gather(*(worker.stop() for worker in plant.workers))
    await asyncio.to_thread(plant.forget_offsets, since)
    for worker in plant.workers:
        worker.start()


@case(expected_letters=6, resolution="discarded", smoke=True)
async def poison(plant: Plant, _: Source) -> None:
    await traffic.send(plant.kafka_settings, plant.topics[0], traffic.poisons(plant.topics[0]))


@case(expected_letters=0)
async def hostile_headers(plant: Plant, source: Source) -> None:
    key = uuid4()
    for number, header in enumerate([("h", None), ("h", b"\xff\xfe"), ("", b"")], 1):
        await traffic.send(plant.kafka_settings, source.topic, [told(source.topic, key, number)], [header])
        source.sent.append((key, number))


@case(expected_letters=1, smoke=True)
async def bug_on_one_event(plant: Plant, source: Source) -> None:
    """One number of one key fails; that key's later ones wait behind it."""
    key, numbers = uuid4(), range(500_001, 500_011)
    await plant.query("INSERT INTO bug VALUES (500003)")
    await source.deliver([told(source.topic, key, number) for number in numbers])
    source.sent += [(key, number) for number in numbers]
    await traffic.letters(plant, 1)
    await plant.query("DELETE FROM bug")


@case(expected_letters=KEYS)
async def bug_on_one_event_of_every_key(plant: Plant, source: Source) -> None:
    await plant.query("INSERT INTO bug VALUES ($1)", source.sent[-1][1] + 10)
    await traffic.letters(plant, KEYS)
    await plant.query("DELETE FROM bug")


@case(
    expected_letters=LIMIT - 1,
    # A key is one dead letter, and there are only so many keys: among the good records of a long window they are few.
    env={"PDP_DLQ_MAX_RATIO": "0.2", "PDP_DLQ_MIN_COUNT": str(LIMIT), "PDP_DLQ_WINDOW": "50", "PDP_CONSUMERS": "1"},
)
async def bug_on_every_event(plant: Plant, _: Source) -> None:
    """A bad deploy, in one process: it stops before the dead letters are too many, and goes on with the next deploy."""
    other, bad = plant.workers
    await other.stop()
    await plant.query("INSERT INTO bug VALUES ($1)", stage.ALL)
    await plant.note_readiness()
    await bad.stop()
    await plant.query("DELETE FROM bug")
    for worker in plant.workers:
        worker.start()


@case()
async def duplicates(plant: Plant, source: Source) -> None:
    """A writer that sends everything three times, under the same ids."""
    keys = [uuid4() for _ in range(20)]
    for number in range(1, 6):
        await source.deliver([told(source.topic, key, number) for key in keys] * 3)
        source.sent += [(key, number) for key in keys]


@case()
async def writers_in_each_other_s_way(plant: Plant, source: Source) -> None:
    """Many transactions that take their ids early and commit late, two on each key."""
    pairs = [(uuid4(), count(1)) for _ in range(6)]
    await asyncio.gather(*(traffic.write_slowly(plant, source, *pair) for pair in pairs * 2))


@case()
async def newer_and_older_writers(plant: Plant, source: Source) -> None:
    """Version N+1 adds a field and an attribute; N-1 does not know the correlation."""
    key = uuid4()
    await traffic.send(plant.kafka_settings, source.topic, traffic.other_versions(source.topic, key, 1))
    source.sent += [(key, 1), (key, 2)]
