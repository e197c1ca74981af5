"""Ages are the store's to judge, whatever the clock of a host says."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from uuid import uuid4

import pytest

from shared.messaging import backlog
from shared.messaging.codec import Record, encode
from shared.messaging.resend import Resender
from shared.runtime import clock
from shared.runtime.settings import ServiceSettings
from shared.service.alarms import AlarmWatch
from tests.conformance.events import Told
from tests.conformance.stage import Bench, by, envelope, eventually
from tests.conformance.test_alarms import Logs, logs, said, watch_health
from tests.conformance.test_resend import resender, wanted

__all__ = ["logs", "resender"]

SOON_S = 300.0


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Sets the clock of this host wrong by so much."""
    real = clock.now
    reading = [module for name, module in sys.modules.items() if name.startswith("shared.") and _reads(module)]

    def wrong_by(offset: timedelta) -> None:
        for module in reading:
            monkeypatch.setattr(module, "now", lambda: real() + offset)

    return wrong_by


def _reads(module: object) -> bool:
    return getattr(module, "now", None) is clock.now


@pytest.mark.parametrize("days", [-70, 70])
async def test_every_age_is_by_the_store_s_clock(
    bench: Bench, topic: str, resender: Resender, host: Callable[[timedelta], None], days: int
) -> None:
    """Nothing here is a minute old, and nothing is younger than now."""
    host(timedelta(days=days))
    bench.rule.failing = lambda _: ValueError("bug")
    await bench.write_down(told := Told(on=topic, account=uuid4(), number=1))
    value = encode(envelope(told))
    assert (await bench.runner.consume([Record(topic, 0, 0, str(told.account).encode(), value)])).dead == 1
    assert (await resender.resend(wanted(topic), by("ana"))).events == 1
    async with bench.database.connection() as connection:
        found = asdict(await backlog.look(connection))
        until = await connection.fetchval("SELECT abs(extract(epoch FROM now() - max(at)))::float8 FROM resend")
    ages = {name: age for name, age in found.items() if name.endswith("_age_s")} | {"resend": until}
    assert len(ages) == 4
    assert {name: age for name, age in ages.items() if not 0 <= age < SOON_S} == {}
    assert found["blocked_age_s"] > 0
    assert found["outbox_age_s"] > 0


DOES_NOT_GET_ON = {"code": "batches_fail", "params": {"seconds": 1, "error": "OSError"}}


async def test_an_alarm_s_condition_lasts_though_the_clock_is_put_back(
    bench: Bench, logs: Logs, host: Callable[[timedelta], None]
) -> None:
    watching = watch_health(bench, ServiceSettings(alarm_stuck_after_s=0.001), one=lambda: DOES_NOT_GET_ON)
    await watching.look()
    host(timedelta(days=-1))
    await eventually(lambda: _looks_and_raises(watching, logs))
    assert said(logs) == [("alarm_raised", "not_ready")]


async def test_an_outbox_is_as_old_as_its_oldest_whatever_is_resent(
    bench: Bench, topic: str, resender: Resender
) -> None:
    await bench.write_down(Told(on=topic, account=uuid4(), number=1))
    async with bench.database.connection() as connection:
        await connection.execute("DELETE FROM outbox")
        await connection.execute("UPDATE journal SET recorded_at = now() - interval '20 days'")
        await bench.write_down(Told(on="other.topic.v1", account=uuid4(), number=2))
        await connection.execute("UPDATE outbox SET recorded_at = now() - interval '3 hours'")
        assert (await resender.resend(wanted(topic), by("ana"))).events == 1
        found = await backlog.look(connection)
        assert 3 * 3600 <= found.outbox_age_s < 3 * 3600 + SOON_S, "as its event that nobody resent"
        await connection.execute("DELETE FROM outbox")
        await resender.resend(wanted(topic), by("ana"))
        await connection.execute("UPDATE outbox SET resent_at = now() - interval '1 hour'")
        found = await backlog.look(connection)
    assert 3600 <= found.outbox_age_s < 3600 + SOON_S, "what is resent waits too"


async def _looks_and_raises(watching: AlarmWatch, logs: Logs) -> bool:
    await watching.look()
    return bool(said(logs))
