"""How a peer is driven: it lives in a process of its own, is told a round on its input and answers with one line."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer

from shared.runtime import logging
from shared.runtime.database import Database
from shared.runtime.garbage import leave_batches_alone
from tests.bench.workload import PARTITIONS

MEMBER_PAUSE_S = 0.01
LONGEST_FETCH_S = 0.6
"""A fetch that finds nothing is answered after half a second (`fetch.max.wait.ms`)."""

Round = Callable[[str, int], Coroutine[Any, Any, tuple[float, float]]]
"""From a name (a group, a topic) and how many records there are to when it began and ended, by `perf_counter`."""


def serve(round_: Round) -> None:
    """Answer rounds until the input ends. The collector is set as a service sets it."""
    logging.configure("bench", "INFO")
    answers = os.fdopen(os.dup(1), "w")
    # What the services log goes the same way, but must not be taken for an answer.
    os.dup2(2, 1)
    leave_batches_alone()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for line in sys.stdin:
            group, records = line.split()
            before = time.process_time()
            started, ended = runner.run(round_(group, int(records)))
            cpu = time.process_time() - before
            found = {"started": started, "ended": ended, "cpu_s": cpu, "peak_mb": peak_mb("self")}
            print(json.dumps(found), file=answers, flush=True)


def peak_mb(process: int | str) -> float:
    """The most that a process ever held at once. Not `getrusage`, which counts its parent's before it was itself."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


class Progress:
    """What a group's members of this process commit; every peer's clock stops at the last committed offset."""

    def __init__(self) -> None:
        self._left: dict[Any, int] = {}
        self._done = asyncio.Event()
        self._ended = 0.0

    async def watch(self, consumer: AIOKafkaConsumer) -> None:
        """Follow a member that has its share, from the start of it to what is its end now."""
        self._left |= await consumer.end_offsets(consumer.assignment())
        commit = consumer.commit

        async def counted(offsets: dict[Any, int] | None = None) -> None:
            await commit(offsets)
            # FastStream's own acknowledgement names no offsets: all that was handed over.
            found = offsets or {part: await consumer.position(part) for part in consumer.assignment()}
            self._left = {part: end for part, end in self._left.items() if found.get(part, 0) < end}
            if not self._left and not self._done.is_set():
                self._ended = time.perf_counter()
                self._done.set()

        consumer.commit = counted

    async def wait(self) -> float:
        """When the last offset was committed; a process without a partition has nothing to wait for."""
        if not self._left and not self._done.is_set():
            return time.perf_counter()
        await self._done.wait()
        return self._ended


async def assigned(consumers: Sequence[AIOKafkaConsumer], processes: int = 1, partitions: int = PARTITIONS) -> None:
    """Return once each member has its share and no fetch is under way: nobody's clock runs while a group comes together
    or while a fetch waits at the end of the log, behind which that of the first record would wait.
    """
    fewest, uneven = divmod(partitions, len(consumers) * processes)
    while not all(fewest <= len(each.assignment()) <= fewest + bool(uneven) for each in consumers):  # noqa: ASYNC110
        await asyncio.sleep(MEMBER_PAUSE_S)
    for consumer in consumers:
        consumer.pause(*consumer.assignment())
    await asyncio.sleep(LONGEST_FETCH_S)


async def meet(database: Database, processes: int) -> None:
    """Return once so many processes are here: none begins, or leaves its group, while another is not so far."""
    async with database.connection() as connection:
        number: int = await connection.fetchval("INSERT INTO met DEFAULT VALUES RETURNING number")
        wanted = -(-number // processes) * processes
        while await connection.fetchval("SELECT max(number) FROM met") < wanted:  # noqa: ASYNC110
            await asyncio.sleep(MEMBER_PAUSE_S)


def rewind(consumers: Sequence[AIOKafkaConsumer]) -> float:
    """The starting gun: all that was written is there to be read, from now on."""
    started = time.perf_counter()
    for consumer in consumers:
        for partition in consumer.assignment():
            consumer.seek(partition, 0)
        consumer.resume(*consumer.assignment())
    return started
