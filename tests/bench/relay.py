"""How fast an outbox is published."""

import secrets
from collections.abc import Sequence

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from tests.bench.pair import Pair
from tests.bench.peer import Peer, PeerError, compete, python
from tests.bench.peers.relays import OUTBOX
from tests.bench.report import Figures
from tests.bench.settings import Settings
from tests.bench.workload import PARTITIONS


def _ddl(statement: ExecutableDDLElement) -> str:
    return str(statement.compile(dialect=postgresql.dialect()))


class Relaying(Peer):
    """Publishes an outbox that it is given full."""

    tables: Sequence[str] = ("outbox", "journal")

    def __init__(self, pair: Pair, way: str, records: int) -> None:
        super().__init__(pair, way, python("relays", way), records)

    async def prepare(self) -> str:
        topic = f"bench.{secrets.token_hex(4)}.v1"
        await self.pair.create_topic(topic, PARTITIONS)
        return topic

    async def verify(self, name: str) -> None:
        (left,) = await self.query("SELECT count(*) FROM outbox")
        written = await self.pair.length(name, PARTITIONS)
        if left or written != self.records:
            raise PeerError(f"{self.name} published {written} of {self.records} and left {left}")


class FastStreamOutbox(Relaying):
    statements = (_ddl(CreateTable(OUTBOX)), *(_ddl(CreateIndex(index)) for index in OUTBOX.indexes))
    tables = ("outbox",)


async def run(pair: Pair, settings: Settings, figures: Figures) -> None:
    peers = [
        Relaying(pair, "ours", settings.records),
        Relaying(pair, "row-by-row", settings.few),
        FastStreamOutbox(pair, "faststream-outbox", settings.few),
        FastStreamOutbox(pair, "faststream-outbox-tuned", settings.few),
    ]
    peers = [peer for peer in peers if settings.wants(peer.name)]
    await compete(peers, settings)
    for peer in peers:
        figures.add("relay", peer.name, peer.rate, "events/s", rounds=[round(rate) for rate in peer.rates])
