"""What more processes of one service give, on topics of few and of many partitions."""

from functools import partial

from tests.bench.consume import load
from tests.bench.pair import Pair
from tests.bench.peer import Consumer, compete, python
from tests.bench.report import Figures
from tests.bench.settings import Settings
from tests.bench.workload import TOPIC

PROCESSES = (1, 2, 3)


async def run(pair: Pair, settings: Settings, figures: Figures, *, partitions: int) -> None:
    await load(pair, TOPIC, settings.records, settings.keys, partitions)
    peers = [
        Consumer(
            pair,
            f"{processes} on {partitions}",
            python("ours", "1", str(processes), str(partitions)),
            TOPIC,
            settings.records,
            settings.keys,
            processes=processes,
            partitions=partitions,
        )
        for processes in PROCESSES
    ]
    await compete(peers, settings)
    for peer in peers:
        rounds = [round(rate) for rate in peer.rates]
        figures.add("processes on partitions", peer.name, peer.rate, "events/s", rounds=rounds)


PARTS = {f"scaling-{partitions}": partial(run, partitions=partitions) for partitions in (1, 3, 6)}
