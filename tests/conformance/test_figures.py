"""What dashboards ask for: the program by each stage's store, and how Kafka keeps the topics."""

from importlib import import_module

import pytest
from prometheus_client import REGISTRY

from deploy.target.services import present
from shared.messaging.partitions import Partitions, state_of
from shared.runtime import metrics
from shared.runtime.database import Database
from shared.runtime.settings import KafkaSettings
from shared.service.figures import FigureWatch
from tests.conformance.stage import Bench
from tests.conftest import Broker, Migrated

NOWHERE = KafkaSettings(bootstrap="127.0.0.1:1", user="nobody")


def shown(gauge: str) -> dict[tuple[str, ...], float]:
    found = (sample for family in REGISTRY.collect() for sample in family.samples if sample.name == gauge)
    return {tuple(sample.labels.values()): sample.value for sample in found}


def watch(database: Database, kafka: KafkaSettings = NOWHERE, **queries: str) -> FigureWatch:
    return FigureWatch(
        database, Partitions(kafka, "figures"), {getattr(metrics, name): q for name, q in queries.items()}
    )


@pytest.mark.parametrize(
    ("leader", "isr", "state"), [(1, [1, 2], "in_sync"), (1, [1], "under_replicated"), (-1, [], "leaderless")]
)
def test_a_partition_is_as_kafka_says(leader: int, isr: list[int], state: str) -> None:
    assert state_of({"leader": leader, "isr": isr, "replicas": [1, 2]}) == state


async def test_every_partition_that_the_service_may_see_counts(broker: Broker, topic: str) -> None:
    partitions = Partitions(broker.settings(), "figures")
    before = await partitions.look()
    await broker.create_topic(f"{topic}-more", 4)
    after = await partitions.look()
    await partitions.close()
    assert after == before | {"in_sync": before["in_sync"] + 4}


async def test_a_kafka_that_is_away_shows_no_partition(bench: Bench) -> None:
    metrics.PARTITIONS.labels("in_sync").set(7)
    await watch(bench.database).of_kafka()
    assert shown("pdp_kafka_partitions") == {}


async def test_a_figure_that_is_no_more_is_shown_no_more(bench: Bench) -> None:
    await watch(bench.database, FIRMS="SELECT 'aligned', 3 UNION ALL SELECT 'matched', 2").of_store()
    assert shown("pdp_firms") == {("aligned",): 3, ("matched",): 2}
    await watch(bench.database, FIRMS="SELECT 'aligned', 4").of_store()
    assert shown("pdp_firms") == {("aligned",): 4}


@pytest.mark.parametrize("name", present())
async def test_every_stage_tells_how_far_firms_came(name: str, migrated: Migrated) -> None:
    stage, _ = import_module(f"services.{name}.app").build()
    database = Database(await migrated(name), application=name)
    await database.open()
    await FigureWatch(database, Partitions(NOWHERE, "figures"), stage.figures).of_store()
    await database.close()
    assert shown("pdp_firms")
    assert set(shown("pdp_firms").values()) == {0}
