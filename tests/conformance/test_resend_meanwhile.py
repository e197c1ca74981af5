"""What is decided, or erased, while events are resent."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from shared.contracts import partner
from shared.messaging import journal, resend
from shared.messaging.resend import Resender
from tests.conformance.events import Stated
from tests.conformance.relaying import published, running
from tests.conformance.stage import Bench, by, envelope, eventually
from tests.conformance.test_resend import REFERRALS, referral, resender, wanted

__all__ = ["resender"]

Step = Callable[[], Awaitable[None]]


def before(monkeypatch: pytest.MonkeyPatch, name: str, step: Step) -> None:
    """Let something happen in the window before a part of the resend."""
    real = getattr(resend, name)

    async def part(*args: Any) -> Any:
        await step()
        return await real(*args)

    monkeypatch.setattr(resend, name, part)


async def test_what_is_decided_in_the_window_is_what_readers_see_last(
    bench: Bench, topic: str, resender: Resender, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = uuid4()

    async def decide() -> None:
        await bench.write_down(Stated(on=topic, account=key, number=2))
        await eventually(lambda: published(bench))

    before(monkeypatch, "_hold", decide)
    async with running(bench.relay()):
        await bench.write_down(Stated(on=topic, account=key, number=1))
        await eventually(lambda: published(bench))
        done = await resender.resend(wanted(topic), by("ana"))
        await eventually(lambda: published(bench))
    assert (done.events, done.superseded) == (0, 1)
    assert [event.number for event in await bench.told_on(topic)] == [1, 2]


async def test_what_is_decided_while_it_writes_goes_out_behind_it(
    bench: Bench, topic: str, resender: Resender, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = uuid4()
    decisions: set[asyncio.Task[None]] = set()

    async def decide() -> None:
        decisions.add(asyncio.create_task(bench.write_down(Stated(on=topic, account=key, number=2))))
        await eventually(lambda: _waits_or_is_published(bench, *decisions))

    before(monkeypatch, "_publish", decide)
    async with running(bench.relay()):
        await bench.write_down(Stated(on=topic, account=key, number=1))
        await eventually(lambda: published(bench))
        await resender.resend(wanted(topic), by("ana"))
        await asyncio.gather(*decisions)
        await eventually(lambda: published(bench))
    assert [event.number for event in await bench.told_on(topic)] == [1, 1, 2]


async def test_a_decision_under_way_is_waited_for(bench: Bench, topic: str, resender: Resender) -> None:
    """It has its id and is not seen yet."""
    key = uuid4()
    await bench.write_down(Stated(on=topic, account=key, number=1))
    async with bench.database.transaction() as connection:
        await journal.append(connection, [envelope(Stated(on=topic, account=key, number=2))])
        resending = asyncio.create_task(resender.resend(wanted(topic), by("ana")))
        await eventually(lambda: _somebody_waits(bench))
    assert (await resending).superseded == 1


async def test_a_long_transaction_meets_its_lock_timeout(
    bench: Bench, topic: str, resender: Resender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resend, "HOLD_WAIT_S", 0.05)
    async with bench.database.transaction() as connection:
        await journal.append(connection, [envelope(Stated(on=topic, account=uuid4(), number=1))])
        with pytest.raises(asyncpg.LockNotAvailableError):
            await resender.resend(wanted(topic), by("ana"))
    assert await bench.count("resend") == 0


async def test_what_is_erased_meanwhile_is_withheld(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    supplier, id_ = uuid4(), uuid4()
    await bench.write_down(referral(supplier, id_))

    async def erase() -> None:
        async with bench.database.connection() as other:
            await journal.redact(other, [supplier], partner.Referral.TYPE, "referral_id", [str(id_)], ["identity"])

    before(monkeypatch, "_hold", erase)
    done = await Resender(bench.database, "financing").resend(wanted(REFERRALS.name, partner=True), by("ana"))
    assert (done.events, done.withheld) == (0, 1)


async def _somebody_waits(bench: Bench) -> bool:
    return await bench.count("pg_locks", "NOT granted AND relation = 'journal'::regclass") > 0


async def _waits_or_is_published(bench: Bench, decision: asyncio.Task[None]) -> bool:
    return await _somebody_waits(bench) or (decision.done() and await published(bench))
