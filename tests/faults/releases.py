"""The release before, and the way of all services from it to this one and back, beside each other."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import asyncpg
import httpx
import psutil

from deploy.cli.installation import DEMO
from deploy.engines.ports import free_port
from deploy.local.client import LocalClient
from deploy.local.services import STORES
from deploy.target.services import ROOT
from shared.messaging.topics import SERVICES
from tests.flows.playing import serving

BEFORE = "1de159087f0880cb11f8ae8cf7ccaf7ad51bfcba"
"""The release before. Its processes know neither rows of the outbox that events share nor keys of partners."""
START_S = 90.0
STOP_S = 30.0
BESIDE_S = 1.5
"""So long at least both releases work on a service's events."""
PAUSE_S = 0.1


def there() -> bool:
    """Whether this clone has the release before: a shallow one has not."""
    return subprocess.run(["git", "cat-file", "-e", f"{BEFORE}^{{commit}}"], cwd=ROOT, check=False).returncode == 0


def unpack(folder: Path) -> Path:
    folder.mkdir()
    packed = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(["tar", "x", "-C", str(folder)], input=packed, check=True)
    return folder


@dataclass(frozen=True)
class Way:
    """How processes are started: of which release, with what besides."""

    name: str
    tree: Path
    together: bool = False

    @property
    def env(self) -> dict[str, str]:
        return {"PDP_OUTBOX_TOGETHER": str(self.together).lower()}


@dataclass
class Fleet:
    """The services that the supervisor of a demo keeps, and the processes beside them."""

    data: Path
    named: Path
    logs: Path
    rolls: list[str] = field(default_factory=list)
    unclean: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def name(self, way: Way, services: Sequence[str] = SERVICES) -> None:
        """From now on they start this way."""
        for service in services:
            (self.named / service).write_text(json.dumps({"tree": str(way.tree), "env": way.env}))

    def migrate(self, way: Way) -> None:
        stores = LocalClient.of_running(self.data / DEMO).postgres.ensure_databases(SERVICES)
        env = {**os.environ, STORES: json.dumps(stores), "PYTHONPATH": str(way.tree)}
        subprocess.run([sys.executable, "-m", "deploy.local.migrate"], cwd=way.tree, env=env, check=True)

    def roll(self, way: Way) -> None:
        """As a cluster does: each service's new process starts beside the old one, which stops once that is ready."""
        began = time.monotonic()
        beside = {service: self._beside(service, way) for service in SERVICES}
        for _, port in beside.values():
            _until(partial(_ready, port), "a process beside is not ready")
        time.sleep(BESIDE_S)
        self.name(way)
        for service in SERVICES:
            old = self._supervised(service)
            port = int(old.environ()["PDP_HTTP_PORT"])
            old.terminate()
            _until(partial(_gone, old), f"{service} does not stop")
            _until(partial(_ready, port), f"{service} is not ready again")
        time.sleep(BESIDE_S)
        for service, (process, _) in beside.items():
            process.terminate()
            if process.wait(STOP_S) != 0:
                self.unclean.append(f"{service} of {way.name}")
        self.rolls.append(way.name)
        self.seconds.append(time.monotonic() - began)

    async def shared_rows(self) -> int:
        found = 0
        for service in SERVICES:
            connection = await asyncpg.connect(self._env(service)["PDP_DATABASE_URL"])
            found += await connection.fetchval("SELECT count(*) FROM outbox WHERE ids IS NOT NULL")
            await connection.close()
        return found

    def _beside(self, service: str, way: Way) -> tuple[subprocess.Popen[bytes], int]:
        port = free_port()
        own = {"PDP_HTTP_PORT": str(port), "PDP_INSTANCE": "beside", "PYTHONPATH": str(way.tree)}
        env = {**self._env(service), **own, **way.env}
        with (self.logs / f"{service}.log").open("ab") as log:
            argv = [sys.executable, "-m", f"services.{service}"]
            self.started.append(subprocess.Popen(argv, cwd=way.tree, env=env, stdout=log, stderr=log))
        return self.started[-1], port

    def end(self) -> None:
        """Kill what is left of the processes beside."""
        for process in self.started:
            process.kill()
            process.wait()

    def _env(self, service: str) -> Mapping[str, str]:
        return self._supervised(service).environ()

    def _supervised(self, service: str) -> psutil.Process:
        _until(lambda: service in serving(self.data), f"{service} takes no connections")
        return serving(self.data)[service]


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/ready", timeout=2, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _gone(process: psutil.Process) -> bool:
    return not process.is_running()


def _until(check: Callable[[], bool], otherwise: str) -> None:
    ends = time.monotonic() + START_S
    while not check():
        if time.monotonic() > ends:
            raise TimeoutError(otherwise)
        time.sleep(PAUSE_S)
