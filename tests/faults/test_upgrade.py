"""An upgrade from the release before, and back, while the whole program is played: nothing is lost, nothing doubled."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.audit import types_of
from deploy.local.platform import ANY_PORTS
from deploy.target.services import ROOT
from shared.i18n import Catalogue
from shared.messaging.topics import SERVICES
from tests.faults import either, releases
from tests.faults.releases import Fleet, Way
from tests.flows.playing import OUTCOME

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not releases.there(), reason=f"this clone has not the release before, {releases.BEFORE}"),
]
FIRST_ACT, AUDIT = (Catalogue("deploy.demo").text(f"act.{act}", "en") for act in ("enrol", "audit"))


@dataclass
class Upgrade:
    """What a thread does to the services from the first act to the audit."""

    fleet: Fleet
    before: Way
    now: Way
    shared: Way
    over: threading.Event = field(default_factory=threading.Event)

    def carry_out(self) -> None:
        try:
            as_the_runbook_says(self)
        finally:
            (self.fleet.named / either.OVER).touch()


def as_the_runbook_says(upgrade: Upgrade) -> None:
    """Forward, back, forward, rows shared, not shared any more and none left, back, and so on, then to the end."""
    fleet = upgrade.fleet
    fleet.migrate(upgrade.now)
    while True:
        fleet.roll(upgrade.now)
        if upgrade.over.is_set():
            break
        fleet.roll(upgrade.before)
        fleet.roll(upgrade.now)
        if upgrade.over.is_set():
            break
        fleet.roll(upgrade.shared)
        fleet.roll(upgrade.now)
        while asyncio.run(fleet.shared_rows()):
            pass
        if upgrade.over.is_set():
            break
        fleet.roll(upgrade.before)
    fleet.roll(upgrade.shared)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return releases.unpack(tmp_path_factory.mktemp("release") / "before")


@pytest.fixture
def upgrade(tree: Path, tmp_path: Path) -> Iterator[Upgrade]:
    for folder in ("releases", "logs"):
        (tmp_path / folder).mkdir()
    fleet = Fleet(tmp_path / "data", tmp_path / "releases", tmp_path / "logs")
    before, now, shared = Way("before", tree), Way("now", ROOT), Way("shared", ROOT, together=True)
    fleet.name(before)
    read = {service: sorted(types_of(service)) for service in SERVICES}
    (fleet.named / either.READ).write_text(json.dumps(read))
    yield Upgrade(fleet, before, now, shared)
    fleet.end()


def played(upgrade: Upgrade) -> tuple[int, list[str], dict[str, Any]]:
    """The program of the release before from start to audit."""
    fleet, file, said = upgrade.fleet, upgrade.fleet.data / OUTCOME, list[str]()
    env = {
        **os.environ,
        "PDP_DATA": str(fleet.data),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(upgrade.before.tree),
        either.RELEASES: str(fleet.named),
        ANY_PORTS: "1",
    }
    argv = [sys.executable, "-P", str(Path(either.__file__)), "--lang", "en", "demo", "--json", str(file)]
    rolling: Future[None] = Future()
    with (
        ThreadPoolExecutor(1) as hands,
        subprocess.Popen(argv, cwd=upgrade.before.tree, env=env, stdout=subprocess.PIPE, text=True) as demo,
    ):
        assert demo.stdout is not None
        for line in demo.stdout:
            said.append(line)
            if FIRST_ACT in line:
                rolling = hands.submit(upgrade.carry_out)
            if AUDIT in line:
                upgrade.over.set()
        code = demo.wait()
        upgrade.over.set()
    assert rolling.done(), "".join(said)
    rolling.result()
    return code, said, json.loads(file.read_text()) if file.exists() else {}


def figures(upgrade: Upgrade, found: Mapping[str, Any]) -> str:
    rolls = zip(upgrade.fleet.rolls, upgrade.fleet.seconds, strict=True)
    books, failures = found.get("reconciliation"), found.get("failures")
    return f"\n{', '.join(f'{name} {seconds:.0f} s' for name, seconds in rolls)}\n{books}\nwrong: {failures}\n"


def test_an_upgrade_and_the_way_back_lose_and_double_nothing(
    upgrade: Upgrade, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, found = played(upgrade)
    with capsys.disabled():
        sys.stdout.write(figures(upgrade, found))
    assert not upgrade.fleet.unclean
    assert (code, found.get("failures")) == (0, []), "".join(said)
    assert {"before", "now", "shared"} <= {*upgrade.fleet.rolls}
