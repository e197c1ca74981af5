"""One fault from start to books: load, fault, healing, replay, verdict."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from shared.messaging.batch import BatchRunner
from shared.messaging.replay import Replayer
from shared.runtime.database import Database
from shared.testing.ledger import Books, Findings, Invariant, Mark, balance, violations
from tests.conformance.stage import by
from tests.faults import stage
from tests.faults.cases import Case
from tests.faults.plant import START_S, Plant
from tests.faults.source import Source

WARM_S = 2.0
HEAL_S = 75.0
"""Twice a dead member's session of 30 s, and some: a fault may take two members, one after the other."""
NEIGHBOURS_BOUND_S = 3.0
PEAK_BOUND_MB = 200
"""Of one process, at any moment: hostile values and a large backlog cost no more."""


@dataclass(frozen=True, slots=True)
class Result:
    case: Case
    findings: Findings
    violations: dict[Invariant, str]


async def run(case: Case, plant: Plant, *, heal_s: float = HEAL_S, start: dict[str, str] | None = None) -> Result:
    """Play a case. `start`: settings of the processes' first start, as a crash point."""
    source = Source(plant.kafka_settings, plant.topics[0])
    watching: asyncio.Task[None] | None = None
    try:
        for worker in plant.workers:
            worker.start(**(start or {}))
        watching = asyncio.create_task(plant.watch())
        assert await plant.until(plant.all_ready, START_S) is not None, "the service never got ready"
        sending = asyncio.create_task(source.run())
        await asyncio.sleep(WARM_S)
        await case.fault(plant, source)
        fault_ended = time.monotonic()
        await asyncio.sleep(1)
        source.stop()
        await sending
        healed = await plant.until(plant.idle, heal_s)
        healed_s = None if healed is None else time.monotonic() - fault_ended
        findings = await _close(case, plant, source, healed_s)
    finally:
        if watching is not None:
            watching.cancel()
        await asyncio.gather(*(worker.stop() for worker in plant.workers))
    return Result(case, findings, violations(findings, case.invariants))


async def _close(case: Case, plant: Plant, source: Source, healed_s: float | None) -> Findings:
    ready_after = None if healed_s is None else await plant.until(plant.all_ready, 40) is not None
    before = balance(await _books(plant, 1, source.sent))
    letters, left = len(await plant.open_letters()), None
    if case.expected_letters is not None:
        left = await _resolve(case, plant)
        await plant.until(plant.idle, 20)
    first = await _books(plant, 1, source.sent)
    second = await _books(plant, 2, list(dict.fromkeys(first.effects)))
    return Findings(
        hops=[before, balance(first), balance(second)],
        healed_s=healed_s,
        highest_lag=plant.highest_lag,
        dead_letters=letters,
        expected_dead_letters=case.expected_letters,
        left_after_replay=left,
        neighbours_s=plant.neighbours_s,
        neighbours_bound_s=NEIGHBOURS_BOUND_S,
        unclean_exits=plant.exits.count(False) if plant.exits else None,
        ready_while_stuck=plant.ready_while_stuck,
        ready_after=ready_after,
        peak_mb=plant.peak_mb,
        peak_bound_mb=PEAK_BOUND_MB,
        removed=plant.removed,
        said_removed=plant.said_removed,
    )


async def _books(plant: Plant, hop: int, sent: Sequence[Mark]) -> Books:
    keys = {key for key, _ in sent}
    return Books(sent, await plant.effects(hop, keys), await plant.set_aside(hop), await plant.blocked(hop))


async def _resolve(case: Case, plant: Plant) -> int:
    """Replay or discard every dead letter, oldest first, each as often as it takes. What is left then: letters, blocked
    keys, blocked records.
    """
    database = Database(plant.store, application="replay")
    await database.open()
    runner = BatchRunner(database, "portal", stage.routes(plant.topics[1]))
    replayer = Replayer(database, "portal", runner)
    for letter in await plant.open_letters():
        while (await replayer.resolve(letter, case.resolution, by("the run"))).left:
            pass
    await database.close()
    (row,) = await plant.query(
        "SELECT (SELECT count(*) FROM dead_letter WHERE resolution IS NULL) + (SELECT count(*) FROM blocked_key)"
        " + (SELECT count(*) FROM blocked_record) AS n"
    )
    left: int = row["n"]
    return left
