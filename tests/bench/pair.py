"""The real pair that everything is measured on: Kafka and PostgreSQL as `pdp up` starts them, on free ports."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import asyncpg
import yaml
from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic import SecretStr

from deploy.capacity.chart import VALUES
from deploy.engines.kafka import Kafka
from deploy.engines.postgres import Postgres
from deploy.provision import kafka_admin
from deploy.provision.kafka_admin import TopicSpec
from shared.messaging import journal, tables
from shared.runtime.clock import now
from shared.runtime.settings import KafkaSettings
from shared.service import migrations


@dataclass(frozen=True)
class Pair:
    kafka: Kafka
    postgres: Postgres

    def settings(self) -> KafkaSettings:
        user, password = self.kafka.admin_credentials
        return KafkaSettings(bootstrap=self.kafka.bootstrap, user=user, password=SecretStr(password))

    def environment(self, url: str = "") -> dict[str, str]:
        """Where a process finds the pair, in the words of the services."""
        user, password = self.kafka.admin_credentials
        found = {
            "PDP_KAFKA_BOOTSTRAP": self.kafka.bootstrap,
            "PDP_KAFKA_USER": user,
            "PDP_KAFKA_PASSWORD": password,
            "PDP_DATABASE_URL": url,
            "PDP_OUTBOX_TOGETHER": "true",
        }
        address = urlsplit(url)
        jdbc = f"jdbc:postgresql://{address.hostname}:{address.port}{address.path}" if url else ""
        user, password = address.username or "", address.password or ""
        return {**found, "BENCH_JDBC_URL": jdbc, "BENCH_DB_USER": user, "BENCH_DB_PASSWORD": password}

    async def create_topic(self, name: str, partitions: int) -> None:
        await asyncio.to_thread(kafka_admin.ensure_topics, self.kafka.admin(), [TopicSpec(name, partitions)])

    async def store(self, *statements: str) -> str:
        """A database of its own with what the statements make."""
        url = await asyncio.to_thread(self.postgres.ensure_database, f"bench_{secrets.token_hex(4)}")
        connection = await asyncpg.connect(url)
        for statement in statements:
            await connection.execute(statement)
        if statements[: len(tables.STATEMENTS)] == tables.STATEMENTS:
            await journal.ensure_partitions(connection, now())
        await connection.close()
        return url

    async def migrated(self, service: str) -> str:
        """A database of its own as the service's migrations make it."""
        url = await asyncio.to_thread(self.postgres.ensure_database, f"bench_{service}_{secrets.token_hex(4)}")
        await asyncio.to_thread(migrations.upgrade, service, url)
        return url

    async def length(self, topic: str, partitions: int) -> int:
        """Records on a topic of which none was dropped yet."""
        async with self._clerk(None) as clerk:
            return sum((await clerk.end_offsets(_places(topic, partitions))).values())

    async def group_at_end(self, topic: str, partitions: int, group: str) -> None:
        """A group that has read everything: its members come in before the first record is there for them."""
        places = _places(topic, partitions)
        async with self._clerk(group) as clerk:
            clerk.assign(places)
            await clerk.commit(await clerk.end_offsets(places))

    async def lag(self, topic: str, partitions: int, group: str) -> int:
        """Records that the group has not committed. librdkafka crashes on this question before any group exists."""
        places = _places(topic, partitions)
        async with self._clerk(group) as clerk:
            ends = await clerk.end_offsets(places)
            return sum([end - (await clerk.committed(place) or 0) for place, end in ends.items()])

    @asynccontextmanager
    async def _clerk(self, group: str | None) -> AsyncIterator[AIOKafkaConsumer]:
        """A client that asks and answers for a group, and is no member of it."""
        clerk = AIOKafkaConsumer(**self.settings().client(), group_id=group, enable_auto_commit=False)
        await clerk.start()
        try:
            yield clerk
        finally:
            await clerk.stop()


def _places(topic: str, partitions: int) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for number in range(partitions)]


def store_settings(size: str) -> Mapping[str, str]:
    """What the chart sets for the stores of this size."""
    values = yaml.safe_load((VALUES / f"values-{size}.yaml").read_text(encoding="utf-8"))
    return {name: str(value) for name, value in values["service"]["store"]["parameters"].items()}


@asynccontextmanager
async def running(store: str = "") -> AsyncIterator[Pair]:
    """Started before the block and stopped after it; durable, as for a user. `store`: the size of the chart whose
    settings the store has, instead of those of one machine.
    """
    with TemporaryDirectory(prefix="pdp-bench-") as folder:
        kafka = Kafka(Path(folder, "kafka"), port=0, controller_port=0)
        postgres = Postgres(Path(folder, "postgres"), port=0, own=store_settings(store) if store else None)
        kafka.install(lambda _: None)
        try:
            kafka.start()
            postgres.start()
            postgres.wait_ready()
            kafka.wait_ready()
            yield Pair(kafka, postgres)
        finally:
            kafka.stop()
            postgres.stop()
