"""One process of the service under test."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from deploy.engines.ports import free_port
from shared.runtime.settings import KafkaSettings
from shared.testing.adrift import CLOCK, set_wrong_by
from shared.testing.memory import peak_mb

GRACE_S = 10.0
"""What a process is given to stop: its own grace and what its last batch takes."""


def environment(store_url: str, kafka: KafkaSettings, topics: Sequence[str]) -> dict[str, str]:
    """What a process needs to find its store, its Kafka and its topics."""
    return {
        "PDP_DATABASE_URL": store_url,
        "PDP_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "PDP_KAFKA_USER": kafka.user,
        "PDP_KAFKA_PASSWORD": kafka.password.get_secret_value(),
        "PDP_TOPICS": ",".join(topics),
    }


@dataclass
class Worker:
    """One process, started again whenever it ends, as a supervisor would, on a clock of its own."""

    name: str
    env: dict[str, str]
    log: Path
    module: str = "tests.faults.service"
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    wanted: bool = False
    starts: int = 0

    @property
    def clock(self) -> Path:
        """Where it looks by how much its clock is wrong."""
        return self.log.with_suffix(".clock")

    def start(self, **once: str) -> None:
        """`once`: settings of this start alone, as a crash point."""
        self.wanted = True
        self.starts += 1
        if not self.clock.exists():
            set_wrong_by(self.clock)
        own = {"PDP_HTTP_PORT": str(self.port), "PDP_INSTANCE": self.name, CLOCK: str(self.clock)}
        env = {**os.environ, **self.env, **own, **once}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "shared.testing.adrift", self.module], env=env, stdout=log, stderr=log
            )

    def keep(self) -> None:
        if self.wanted and self.process is not None and self.process.poll() is not None:
            self.start()

    @property
    def peak_mb(self) -> int:
        return 0 if self.process is None else peak_mb(self.process.pid)

    def send(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    async def kill(self) -> None:
        """End it at once, for as long as nobody starts it."""
        self.wanted = False
        self.send(signal.SIGKILL)
        if self.process is not None:
            await asyncio.to_thread(self.process.wait)

    async def die_at(self, point: str) -> None:
        """Die now, and then, started again, when that crash point is passed."""
        await self.kill()
        self.start(PDP_CRASH_AT=point)

    async def stop(self) -> bool:
        """Ask it to stop. Whether it did within the grace, and said so."""
        self.wanted = False
        self.send(signal.SIGTERM)
        if self.process is None:
            return True
        try:
            code = await asyncio.to_thread(self.process.wait, GRACE_S)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            await asyncio.to_thread(self.process.wait, GRACE_S)
            return False
        return code == 0

    async def ready(self) -> bool:
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"http://127.0.0.1:{self.port}/ready", timeout=2)).status_code == 200
        except httpx.HTTPError:
            return False

    async def lag(self) -> float:
        """What it says itself that it is behind, in records."""
        async with httpx.AsyncClient() as client:
            told = (await client.get(f"http://127.0.0.1:{self.port}/metrics", timeout=2)).text
        return sum(float(line.split()[-1]) for line in told.splitlines() if line.startswith("pdp_consumer_lag{"))

    def said(self, event: str) -> list[dict[str, Any]]:
        """Its log lines of this event."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines if f'"{event}"' in line and line.startswith("{")]
