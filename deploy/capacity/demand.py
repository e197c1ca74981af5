"""`python -m deploy.capacity.demand`: what matching costs when more and more is asked for, as `demand.json`.

The sample's firms and requirements, the latter many times over; the stage's own handlers on a real PostgreSQL, in this
process and without Kafka. Some minutes.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid5

import psutil

from deploy.capacity.processor import Seen, by_program, look
from deploy.demo.sample.prepare import Sample, prepare
from deploy.engines.postgres import Postgres
from services.matching.app import build as build_matching
from services.registration.app import build as build_registration
from shared.contracts.diagnosis import DiagnosisCompleted
from shared.contracts.event import EventData
from shared.contracts.registration import AnchorJoined, SupplierRegistered
from shared.days import day_of
from shared.runtime.clock import now
from shared.testing.databases import Templates
from shared.testing.stage import StageUnderTest

FILE = Path(__file__).with_name("demand.json")
TIMES = (1, 10, 50)
"""How often over the sample's requirements are open."""
CLONES = 3
"""Firms of one sampled offering: enough for sweeps of some size, few enough for minutes."""
BATCH = 500
SWEPT_AREAS = 10
SWEEPS = 3
NAMES = UUID(int=5)
Work = Callable[[], Awaitable[int]]
"""Does something for so many items."""

RANKS = {"grade": "C", "band": "C2", "dimensions": {"TEC": 6_200}, "overall": 6_200, "gaps": []}


def main() -> None:
    """Measure and write."""
    FILE.write_text(json.dumps(asyncio.run(measured()), indent=2) + "\n", encoding="utf-8")


async def measured() -> dict[str, Any]:
    """A row per number of open requirements."""
    with TemporaryDirectory(prefix="pdp-capacity-") as folder:
        sample = prepare(Path(folder), day_of(now()), 1)
        postgres = Postgres(Path(folder, "postgres"), port=0)
        try:
            postgres.start()
            postgres.wait_ready()
            async with Templates(postgres.admin_dsn, postgres.ensure_database) as templates:
                firms = await _firms(await templates.migrated("registration"), sample)
                rows = [await _at(times, await templates.migrated("matching"), sample, firms) for times in TIMES]
        finally:
            postgres.stop()
    return {"how": "python -m deploy.capacity.demand", "at": f"{now():%Y-%m-%d}", "rows": rows}


async def _firms(url: str, sample: Sample) -> list[SupplierRegistered]:
    """What registration tells of the sample's firms, several times over under other ids."""
    stage, _ = build_registration()
    async with StageUnderTest(stage, url) as registration:
        await _upload(registration, "/suppliers/imports", sample.file("suppliers.csv"))
        told = [each.data for each in await registration.told() if each.type == SupplierRegistered.TYPE]
    return [
        SupplierRegistered.model_validate({**each, "supplier_id": str(uuid5(UUID(each["supplier_id"]), str(clone)))})
        for clone in range(CLONES)
        for each in told
    ]


async def _at(times: int, url: str, sample: Sample, firms: Sequence[SupplierRegistered]) -> dict[str, Any]:
    stage, _ = build_matching()
    async with StageUnderTest(stage, url) as matching:
        await matching.consume(*_anchors(sample))
        for copy in range(times):
            await _upload(matching, "/requirements/imports", _requirements(sample, str(copy)))
        await matching.sweep()
        row: dict[str, Any] = {"requirements": await _one(matching, "SELECT count(*) FROM requirement")}
        row["registered"] = await _fastest(matching, _batches(matching, firms))
        row["diagnosed"] = await _fastest(matching, _batches(matching, _diagnoses(firms)))
        row["matches_per_supplier"] = await _one(matching, "SELECT count(*) FROM match") / len(firms)
        row["store_bytes_per_supplier"] = await _one(matching, _STATE) / len(firms)
        row["swept"] = await _fastest(
            matching, [partial(_swept, matching, sample, str(turn)) for turn in range(SWEEPS)]
        )
    sys.stderr.write(f"{json.dumps(row)}\n")
    return row


async def _swept(matching: StageUnderTest, sample: Sample, turn: str) -> int:
    """One more requirement in each of some areas, and all who meet it told; how many firms work in those areas."""
    file = _requirements(sample, f"swept {turn}", SWEPT_AREAS)
    await _upload(matching, "/requirements/imports", file)
    await matching.sweep()
    areas = [row["area"] for row in csv.DictReader(io.StringIO(file[1].decode()))]
    return await _one(matching, "SELECT count(*) FROM offering_area WHERE area = ANY($1)", areas)


