"""What a piece of work costs in things that can be counted, which a busy machine does not change."""

import gc
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from asyncpg.connection import LoggedQuery

from shared.runtime.database import Connection, Database

BASELINE = Path(__file__).with_name("baseline.json")
REBASE = "PDP_REBASE"
"""Set, the baseline is written anew from what is counted: for a change that was meant, with the diff to review."""
TOLERANCE = 0.10
"""Of calls: how often the loop wakes differs from run to run. Statements have none."""
PREPARED = "SELECT count(*) FROM pg_prepared_statements"
PLANNED = "SELECT coalesce(sum(custom_plans), 0)::bigint FROM pg_prepared_statements"
SCANNED = "SELECT coalesce(sum(seq_tup_read), 0)::bigint FROM pg_stat_user_tables"


@dataclass
class Cost:
    """Of one block."""

    statements: int = 0
    """SQL statements on the connection that the pool gives next, BEGIN and COMMIT among them."""
    prepared: int = 0
    """Statements that were prepared on the way: each is one more round trip."""
    planned: int = 0
    """Uses of a prepared statement that PostgreSQL planned anew."""
    rows_scanned: int = 0
    """Rows that were read because a table was read from end to end, for want of an index or of a plan that uses it."""
    calls: int = 0
    """Functions called, Python's and C's."""

    @property
    def round_trips(self) -> int:
        return self.statements + self.prepared


@asynccontextmanager
async def counted(database: Database) -> AsyncIterator[Cost]:
    """Count what the block does. It must leave one connection of the pool in use at a time: the one that is watched."""
    cost = Cost()

    def statement(_: LoggedQuery) -> None:
        cost.statements += 1

    def call(_frame: object, event: str, _arg: object) -> None:
        cost.calls += event in {"call", "c_call"}

    async with database.connection() as connection:
        scanned = await _scanned(connection)
        planned = await connection.fetchval(PLANNED)
        prepared = await connection.fetchval(PREPARED)
        connection.add_query_logger(statement)
    gc.disable()
    sys.setprofile(call)
    try:
        yield cost
    finally:
        sys.setprofile(None)
        gc.enable()
        async with database.connection() as connection:
            connection.remove_query_logger(statement)
            cost.prepared = await connection.fetchval(PREPARED) - prepared
            cost.planned = await connection.fetchval(PLANNED) - planned
            cost.rows_scanned = await _scanned(connection) - scanned


async def _scanned(connection: Connection) -> int:
    """By this connection, and by others as far as they have told."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    rows: int = await connection.fetchval(SCANNED)
    return rows


def judge(work: str, found: dict[str, float]) -> None:
    """Fails when `work` costs more than its baseline; writes the baseline when asked to."""
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    if os.environ.get(REBASE):
        baseline[work] = {name: round(value, 1) for name, value in found.items()}
        BASELINE.write_text(json.dumps(baseline, indent=2, sort_keys=True) + "\n")
        return
    allowed = {name: value * (1 + TOLERANCE) if "calls" in name else value for name, value in baseline[work].items()}
    dearer = {name: (value, baseline[work][name]) for name, value in found.items() if value > allowed[name]}
    assert not dearer, f"{work} costs more than its baseline (now, baseline): {dearer}; {REBASE}=1 accepts it"
