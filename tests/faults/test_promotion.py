"""A standby takes over while a whole stage works: nothing acknowledged is lost, nobody stays with the old primary."""

import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer
from pydantic import SecretStr

from deploy.engines.kafka import Kafka
from deploy.engines.postgres import Postgres
from shared.runtime.settings import KafkaSettings
from shared.service.alarms import STORE_UNREACHABLE
from shared.testing.faults import Proxy
from tests.faults import promotions, report, stage, whole_stage
from tests.faults.cases import Case
from tests.faults.conftest import TOPICS
from tests.faults.plant import GROUP
from tests.faults.run import Result, run
from tests.faults.two_servers import PlantOfTwo, TwoServers, two_servers
from tests.faults.worker import Worker

MakePlantOfTwo = Callable[..., Awaitable[PlantOfTwo]]
LEFT_S = 60.0
"""For the old primary to be rid of the leader: what hangs there loses its session after 40 s."""


@pytest.fixture
async def plant_of_two(
    ground: tuple[Kafka, Proxy, Postgres, Proxy], tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> AsyncIterator[MakePlantOfTwo]:
    kafka, kafka_net, _, _ = ground
    user, password = kafka.admin_credentials
    settings = KafkaSettings(bootstrap=f"127.0.0.1:{kafka_net.port}", user=user, password=SecretStr(password))
    clerk = AIOKafkaConsumer(**settings.client(), group_id=GROUP, enable_auto_commit=False)
    await clerk.start()
    with two_servers(tmp_path_factory.mktemp("servers")) as servers:

        async def make(**more: str) -> PlantOfTwo:
            store = servers.first.ensure_database(f"fault_{secrets.token_hex(5)}")
            await stage.make_store(store)
            connection = await asyncpg.connect(store, timeout=10)
            await connection.execute(whole_stage.DESKS)
            await connection.close()
            env = {
                "PDP_DATABASE_URL": servers.url(store),
                "PDP_KAFKA_BOOTSTRAP": settings.bootstrap,
                "PDP_KAFKA_USER": user,
                "PDP_KAFKA_PASSWORD": password,
                "PDP_TOPICS": ",".join(TOPICS),
                "PDP_STOP_GRACE_S": "5",
                "PDP_DLQ_MAX_RATIO": "1",
                "PDP_ALARM_EVERY_S": "2",
                **more,
            }  # fmt: skip
            workers = [
                Worker(number, env, tmp_path / f"{number}.log", module="tests.faults.whole_stage")
                for number in ("1", "2")
            ]
            net = servers.first_net
            return PlantOfTwo(
                kafka, kafka_net, servers.first, net, store, TOPICS, "", "", settings, clerk, workers, servers=servers
            )

        yield make
        servers.first_net.set("pass")
    await clerk.stop()


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in promotions.CASES])
async def test_promotion(
    case: Case, plant_of_two: MakePlantOfTwo, results: list[Result], capsys: pytest.CaptureFixture[str]
) -> None:
    plant = await plant_of_two()
    result = await run(case, plant)
    results.append(result)
    with capsys.disabled():
        after = f"commands {plant.commands_after_s:.1f} s, ready {plant.ready_after_s:.1f} s after the promotion"
        sys.stdout.write(f"\n{report.line(result)} | {after}")
    assert not result.violations, {worker.name: worker.log.read_text()[-3000:] for worker in plant.workers}
    assert promotions.names_an_error(plant.reasons), plant.reasons
    raised = promotions.alarms(plant, "alarm_raised")
    assert STORE_UNREACHABLE in raised
    assert raised == promotions.alarms(plant, "alarm_cleared")
    if case.name in {"primary_demoted", "primary_vanished"}:
        assert await plant.until(lambda: _nobody_leads(plant.servers), LEFT_S) is not None


async def _nobody_leads(old: TwoServers) -> bool:
    return old.leaders_on_first() == 0


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_a_build_that_stays_with_the_old_primary_is_caught(
    plant_of_two: MakePlantOfTwo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.faults.plant.NOTICED_S", 30.0)
    monkeypatch.setattr("tests.faults.promotions.ON_S", 12.0)
    plant = await plant_of_two(PDP_BROKEN=whole_stage.stays_with_a_server_that_was_demoted.__name__)
    result = await run(promotions.CASES[0], plant, heal_s=12.0)
    assert "I4" in result.violations, result.findings
