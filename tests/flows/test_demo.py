"""The whole program, as `pdp demo` plays it, while a service dies in the middle."""

import json
import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

PATIENCE_S = 240
STAGES = ("registration", "matching", "diagnosis", "development", "financing")


def _processes(root: psutil.Process, stage: str) -> list[psutil.Process]:
    """Processes of a stage below the demo's own."""
    found = []
    for process in root.children(recursive=True):
        try:
            if process.cmdline()[-2:] == ["-m", f"services.{stage}"]:
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.mark.timeout(PATIENCE_S + 30)
def test_the_program_reconciles_although_a_service_is_killed_in_the_middle(tmp_path: Path) -> None:
    victim = random.choice(STAGES)
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "deploy.local.cli", "--lang", "en", "demo", "--json", str(figures)]
    environment = os.environ | {"PDP_DATA": str(tmp_path / "data")}
    killed: list[int] = []
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        assert demo.stdout is not None
        printed = []
        for line in demo.stdout:
            printed.append(line)
            # While firms are diagnosed, and again while plans are carried out: every stage has work on its hands.
            if re.search(r"Alignment and diagnosis|Plans, activities", line):
                for process in _processes(psutil.Process(demo.pid), victim):
                    os.kill(process.pid, signal.SIGKILL)
                    killed.append(process.pid)
        code = demo.wait(PATIENCE_S)
    said = f"{victim} was killed\n{''.join(printed)}"
    assert len(killed) == 2, said
    assert code == 0, said
    _check(json.loads(figures.read_text()), said)


def _check(figures: dict, said: str) -> None:
    counts = {name: figures[name] for name in ("anchors", "areas_covered", "registered", "refused_rows")}
    assert counts == {"anchors": 16, "areas_covered": 35, "registered": 400, "refused_rows": 6}, said
    assert figures["aligned"] + figures["not_aligned"] == 400, said
    assert figures["diagnosed"] == figures["aligned"], said
    assert figures["planned"] == figures["selected"] >= 55, said
    assert figures["referred"] == figures["answered"], said
    assert min(figures["referred"][partner] for partner in ("nafin", "bancomext", "cluster")) > 0, said
    books = figures["reconciliation"]
    assert {name: books[name] for name in ("lost", "doubled", "outbox", "lag")} == dict.fromkeys(
        ("lost", "doubled", "outbox", "lag"), 0
    ), said
    assert books["dead_letters"] == books["planned_dead_letters"] == 5, said
