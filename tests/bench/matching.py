"""How soon pairs are there when a requirement or a firm changes, how fast firms come in, and whether pairs are right.

The stage is in this process on a real store, with its sweeps beside it. Most firms of a large run are written to the
store as their events would have written them; so many as a round of records come in as events then, to a full store.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import count
from random import Random
from statistics import quantiles
from typing import Any
from uuid import UUID

from services.matching import catalogue
from services.matching.app import build
from services.matching.domain.alignment import Hit, hit
from services.matching.domain.rematch import Offering
from services.matching.handlers import requirements as handlers
from services.matching.store import judging, queries
from services.matching.store.demand import publishing, requirements
from services.matching.store.narrow import PROCESS_OFFER, offered_rows
from services.matching.store.offerings import offerings
from shared.areas import CODES
from shared.contracts.event import Cause, EventData
from shared.contracts.registration import SupplierChanged
from shared.days import day_of
from shared.messaging.routing import Sweeps
from shared.messaging.sweeps import SweepWorker
from shared.runtime import logging
from shared.runtime.clock import now
from shared.runtime.database import Connection, Database
from shared.runtime.garbage import leave_batches_alone
from shared.runtime.settings import ServiceSettings
from shared.testing.stage import StageUnderTest
from tests.bench.pair import Pair
from tests.bench.report import Figures
from tests.bench.settings import Settings
from tests.bench.trade import ANCHOR, JOINED, asked, diagnosed, profile, registered, supplier_id

PART = "matching"
BATCH, FILLED, AT_ONCE = 500, 10_000, 200
DIAGNOSED = 4
"""One of so many firms that come in as events is diagnosed."""
CONSUMERS = ServiceSettings.model_fields["consumers"].default
CLIENTS = (1, 4)
TRIES = 60
"""Of each client count."""
LOOK_S, READY_S = 0.003, 3_600.0
SAMPLED_FIRMS = 20_000
Act = Callable[[int], Awaitable[object]]


async def run(pair: Pair, settings: Settings, figures: Figures) -> None:
    logging.configure("bench", "WARNING")
    # As a service's process does: with Python's own thresholds the collector takes two thirds of a bulk load's time.
    leave_batches_alone()
    stage, _ = build()
    async with StageUnderTest(stage, await pair.migrated("matching")) as matching:
        sweeps = TimedSweeps(matching.database, "matching", stage.sweeps)
        measured = Measured(matching, sweeps, settings, figures)
        working = asyncio.create_task(sweeps.run())
        try:
            await measured.all()
        finally:
            sweeps.stop()
            await working


class TimedSweeps(SweepWorker):
    """How long each step took, its commit included: no lock of a sweep is held longer."""

    def __init__(self, database: Database, service: str, sweeps: Sweeps) -> None:
        super().__init__(database, service, sweeps)
        self.took_s: list[float] = []

    async def step(self, connection: Connection) -> float:
        began = time.perf_counter()
        pause = await super().step(connection)
        if not pause:
            self.took_s.append(time.perf_counter() - began)
        return pause


class Measured:
    """One run."""

    def __init__(self, stage: StageUnderTest, sweeps: TimedSweeps, settings: Settings, figures: Figures) -> None:
        self._stage, self._sweeps, self._settings, self._figures = stage, sweeps, settings, figures
        self._came_in = min(settings.records, settings.suppliers)
        self._next = count(settings.requirements)

    async def all(self) -> None:
        suppliers, asked_for = self._settings.suppliers, self._settings.requirements
        await self._stage.consume(JOINED)
        for first in range(0, asked_for, AT_ONCE):
            await self._publish_many(range(first, min(first + AT_ONCE, asked_for)))
        await self._told()
        await self._fill()
        firms_per_s, pairs_per_s = await self._bulk()
        await self._told()
        for name, figure in (("suppliers", suppliers), ("requirements", asked_for)):
            self._figures.add(PART, name, figure, name)
        tries: tuple[tuple[str, Act], ...] = (
            ("changed_supplier", self._changed_supplier),
            ("candidates_page", self._candidates_page),
            # Last: of a million firms it leaves hundreds of thousands to be told, and nobody waits for that.
            ("new_requirement", self._new_requirement),
        )
        self._sweeps.took_s.clear()
        for name, act in tries:
            for clients in CLIENTS:
                by = "" if clients == CLIENTS[0] else f"_{clients}_at_once"
                self._figures.add(PART, f"{name}_p95_ms{by}", await _p95(act, clients), "ms", samples=TRIES)
        steps = sorted(self._sweeps.took_s)
        self._figures.add(PART, "sweep_step_p99_ms", quantiles(steps, n=100)[98] * 1_000, "ms", samples=len(steps))
        self._figures.add(PART, "sweep_step_longest_ms", steps[-1] * 1_000, "ms", samples=len(steps))
        compared, differ = await self._differences()
        self._figures.add(PART, "bulk_rows_per_s", firms_per_s, "firms/s")
        self._figures.add(PART, "bulk_pairs_per_s", pairs_per_s, "pairs/s")
        self._figures.add(PART, "pairs", await self._pairs(), "pairs")
        self._figures.add(PART, "sampled_pairs", compared, "pairs")
        self._figures.add(PART, "differences", differ, "pairs")

    async def _bulk(self) -> tuple[float, float]:
        """Firms, and pairs, a second through the stage's own way in: from the bytes of their events to what follows, by
        as many consumers at once as a process has.
        """
        came_in = range(self._came_in)
        batches = iter(
            [[registered(number) for number in came_in[first : first + BATCH]] for first in came_in[::BATCH]]
        )
        began = time.perf_counter()
        await asyncio.gather(*(self._consume(batches) for _ in range(CONSUMERS)))
        took = time.perf_counter() - began
        pairs = await self._number(_PAIRS_OF, [supplier_id(number) for number in came_in])
        await self._consume(iter([[diagnosed(number) for number in came_in[::DIAGNOSED]]]))
        return self._came_in / took, pairs / took

    async def _consume(self, batches: Iterator[Sequence[EventData]]) -> None:
        for batch in batches:
            for first in range(0, len(batch), BATCH):
                await self._stage.consume(*batch[first : first + BATCH])

    async def _fill(self) -> None:
        """The other firms, and their pairs area by area."""
        if self._came_in >= self._settings.suppliers:
            return
        rules = catalogue.rules()
        for first in range(self._came_in, self._settings.suppliers, FILLED):
            made = [
                Offering(supplier_id(number), profile(registered(number)))
                for number in range(first, min(first + FILLED, self._settings.suppliers))
            ]
            async with self._stage.database.transaction() as connection:
                await offerings.save_many(connection, made, [])
                rows = [row for each in made for row in offered_rows(each, rules)]
                await connection.copy_records_to_table("process_offer", records=rows, columns=PROCESS_OFFER)
        async with self._stage.database.connection() as connection:
            # The index at the end: built from rows that are there it takes a tenth of the time.
            await connection.execute("SET statement_timeout = 0")
            await connection.execute(_WITHOUT_INDEX)
            for area in CODES:
                await connection.execute(_FILL_PAIRS, area, day_of(now()), timeout=READY_S)
            await connection.execute(_WITH_INDEX, timeout=READY_S)
            await connection.execute(_FILL_COUNTS, timeout=READY_S)
            await connection.execute("VACUUM (ANALYZE) pair", timeout=READY_S)
            await connection.execute("VACUUM (ANALYZE) process_offer", timeout=READY_S)

    async def _told(self) -> None:
        """Wait until every firm was told what changed."""
        async with asyncio.timeout(READY_S):
            while await self._number("SELECT count(*) FROM sweep WHERE finished_at IS NULL"):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_S * 10)

    async def _publish_many(self, numbers: Sequence[int]) -> None:
        made = [asked(number) for number in numbers]
        decide = {each.id: _publishing(each.id, each.specification) for each in made}
        await self._stage.commands.run_many(requirements, decide, Cause("bench"), publishing)

    async def _new_requirement(self, _: int) -> None:
        """From the buyer's command to all its hits."""
        made = asked(next(self._next))
        command = _publishing(made.id, made.specification)
        await self._stage.commands.run(requirements, made.id, command, Cause("bench"), publishing)
        async with asyncio.timeout(READY_S):
            while not await self._number(_FOUND, str(made.id)):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_S)

    async def _changed_supplier(self, number: int) -> None:
        """From the bytes of the event to all its pairs, told."""
        await self._stage.consume(registered(number * 7 % self._came_in, SupplierChanged, f"again {time.monotonic()}"))

    async def _candidates_page(self, number: int) -> None:
        requirement = asked(number * 11 % self._settings.requirements)
        headers = self._stage.headers("anchor", anchor_id=ANCHOR)
        answer = await self._stage.client.get(f"/requirements/{requirement.id}/matches", headers=headers)
        answer.raise_for_status()

    async def _differences(self) -> tuple[int, int]:
        """How many pairs of chance firms with all that is asked in their areas were compared, and how many differ."""
        compared = different = 0
        firms = Random(1).sample(range(self._settings.suppliers), min(SAMPLED_FIRMS, self._settings.suppliers))
        wanted = self._settings.sampled
        for number in firms:
            offering = await queries.find_offering(self._stage.database, supplier_id(number))
            if offering is None or offering.profile is None:
                raise ValueError("a firm is missing")
            met, known = await queries.alignment_of(self._stage.database, offering)
            found = {each.requirement_id: Hit(each.score, each.unknown) for each in met}
            for requirement in (each for some in known.values() for each in some):
                defined = hit(offering.profile, requirement.specification, catalogue.rules(), day_of(now()))
                different += defined != found.get(requirement.id)
                compared += 1
            if compared >= wanted:
                break
        return compared, different

    async def _pairs(self) -> int:
        """All of them: of some hundred million that takes longer than a decision may."""
        async with self._stage.database.transaction() as connection:
            await connection.execute("SET LOCAL statement_timeout = 0")
            return int(await connection.fetchval("SELECT count(*) FROM pair", timeout=READY_S))

    async def _number(self, query: str, *values: object) -> int:
        async with self._stage.database.connection() as connection:
            return int(await connection.fetchval(query, *values, timeout=READY_S))


