"""Builds that break one promise each: what the ledger must catch."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer

from shared.messaging import codec, dead_letters, fetching, gaps, inbox, journal, outbox, relay
from shared.messaging.batch import BatchRunner
from shared.messaging.codec import Poison, decode
from shared.messaging.incoming import IncomingBatch
from shared.messaging.relay import ROUND, ROUND_BYTES, Relay
from shared.messaging.subscriber import BatchSubscriber
from shared.messaging.worker import WATCHDOG_S
from shared.runtime import clock, crash, database
from shared.runtime.database import Connection
from shared.service.operations import Health
from shared.service.stage import Stage

BUILDS: dict[str, Callable[[], None]] = {}


def _build(change: Callable[[], None]) -> Callable[[], None]:
    BUILDS[change.__name__] = change
    return change


def build(name: str, stage: Stage) -> Stage:
    """Break this process as named, or leave it whole."""
    if name == "partners_in_the_main_group":
        partners = (stage.partners or "").strip("^$()").replace("\\", "").split("|")
        return replace(stage, topics=(*(stage.topics or ()), *partners), partners=None)
    if name:
        BUILDS[name]()
    return stage


def _replace(owner: Any, name: str, broken: Callable[..., Any]) -> None:
    setattr(owner, name, broken)


@_build
def inbox_off() -> None:
    async def claim(_: Connection, message_ids: Any) -> set[Any]:
        return set(message_ids)

    _replace(inbox, "claim", claim)


@_build
def offsets_before_the_store() -> None:
    handle = BatchSubscriber._handle

    async def eager(self: BatchSubscriber, batch: IncomingBatch) -> Any:
        await self._commit(batch.consumer, batch.records)
        return await handle(self, batch)

    _replace(BatchSubscriber, "_handle", eager)


@_build
def deleted_before_acknowledged() -> None:
    async def step(self: Relay, connection: Connection) -> float:
        entries = await outbox.unpublished(connection, ROUND, ROUND_BYTES)
        await outbox.Round(entries).published(connection, [entry.id for entry in entries])
        crash.point("relay.fetched")
        if entries:
            await self._publisher.publish(entries)
        return 0 if entries else WATCHDOG_S

    _replace(Relay, "step", step)


@_build
def outbox_read_backwards() -> None:
    unpublished = outbox.unpublished

    async def backwards(*given: Any) -> Any:
        # A pause, so that a key has more than one entry to swap.
        await asyncio.sleep(0.2)
        return [*reversed(await unpublished(*given))]

    _replace(outbox, "unpublished", backwards)


@_build
def nothing_blocked() -> None:
    async def blocked_among(*_: Any) -> set[Any]:
        return set()

    _replace(dead_letters, "blocked_among", blocked_among)


@_build
def letters_dropped() -> None:
    async def set_aside(*_: Any) -> None:
        return

    _replace(dead_letters, "set_aside", set_aside)


@_build
def always_ready() -> None:
    _replace(Health, "troubles", lambda _: {})


@_build
def poison_stops_the_partition() -> None:
    consume = BatchRunner.consume

    async def stubborn(self: BatchRunner, records: Any) -> Any:
        if any(isinstance(decode(record), Poison) for record in records):
            raise OSError("a record that cannot be read")
        return await consume(self, records)

    _replace(BatchRunner, "consume", stubborn)


@_build
def deaf_to_sigterm() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _replace(uvloop.Loop, "add_signal_handler", lambda *_: None)


@_build
def fetch_trusts_the_library() -> None:
    async def trusting(self: AIOKafkaConsumer, *partitions: Any, **more: Any) -> Any:
        fetched = await AIOKafkaConsumer.getmany(self, *partitions, **more)
        return {partition: list(map(fetching._record, records)) for partition, records in fetched.items()}

    _replace(fetching.CarefulConsumer, "getmany", trusting)


@_build
def bombs_are_stored() -> None:
    _replace(codec, "_unfit", lambda *_: None)


@_build
def store_is_waited_for() -> None:
    for limit in ("COMMAND_TIMEOUT_S", "SESSION_COMMAND_TIMEOUT_S"):
        setattr(database, limit, None)


@_build
def healthy_while_it_polls() -> None:
    def trouble(self: BatchSubscriber) -> dict[str, Any] | None:
        return self._progress.trouble(self._subscriber.consumer)

    _replace(BatchSubscriber, "trouble", trouble)


@_build
def partition_made_in_place() -> None:
    async def make(connection: Connection, name: str, start: datetime, end: datetime) -> None:
        bounds = f"FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
        await connection.execute(f"CREATE TABLE {name} PARTITION OF journal FOR VALUES {bounds}")

    _replace(journal, "_make_partition", make)


@_build
def gaps_are_not_looked_for() -> None:
    async def look(*_: Any) -> None:
        return

    _replace(gaps.GapWatch, "look", look)


@_build
def house_kept_by_the_process_s_clock() -> None:
    async def forget(connection: Connection, kept: timedelta) -> None:
        await connection.execute("DELETE FROM inbox WHERE received_at < $1", clock.now() - kept)

    _replace(inbox, "forget", forget)


@_build
def rounds_without_a_budget() -> None:
    relay.ROUND_BYTES = 2**40
