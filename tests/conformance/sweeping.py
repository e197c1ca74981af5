"""Timers and sweeps of the reference service."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest

from shared.contracts.event import Cause
from shared.messaging.commands import Commands
from shared.messaging.decision import Decision, Timer, unchanged
from shared.messaging.routing import at, over
from shared.messaging.sweeps import SweepWorker
from shared.messaging.timers import TimerWorker
from shared.messaging.worker import Worker
from shared.runtime.database import Connection
from tests.conformance.events import Noted
from tests.conformance.stage import Account, Bench, accounts

CAUSE = Cause(correlation_id="conformance-1")


CLOCK_TICK = -1


SWEPT = -2


def opened(account: Account | None, id_: UUID, at: datetime | None = None) -> Decision[Account]:
    return Decision(account or Account(id_, ()), timers=() if at is None else (Timer("ripe", at),))


def opener(id_: UUID):
    return lambda account, _: opened(account, id_)


def ripe(account: Account | None, now: datetime) -> Decision[Account]:
    if account is None:
        return unchanged(account)
    return Decision(replace(account, numbers=(*account.numbers, CLOCK_TICK)))


def swept(account: Account | None, args: Mapping[str, str], now: datetime) -> Decision[Account]:
    if account is None:
        return unchanged(account)
    if SWEPT in account.numbers and args.get("fail"):
        raise ValueError
    event = Noted(on="conformance.swept.v1", account=account.id, number=SWEPT)
    return Decision(replace(account, numbers=(*account.numbers, SWEPT)), (event,))


async def all_accounts(connection: Connection, _: Mapping[str, str], after: UUID | None, limit: int) -> list[UUID]:
    rows = await connection.fetch(
        "SELECT id FROM account WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2", after, limit
    )
    return [row["id"] for row in rows]


@asynccontextmanager
async def running(*workers: Worker) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
    finally:
        for worker in workers:
            worker.stop()
        async with asyncio.timeout(15):
            await asyncio.gather(*tasks)


def timer(bench: Bench) -> TimerWorker:
    return TimerWorker(bench.database, "conformance", (at("ripe", accounts, ripe),))


def sweeper(bench: Bench) -> SweepWorker:
    return SweepWorker(bench.database, "conformance", (over("all", accounts, swept, select=all_accounts),))


@pytest.fixture
def commands(bench: Bench) -> Commands:
    return Commands(bench.database, "conformance")
