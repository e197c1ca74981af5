"""How fast a stage consumes, beside what else could be written in its place."""

from collections.abc import Mapping

from shared.messaging import outbox
from shared.messaging.producer import Publisher
from tests.bench import jvm
from tests.bench.pair import Pair
from tests.bench.peer import Consumer, compete, python
from tests.bench.peers import textbook
from tests.bench.report import Figures
from tests.bench.settings import Settings
from tests.bench.workload import FEW, PARTITIONS, TOPIC, entries

CHUNK = 2_000


class Textbook(Consumer):
    statements = textbook.STATEMENTS
    tables = ("inbox", "outbox", "account")
    counted: Mapping[str, str] = {}


class NewStore(Consumer):
    """The same loop on the store as it is now: events of a transaction share rows of the outbox."""

    environment: Mapping[str, str] = {"BENCH_PUT": outbox.PUT.format(written="written", together=outbox.TOGETHER)}


def peers_of(pair: Pair, settings: Settings) -> list[Consumer]:
    java = jvm.build(pair.kafka.log.parent / "classes")
    many = (TOPIC, settings.records, settings.keys)
    few = (FEW, settings.few, settings.keys)
    peers = [
        Consumer(pair, "ours", python("ours"), *many),
        Consumer(pair, "ours 1 member", python("ours", "1"), *many),
        Consumer(pair, "ours 2 processes", python("ours", "2", "2"), *many, processes=2),
        Consumer(pair, "handwritten", python("handwritten", "1"), *many),
        Consumer(pair, "handwritten 2 members", python("handwritten", "2"), *many),
        Consumer(pair, "jvm", java("bench.HandWritten"), *many),
        NewStore(pair, "handwritten new store", python("handwritten", "1"), *many),
        NewStore(pair, "jvm new store", java("bench.HandWritten"), *many),
        Consumer(pair, "spring", java("bench.SpringListener"), *many),
        Textbook(pair, "textbook", python("textbook"), *few),
    ]
    return [peer for peer in peers if settings.wants(peer.name)]


async def load(pair: Pair, topic: str, records: int, keys: int, partitions: int = PARTITIONS) -> None:
    """Write the workload to a topic, as a relay would."""
    await pair.create_topic(topic, partitions)
    publisher = Publisher(pair.settings(), "bench-load")
    for first in range(0, records, CHUNK):
        delivery = await publisher.publish(entries(topic, first, min(CHUNK, records - first), keys))
        if delivery.failure is not None:
            raise delivery.failure
    await publisher.close()


async def run(pair: Pair, settings: Settings, figures: Figures) -> None:
    await load(pair, TOPIC, settings.records, settings.keys)
    await load(pair, FEW, settings.few, settings.keys)
    peers = peers_of(pair, settings)
    await compete(peers, settings)
    for peer in peers:
        figures.add("consume", peer.name, peer.rate, "events/s", rounds=[round(rate) for rate in peer.rates])
        figures.add("processor", peer.name, sum(peer.processor) / len(peer.processor) * 1e6, "µs/event")
        figures.add("peak memory", peer.name, peer.peak_mb, "MB")
