"""A Kafka and a PostgreSQL that may be broken, behind a network that may be."""

import os
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiokafka import AIOKafkaConsumer
from pydantic import SecretStr

from deploy.engines.kafka import Kafka
from deploy.engines.ports import free_port
from deploy.engines.postgres import Postgres
from shared.runtime.settings import KafkaSettings
from shared.testing.faults import Proxy
from tests.faults import report, stage
from tests.faults.plant import GROUP, Plant, make_topics
from tests.faults.run import Result
from tests.faults.worker import Worker

MakePlant = Callable[..., Awaitable[Plant]]

TOPICS = ("faults.told.v1", "faults.noted.v1")
PARTNER, OTHER = "partner.faults.answers.v1", "partner.others.answers.v1"


class _Hasty(Kafka):
    """A node that removes what is past its time within a second; others look every five minutes."""

    def _write_configuration(self, logs: Path) -> None:
        super()._write_configuration(logs)
        with self._properties.open("a") as properties:
            properties.write("log.retention.check.interval.ms=1000\nlog.initial.task.delay.ms=1000\n")


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Kafka, Proxy, Postgres, Proxy]]:
    """The pair of these runs, for them alone: cases kill it."""
    front, back, client, store = free_port(), free_port(), free_port(), free_port()
    kafka = _Hasty(tmp_path_factory.mktemp("kafka"), port=client, controller_port=0, advertised_port=front)
    kafka.install(lambda _: None)
    postgres = Postgres(tmp_path_factory.mktemp("postgres"), port=store)
    with Proxy(front, client) as kafka_net, Proxy(back, store) as postgres_net:
        kafka.start()
        postgres.start()
        try:
            kafka.wait_ready()
            postgres.wait_ready()
            # The same for all cases: a group whose members come back with other topics waits for those that do not.
            told = [each.replace("answers", "refusals") for each in (PARTNER, OTHER)]
            make_topics(kafka, (*TOPICS, PARTNER, OTHER, *told, "portal.dead-letters.v1"), max_message_bytes="4000000")
            yield kafka, kafka_net, postgres, postgres_net
        finally:
            kafka.stop()
            postgres.stop()


@pytest.fixture
async def make_plant(ground: tuple[Kafka, Proxy, Postgres, Proxy], tmp_path: Path) -> AsyncIterator[MakePlant]:
    """A store and two processes, not yet started; more settings of the processes may be given."""
    kafka, kafka_net, postgres, postgres_net = ground
    clerks: list[AIOKafkaConsumer] = []

    async def make(**more: str) -> Plant:
        name = secrets.token_hex(5)
        store = postgres.ensure_database(f"fault_{name}")
        await stage.make_store(store)
        user, password = kafka.admin_credentials
        settings = KafkaSettings(bootstrap=f"127.0.0.1:{kafka_net.port}", user=user, password=SecretStr(password))
        straight = urlsplit(store)
        through = straight.netloc.replace(f":{postgres.port}", f":{postgres_net.port}")
        env = {
            "PDP_DATABASE_URL": straight._replace(netloc=through).geturl(),
            "PDP_KAFKA_BOOTSTRAP": settings.bootstrap,
            "PDP_KAFKA_USER": user,
            "PDP_KAFKA_PASSWORD": password,
            "PDP_TOPICS": ",".join(TOPICS),
            "PDP_PARTNERS": f"^({re.escape(PARTNER)}|{re.escape(OTHER)})$",
            "PDP_STOP_GRACE_S": "5",
            # Off: a case may set aside as much as it likes.
            "PDP_DLQ_MAX_RATIO": "1",
            **more,
        }  # fmt: skip
        clerk = AIOKafkaConsumer(**settings.client(), group_id=GROUP, enable_auto_commit=False)
        await clerk.start()
        clerks.append(clerk)
        workers = [Worker(number, env, tmp_path / f"{number}.log") for number in ("1", "2")]
        return Plant(kafka, kafka_net, postgres, postgres_net, store, TOPICS, PARTNER, OTHER, settings, clerk, workers)

    yield make
    kafka_net.set("pass")
    postgres_net.set("pass")
    for clerk in clerks:
        await clerk.stop()


@pytest.fixture(scope="session")
def results() -> Iterator[list[Result]]:
    """Of all cases of this run; `PDP_FAULTS_PAGE` names a page whose table is to be made of them."""
    found: list[Result] = []
    yield found
    if page := os.environ.get("PDP_FAULTS_PAGE"):
        report.write(found, Path(page))
