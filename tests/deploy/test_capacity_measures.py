"""The programs that measure for the capacity model, on little."""

import subprocess
import sys

from deploy.capacity import demand
from deploy.capacity.processor import by_program
from deploy.demo.sample.prepare import prepare
from shared.contracts.registration import SupplierRegistered
from shared.days import day_of
from shared.runtime.clock import now
from tests.conftest import Migrated

BUSY = "import time\nend = time.process_time() + 1.0\nwhile time.process_time() < end: pass"

STARTS = "import subprocess, sys; subprocess.run([sys.executable, '-c', {!r}])"


async def test_more_demand_costs_matching_more(migrated: Migrated, tmp_path) -> None:
    sample = prepare(tmp_path, day_of(now()), 1)
    firms = (await demand._firms(await migrated("registration"), sample))[:60]
    assert all(isinstance(firm, SupplierRegistered) for firm in firms)
    few, more = [await demand._at(times, await migrated("matching"), sample, firms) for times in (1, 4)]
    assert more["requirements"] == 4 * few["requirements"]
    assert few["registered"]["events"] == more["registered"]["events"] == 1
    assert more["matches_per_supplier"] > 3 * few["matches_per_supplier"] > 0
    # A firm is told what changed, however much it can meet besides.
    assert more["swept"]["event_bytes"] == few["swept"]["event_bytes"] > 0
    assert all(row["registered"]["journal_bytes"] > 0 for row in (few, more))
    assert all(row[work]["processor_us"] > 0 for row in (few, more) for work in ("registered", "diagnosed", "swept"))


def test_a_childs_childs_time_is_counted() -> None:
    child = STARTS.format(BUSY)
    command = [sys.executable, "-m", "deploy.capacity.processor", sys.executable, "-c", STARTS.format(child)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    assert float(found.stdout.split()[1]) >= 0.7


def test_programs_are_added_up() -> None:
    seen = {(1, 0.0): ("postgres", 1.5), (2, 0.0): ("java", 4.0), (3, 0.0): ("postgres", 1.0)}
    assert by_program(seen) == {"java": 4.0, "postgres": 2.5}
