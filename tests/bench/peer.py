"""A peer as the runs see it: a process, the store it writes to, and the check of what it did."""

import asyncio
import json
import secrets
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from statistics import median
from typing import Any

import asyncpg

from shared.messaging import tables
from tests.bench.pair import Pair
from tests.bench.process import launch, log_of
from tests.bench.settings import Settings
from tests.bench.workload import ACCOUNT, MET, PARTITIONS

ROUND_DEADLINE_S = 300.0
STATEMENTS = (*tables.ALL, ACCOUNT, MET)
PUT_EACH = "INSERT INTO outbox (id, recorded_at, topic) SELECT id, recorded_at, topic FROM written RETURNING id"


class PeerError(Exception):
    """A peer that lost or doubled something is no peer."""


class Peer(ABC):
    """One process that answers rounds, on a database of its own."""

    statements: Sequence[str] = STATEMENTS
    tables: Sequence[str] = ("inbox", "outbox", "journal", "account")
    """What is emptied before each round."""
    environment: Mapping[str, str] = {"BENCH_PUT": PUT_EACH}
    """What the peer is told besides: how what is written goes into the outbox."""
    counted: Mapping[str, str] = {"outbox": "SELECT coalesce(sum(coalesce(cardinality(ids), 1)), 0)::int FROM outbox"}
    """How the events of a table are counted, where it has no row for each."""

    def __init__(self, pair: Pair, name: str, command: Sequence[str], records: int, processes: int = 1) -> None:
        self.pair = pair
        self.name = name
        self.records = records
        self.rates: list[float] = []
        """Records per second, round by round."""
        self.processor: list[float] = []
        """Seconds of the peer's own process per record."""
        self.peak_mb = 0.0
        self._command = command
        self._wanted = processes
        self._processes: list[asyncio.subprocess.Process] = []
        self._url = ""

    async def open(self) -> None:
        self._url = await self.store()
        environment = {**self.pair.environment(self._url), **self.environment}
        for _ in range(self._wanted):
            process = await launch(self.pair, self.name, self._command, environment, piped=True)
            self._processes.append(process)

    async def close(self) -> None:
        for process in self._processes:
            _pipes(process)[0].close()
            await process.wait()

    async def store(self) -> str:
        """The URL of a database of its own."""
        return await self.pair.store(*self.statements)

    async def round(self, *, counts: bool) -> None:
        """One run over all records, into an empty store, and checked; one that warms up does not count."""
        await self.empty()
        words = await self.prepare()
        answer = await self._ask(words)
        await self.verify(words)
        if counts:
            self.rates.append(self.records / answer["seconds"])
            self.processor.append(answer["cpu_s"] / self.records)
            self.peak_mb = max(self.peak_mb, answer["peak_mb"])

    @property
    def rate(self) -> float:
        return median(self.rates)

    @abstractmethod
    async def prepare(self) -> str:
        """Make ready what the peer will take; returns the name that the peer is told."""

    @abstractmethod
    async def verify(self, name: str) -> None:
        """Raises `PeerError` when something is lost or doubled."""

    async def query(self, statement: str) -> tuple[Any, ...]:
        """The first row that a statement gives."""
        connection = await asyncpg.connect(self._url)
        try:
            row = await connection.fetchrow(statement)
        finally:
            await connection.close()
        return tuple(row or ())

    async def _ask(self, name: str) -> dict[str, float]:
        """The round of all processes: from the first that began to the last that ended."""
        answers = await asyncio.gather(*(self._ask_one(process, name) for process in self._processes))
        return {
            "seconds": max(each["ended"] for each in answers) - min(each["started"] for each in answers),
            "cpu_s": sum(each["cpu_s"] for each in answers),
            "peak_mb": max(each["peak_mb"] for each in answers),
        }

    async def _ask_one(self, process: asyncio.subprocess.Process, name: str) -> dict[str, float]:
        into, out = _pipes(process)
        into.write(f"{name} {self.records}\n".encode())
        async with asyncio.timeout(ROUND_DEADLINE_S):
            answer = await out.readline()
        if not answer:
            raise PeerError(f"{self.name} ended: {log_of(self.pair, self.name).read_text()[-2_000:]}")
        return json.loads(answer)

    async def empty(self) -> None:
        """The same start for every round: no rows, and no write-ahead log that a checkpoint would come for midway."""
        await self.query(f"TRUNCATE {', '.join(self.tables)}")
        admin = await asyncpg.connect(self.pair.postgres.admin_dsn)
        await admin.execute("CHECKPOINT")
        await admin.close()


class Consumer(Peer):
    """Takes a topic in."""

    def __init__(
        self,
        pair: Pair,
        name: str,
        command: Sequence[str],
        topic: str,
        records: int,
        keys: int,
        *,
        processes: int = 1,
        partitions: int = PARTITIONS,
    ) -> None:
        super().__init__(pair, name, command, records, processes)
        self._topic = topic
        self._keys = keys
        self._partitions = partitions

    async def prepare(self) -> str:
        group = f"bench-{secrets.token_hex(4)}"
        await self.pair.group_at_end(self._topic, self._partitions, group)
        return group

    async def verify(self, name: str) -> None:
        counted = ", ".join(f"({self.counted.get(table, f'SELECT count(*) FROM {table}')})" for table in self.tables)
        found = await self.query(f"SELECT (SELECT sum(taken) FROM account), {counted}")
        expected = [self.records] * len(self.tables) + [min(self._keys, self.records)]
        if list(found) != expected:
            raise PeerError(f"{self.name} has {found} in its store, expected {expected}")
        if lag := await self.pair.lag(self._topic, self._partitions, name):
            raise PeerError(f"{self.name} left {lag} records uncommitted")


def _pipes(process: asyncio.subprocess.Process) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
    if process.stdin is None or process.stdout is None:
        raise PeerError("a peer is started with pipes")
    return process.stdin, process.stdout


async def compete(peers: Sequence[Peer], settings: Settings) -> None:
    """Rounds of all peers in turn, so that what disturbs the machine for a while disturbs each."""
    async with AsyncExitStack() as running:
        for peer in peers:
            await peer.open()
            running.push_async_callback(peer.close)
        for number in range(settings.warm_up + settings.rounds):
            for peer in peers:
                await peer.round(counts=number >= settings.warm_up)


def python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"tests.bench.peers.{module}", *arguments)
