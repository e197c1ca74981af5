"""What an event costs with more and more suppliers in the store."""

from collections.abc import Sequence

from tests.bench.consume import load
from tests.bench.pair import Pair
from tests.bench.peer import Consumer, PeerError, compete, python
from tests.bench.report import Figures
from tests.bench.settings import Settings
from tests.bench.workload import TOPIC


class Filled(Consumer):
    """Ours, in a store that already has so many accounts."""

    tables = ("inbox", "outbox", "journal")

    def __init__(self, pair: Pair, suppliers: int, records: int, keys: int) -> None:
        super().__init__(pair, f"{suppliers:,} suppliers", python("ours"), TOPIC, records, keys)
        self._suppliers = suppliers

    async def store(self) -> str:
        self._url = await super().store()
        await self.query(
            f"INSERT INTO account SELECT gen_random_uuid(), 0, 0 FROM generate_series(1, {self._suppliers})"
        )
        return self._url

    async def empty(self) -> None:
        await self.query("DELETE FROM account WHERE taken > 0")
        await self.query("VACUUM ANALYZE account")
        await super().empty()

    async def verify(self, name: str) -> None:
        found = await self.query("SELECT sum(taken), count(*), (SELECT count(*) FROM journal) FROM account")
        if found != (self.records, self._suppliers + self._keys, self.records):
            raise PeerError(f"{self.name} has {found} in its store")


async def run(pair: Pair, settings: Settings, figures: Figures) -> None:
    await load(pair, TOPIC, settings.records, settings.keys)
    sizes: Sequence[int] = (1_000, 10_000, 100_000) if settings.quick else (1_000, 10_000, 100_000, 1_000_000)
    peers = [Filled(pair, size, settings.records, settings.keys) for size in sizes]
    await compete(peers, settings)
    for peer in peers:
        figures.add("cost per event", peer.name, 1e6 / peer.rate, "µs/event")
