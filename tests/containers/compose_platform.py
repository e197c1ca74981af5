"""The platform of `deploy/compose` for the time of a block, from nothing."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient

from deploy.compose.layout import FOLDER, Secrets
from deploy.target.client import Client
from deploy.target.services import present
from deploy.target.target import read
from tests.containers.docker_cli import built, docker, needs_engine

VERSION = "0.0.0-compose-test"
PROJECT = "pdp-test"
PORTS, NETWORK = "28", "172.30"
"""Others than a platform has that already runs here."""
FILES = os.pathsep.join(str(FOLDER / name) for name in ("compose.yaml", "compose.stores.yaml"))
UP_TIMEOUT = 600


@dataclass(frozen=True)
class Platform:
    secrets: Secrets
    environment: dict[str, str]

    @property
    def target(self) -> Path:
        """Where `prepare` says that the platform is."""
        return self.secrets.operator.target

    @cached_property
    def client(self) -> Client:
        return Client(read(self.target))

    def compose(self, *arguments: str, timeout: float = UP_TIMEOUT) -> str:
        files = ("compose", "--project-name", PROJECT, "--project-directory", str(FOLDER))
        return docker(*files, *arguments, timeout=timeout, environment=self.environment).stdout

    def admin(self, **settings: str) -> AdminClient:
        return AdminClient({**self.client.connection(), "log_level": "0", **settings})

    def containers(self) -> list[dict[str, Any]]:
        names = self.compose("ps", "--all", "--quiet").split()
        return list(json.loads(docker("container", "inspect", *names).stdout))


@contextmanager
def running(secrets: Path) -> Iterator[Platform]:
    """Up, with all services ready, and gone after the block with all its data. Skips where no engine answers."""
    needs_engine()
    built(VERSION, "unknown")
    environment = {
        "PDP_SECRETS": str(secrets),
        "PDP_PORTS": PORTS,
        "PDP_NETWORK": NETWORK,
        "PDP_VERSION": VERSION,
        "COMPOSE_FILE": FILES,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        made = Platform(Secrets(secrets), environment)
        try:
            made.compose("up", "--wait")
            yield made
        finally:
            made.compose("down", "--volumes", "--timeout", "60")
            docker("image", "rm", *(f"pdp-{part}:{VERSION}" for part in (*present(), "job")))