def _batches(matching: StageUnderTest, events: Sequence[EventData]) -> list[Work]:
    async def consume(some: Sequence[EventData]) -> int:
        await matching.consume(*some)
        return len(some)

    return [partial(consume, events[first : first + BATCH]) for first in range(0, len(events), BATCH)]


async def _fastest(matching: StageUnderTest, pieces: Sequence[Work]) -> dict[str, float]:
    """Microseconds per item where it cost least, for what else runs only adds: of this process's and of its store's
    processor, and on the clock. And what was told per item, of all of them.
    """
    known = await _one(matching, "SELECT coalesce(max(id), 0) FROM journal")
    kept = await _one(matching, _JOURNAL)
    found, done = [], 0
    for work in pieces:
        before = _seconds()
        count = await work()
        found.append([(after - seconds) / count * 1e6 for after, seconds in zip(_seconds(), before, strict=True)])
        done += count
    told = await _one(matching, "SELECT count(*) FROM journal WHERE id > $1", known)
    size = await _one(matching, "SELECT coalesce(sum(octet_length(body)), 0) FROM journal WHERE id > $1", known)
    least = dict(zip(("processor_us", "store_us", "clock_us"), map(min, zip(*found, strict=True)), strict=True))
    stored = await _one(matching, _JOURNAL) - kept
    of_told = {"events": told / done, "event_bytes": size / done, "journal_bytes": stored / done}
    return {name: round(value, 2) for name, value in (least | of_told).items()}


def _seconds() -> tuple[float, float, float]:
    """Of this process, of its PostgreSQL, and on the clock."""
    seen: Seen = {}
    look(psutil.Process(), seen)
    return time.process_time(), by_program(seen).get("postgres", 0.0), time.perf_counter()


def _diagnoses(firms: Sequence[SupplierRegistered]) -> list[DiagnosisCompleted]:
    return [
        DiagnosisCompleted.model_validate(
            {
                "supplier_id": firm.supplier_id,
                "diagnosis_id": uuid5(NAMES, str(firm.supplier_id)),
                "instrument": "pdp-2026-1",
                "version": 1,
                "levels": {"T01": 3},
                "result": RANKS,
                "validated_at": now(),
            }
        )
        for firm in firms
    ]


def _anchors(sample: Sample) -> list[AnchorJoined]:
    rows = _rows(sample, "anchors.csv")
    return [
        AnchorJoined(
            anchor_id=uuid5(NAMES, row["codigo"]), code=row["codigo"], name=row["codigo"], states=(), joined_at=now()
        )
        for row in rows
    ]


def _requirements(sample: Sample, copy: str, most: int | None = None) -> tuple[str, bytes]:
    """The sample's file with other titles, as what they are: other requirements."""
    rows = _rows(sample, "requirements.csv")
    if most is not None:
        rows = list({row["area"]: row for row in rows}.values())[:most]
    out = io.StringIO()
    writer = csv.DictWriter(out, [*rows[0], "nuevo"])
    writer.writeheader()
    writer.writerows({**row, "titulo": f"{row['titulo']} {copy}", "nuevo": "si"} for row in rows)
    return "requirements.csv", out.getvalue().encode()


def _rows(sample: Sample, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sample.file(name)[1].decode())))


async def _upload(stage: StageUnderTest, path: str, file: tuple[str, bytes]) -> None:
    answer = await stage.client.post(path, files={"file": file}, headers=stage.headers("operator"))
    answer.raise_for_status()


async def _one(stage: StageUnderTest, query: str, *values: object) -> int:
    (row,) = await stage.rows(f"SELECT ({query}) AS value", *values)
    return int(row["value"])


_JOURNAL = "SELECT sum(pg_total_relation_size(inhrelid))::bigint FROM pg_inherits WHERE inhparent = 'journal'::regclass"
_STATE = """
    SELECT sum(pg_total_relation_size(name))::bigint
    FROM (
        SELECT unnest(ARRAY['offering', 'offering_area', 'match', 'due']::regclass[])
        UNION ALL SELECT inhrelid FROM pg_inherits WHERE inhparent IN ('pair'::regclass, 'process_offer'::regclass)
    ) AS state(name)
"""

if __name__ == "__main__":
    main()
