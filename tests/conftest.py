"""The real pair for every test that needs it: one Kafka and one PostgreSQL per run, a fresh store per test."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from deploy.local import kafka_admin
from deploy.local.kafka import Kafka
from deploy.local.kafka_admin import TopicSpec
from deploy.local.postgres import Postgres
from shared.runtime.database import Database
from shared.runtime.settings import KafkaSettings
from shared.testing.databases import Templates
from shared.testing.stage import StageUnderTest

Migrated = Callable[[str], Awaitable[str]]
"""From a service's name to the URL of a store of its own, as its migrations make it."""


@dataclass(frozen=True)
class Broker:
    """The run's Kafka."""

    node: Kafka

    def settings(self, user: str | None = None, password: str | None = None) -> KafkaSettings:
        """Client settings, of the super user unless another is given."""
        name, word = self.node.admin_credentials
        return KafkaSettings(
            bootstrap=self.node.bootstrap,
            user=user or name,
            password=SecretStr(password if user and password else word),
        )

    async def create_topic(self, name: str, partitions: int = 3, **config: str) -> str:
        spec = TopicSpec(name, partitions, {key.replace("_", "."): value for key, value in config.items()})
        await asyncio.to_thread(kafka_admin.ensure_topics, self.node.admin(), [spec])
        return name


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    node = Kafka(tmp_path_factory.mktemp("kafka"), port=0, controller_port=0)
    node.install(lambda _: None)
    node.start()
    try:
        node.wait_ready()
        yield Broker(node)
    finally:
        node.stop()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("postgres"), port=0, durable=False)
    server.start()
    try:
        server.wait_ready()
        yield server
    finally:
        server.stop()


@pytest.fixture
def store_url(postgres: Postgres) -> str:
    """An empty database of its own."""
    return postgres.ensure_database(f"test_{secrets.token_hex(6)}")


@pytest.fixture(scope="session")
async def templates(postgres: Postgres) -> AsyncIterator[Templates]:
    async with Templates(postgres.admin_dsn, postgres.ensure_database) as templates:
        yield templates


@pytest.fixture
async def migrated(templates: Templates) -> AsyncIterator[Migrated]:
    """A service's migrations run once; each call gives a copy, dropped after the test."""
    copies: list[str] = []

    async def copy(service: str) -> str:
        copies.append(await templates.copy(service))
        return copies[-1]

    yield copy
    for url in copies:
        await templates.drop(url)


@pytest.fixture
def database(stage: StageUnderTest) -> Database:
    """The store of the stage under test, which each service's `conftest.py` builds."""
    return stage.database


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
async def topic(broker: Broker) -> str:
    """A fresh topic with three partitions."""
    return await broker.create_topic(f"conformance.{secrets.token_hex(6)}.v1")