def _publishing(id_: UUID, need: Any) -> Callable[[Any, Any], Any]:
    return lambda _, known: handlers.publish(id_, known.get(ANCHOR), need, now())


async def _p95(act: Act, clients: int) -> float:
    """Milliseconds of each of some tries, by so many who each go on when theirs is done."""
    numbers: Iterator[int] = iter(range(TRIES))
    took: list[float] = []

    async def client() -> None:
        for number in numbers:
            began = time.perf_counter()
            await act(number)
            took.append(time.perf_counter() - began)

    await asyncio.gather(*(client() for _ in range(clients)))
    return quantiles(took, n=20)[18] * 1_000


_FOUND = """
    SELECT count(*) FROM sweep
    WHERE kind = 'requirement_changed' AND args->>'requirement_id' = $1 AND finished_at IS NOT NULL
"""
_FILLED = judging.hits(
    catalogue.rules(),
    """open_demand AS d JOIN process_offer AS o ON o.area = d.area
        WHERE o.area = $1 AND d.area = $1""",
    "$2::date",
)
_FILL_PAIRS = f"""
    INSERT INTO pair (area, offering_id, requirement_id, points, unknown)
    SELECT area, offering_id, requirement_id, points, unknown FROM ({_FILLED}) AS hits
"""
_PAIRS_OF = """
    SELECT sum(met::integer) FROM offering CROSS JOIN jsonb_each_text(aligned) AS area(code, met)
    WHERE id = ANY($1::uuid[])
"""
_WITHOUT_INDEX = "ALTER TABLE pair DROP CONSTRAINT pair_pkey"
_WITH_INDEX = """
    SET maintenance_work_mem = '1GB';
    ALTER TABLE pair ADD CONSTRAINT pair_pkey PRIMARY KEY (area, offering_id, requirement_id)
"""
_FILL_COUNTS = """
    UPDATE offering SET revision = 1, aligned = counted.aligned
    FROM (
        SELECT offering_id, jsonb_object_agg(area, met) AS aligned
        FROM (SELECT offering_id, area, count(*) AS met FROM pair GROUP BY 1, 2) AS by_area GROUP BY 1
    ) AS counted
    WHERE offering.id = counted.offering_id
"""
