"""Whoever leads and knows no keys of partners is seen by a process that does."""

import pytest
from structlog.testing import capture_logs

from services.financing.store.terms import public_keys
from shared.messaging.producer import Publisher
from shared.messaging.relay import RELAY_LOCK, Relay
from shared.messaging.revision import Revision
from shared.runtime.settings import ServiceSettings
from shared.service.alarms import SENDS_IN_CLEAR, AlarmWatch
from shared.service.callers import Role
from shared.service.operations import Health
from shared.testing.stage import StageUnderTest
from tests.conformance.relaying import running
from tests.conformance.stage import eventually
from tests.conftest import Broker
from tests.financing.calls import ok
from tests.security.wrong_keys import public

PARTNER = {"name": "Banco Ejemplo", "kind": "development_bank", "sla_days": 20}


async def test_a_leader_of_a_release_before_that_sends_in_clear_raises_an_alarm(
    stage: StageUnderTest, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Relay, "leader_wait_s", 0.2)
    relay = Relay(stage.database, Publisher(broker.settings(), "clear"), public_keys)
    watch = AlarmWatch(stage.database, ServiceSettings(), {}, relay, Health(), Revision("financing"))

    async def told() -> list[tuple[str, float]]:
        with capture_logs() as logs:
            await watch.look()
        return [(line["event"], line["value"]) for line in logs if line.get("name") == SENDS_IN_CLEAR]

    before = await stage.database.dedicated()
    try:
        await before.execute("SELECT pg_advisory_lock($1)", RELAY_LOCK)
        assert await told() == [], "no partner has a key"
        body = PARTNER | {"encrypt_to": public().decode()}
        await ok(stage, "PUT", "/partners/keyed", body, role=Role.OPERATOR)
        async with running(relay):
            await eventually(lambda: _waits(relay, True))
            assert await told() == [("alarm_raised", 1)]
            await before.close()
            await eventually(lambda: _waits(relay, False))
            assert await told() == [("alarm_cleared", 0)]
    finally:
        before.terminate()


async def _waits(relay: Relay, wanted: bool) -> bool:
    return relay.another_leads is wanted
