"""The program as `pdp demo` plays it, in a process of its own, and the way to kill what it runs."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from deploy.cli.installation import DEMO
from deploy.engines.ports import accepts
from deploy.local.state import read_running

OUTCOME = "outcome.json"


@contextmanager
def playing(data: Path, module: str = "deploy.cli.main", **environment: str) -> Iterator[subprocess.Popen[str]]:
    """`pdp demo`, by this module, with its lines on `stdout`; what it found is in `outcome(data)` once it has ended."""
    with subprocess.Popen(
        [sys.executable, "-m", module, "--lang", "en", "demo", "--json", str(data / OUTCOME)],
        env={**os.environ, "PDP_DATA": str(data), "PYTHONUNBUFFERED": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as demo:
        yield demo


def lines(demo: subprocess.Popen[str]) -> Iterator[str]:
    assert demo.stdout is not None
    yield from demo.stdout


def outcome(data: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data / OUTCOME).read_text())
    return found


def serving(data: Path) -> dict[str, psutil.Process]:
    """The processes of the demo's platform that take connections now, by name: services and engines."""
    run = read_running(data / DEMO)
    if run is None:
        return {}
    listening = (child for child in run.children if child.name in run.ports and accepts(run.ports[child.name]))
    return {child.name: process for child in listening if (process := child.find()) is not None}
