"""Builds that break one promise each: what the ledger must catch."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import uvloop

from shared.messaging import dead_letters, inbox, journal
from shared.messaging.batch import BatchRunner
from shared.messaging.codec import Poison, decode
from shared.messaging.incoming import IncomingBatch
from shared.messaging.relay import ROUND, ROUND_BYTES, Relay
from shared.messaging.subscriber import BatchSubscriber
from shared.messaging.worker import WATCHDOG_S
from shared.runtime import crash
from shared.runtime.database import Connection
from shared.service.operations import Health
from shared.service.service import Stage

BUILDS: dict[str, Callable[[], None]] = {}


def _build(change: Callable[[], None]) -> Callable[[], None]:
    BUILDS[change.__name__] = change
    return change


def build(name: str, stage: Stage) -> Stage:
    """Break this process as named, or leave it whole."""
    if name == "partners_in_the_main_group":
        partner = (stage.partners or "").strip("^$").replace("\\", "")
        return replace(stage, topics=(*(stage.topics or ()), partner), partners=None)
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
        entries = await journal.unpublished(connection, ROUND, ROUND_BYTES)
        await journal.published(connection, [entry.id for entry in entries])
        crash.point("relay.fetched")
        if entries:
            await self._publisher.publish(entries)
        return 0 if entries else WATCHDOG_S

    _replace(Relay, "step", step)


@_build
def outbox_read_backwards() -> None:
    unpublished = journal.unpublished

    async def backwards(*given: Any) -> Any:
        # A pause, so that a key has more than one entry to swap.
        await asyncio.sleep(0.2)
        return [*reversed(await unpublished(*given))]

    _replace(journal, "unpublished", backwards)


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
