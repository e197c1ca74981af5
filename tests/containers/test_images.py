"""The images as they are built and run: what is in them, what is not, and how they stop."""

import json
import time
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import pytest

from deploy.target.services import present
from tests.containers.docker_cli import BUILD_TIMEOUT, built, docker, inspect, needs_engine

pytestmark = [pytest.mark.containers, pytest.mark.timeout(BUILD_TIMEOUT + 300)]

BASE = "python:3.13-slim-trixie"
VERSION, REVISION = "0.0.0-test", "0123456789abcdef"
LARGEST_OVER_BASE = 240_000_000
GRACE_S = 60
"""What the chart and compose.yaml give a service from SIGTERM on."""
BUILD_TOOLS = ("pip", "pip3", "gcc", "cc", "make", "ld", "curl", "git")
STAGE = "matching"
LIVE = """
import http.client
connection = http.client.HTTPConnection("127.0.0.1", 8000)
connection.request("GET", "/live")
print(connection.getresponse().status)
"""
HARDENED = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")


def image(part: str) -> str:
    return f"pdp-{part}:{VERSION}"


@pytest.fixture(scope="module")
def images() -> Iterator[dict[str, Any]]:
    needs_engine()
    built(VERSION, REVISION)
    parts = (*present(), "job")
    yield {part: inspect("image", image(part)) for part in parts}
    docker("image", "rm", *map(image, parts))


def sh(part: str, script: str) -> str:
    return docker("run", "--rm", "--entrypoint", "/bin/sh", image(part), "-c", script).stdout


def test_none_is_much_larger_than_its_base(images: dict[str, Any]) -> None:
    base = inspect("image", BASE)["Size"]
    over = {part: found["Size"] - base for part, found in images.items()}
    assert {part: size for part, size in over.items() if size > LARGEST_OVER_BASE} == {}


def test_services_share_all_but_their_own_code(images: dict[str, Any]) -> None:
    layers = [found["RootFS"]["Layers"] for part, found in images.items() if part != "job"]
    assert all(each[:-1] == layers[0][:-1] for each in layers)


def test_each_says_what_it_is(images: dict[str, Any]) -> None:
    for part, found in images.items():
        labels = found["Config"]["Labels"]
        assert labels["org.opencontainers.image.title"] == f"pdp-{part}"
        assert labels["org.opencontainers.image.version"] == VERSION
        assert labels["org.opencontainers.image.revision"] == REVISION


def test_none_runs_as_root(images: dict[str, Any]) -> None:
    assert {found["Config"]["User"] for found in images.values()} == {"10001:10001"}
    assert sh(STAGE, "id -u").strip() == "10001"


def test_there_is_nothing_to_build_or_fetch_with(images: dict[str, Any]) -> None:
    for part in (STAGE, "job"):
        found = sh(part, f"for tool in {' '.join(BUILD_TOOLS)}; do command -v $tool; done; true")
        assert found == ""
        modules = "import importlib.util as u; print([m for m in ('pip', 'ensurepip') if u.find_spec(m)])"
        assert sh(part, f'python -c "{modules}"; /usr/bin/env -i python3 -c "{modules}"').split("\n")[:2] == [
            "[]",
            "[]",
        ]


def test_a_service_has_its_own_code_alone(images: dict[str, Any]) -> None:
    assert sh(STAGE, "ls /app /app/services").split() == [
        "/app:",
        "services",
        "shared",
        "/app/services:",
        "__init__.py",
        STAGE,
    ]
    assert sh("job", "ls -A /app/deploy/compose").split().count("secrets") == 0
    assert sh("job", "find /app -name '*.md' -o -name testing -o -name tests") == ""


def test_services_are_asked_whether_they_get_on(images: dict[str, Any]) -> None:
    for part in present():
        assert images[part]["Config"]["Healthcheck"]["Test"][-1] == "/opt/pdp/ready.py"
    assert "Healthcheck" not in images["job"]["Config"]


@pytest.fixture
def started(images: dict[str, Any]) -> Iterator[str]:
    """A service on a read-only root with a migrated store, while Kafka is nowhere: the name of its container."""
    name, password = f"pdp-test-{token_hex(4)}", token_hex(8)
    docker("network", "create", name)
    try:
        docker(
            "run",
            "--detach",
            "--name",
            f"{name}-store",
            "--network",
            name,
            "--env",
            f"POSTGRES_PASSWORD={password}",
            "postgres:18",
        )
        url = f"postgresql://postgres:{password}@{name}-store:5432/postgres"
        run = (
            "--network",
            name,
            "--env",
            f"PDP_DATABASE_URL={url}",
            "--env",
            "PDP_KAFKA_BOOTSTRAP=nowhere:9093",
            *HARDENED,
        )
        migrate = ("run", "--rm", *run, image(STAGE), "python", "-m", "shared.service.migrations", STAGE)
        deadline = time.monotonic() + 60
        while docker(*migrate, check=False).returncode != 0:
            assert time.monotonic() < deadline, "no store"
        docker("run", "--detach", "--name", name, *run, image(STAGE))
        yield name
    finally:
        docker("rm", "--force", "--volumes", name, f"{name}-store", check=False)
        docker("network", "rm", name, check=False)


def test_a_service_without_kafka_is_alive_not_ready_and_stops_in_time(started: str) -> None:
    deadline = time.monotonic() + 60
    while docker("exec", started, "python", "-c", LIVE, check=False).stdout.strip() != "200":
        assert time.monotonic() < deadline, docker("logs", started, check=False).stderr
    asked = docker("exec", started, "python", "-I", "/opt/pdp/ready.py", check=False)
    assert asked.returncode == 1
    assert json.loads(asked.stdout)[f"{STAGE}.0"] == "not started"
    assert docker("exec", started, "touch", "/app/x", check=False).returncode != 0
    began = time.monotonic()
    docker("stop", "--time", str(GRACE_S), started)
    assert time.monotonic() - began < GRACE_S
    assert inspect("container", started)["State"]["ExitCode"] == 0


def test_secrets_come_from_files(images: dict[str, Any]) -> None:
    folder = "/run/secrets/env"
    script = f"mkdir -p {folder} && printf s3cret > {folder}/PDP_KAFKA_PASSWORD && exec /opt/pdp/with-secrets env"
    told = docker("run", "--rm", "--user", "0", "--entrypoint", "/bin/sh", image(STAGE), "-c", script).stdout
    assert "PDP_KAFKA_PASSWORD=s3cret" in told.splitlines()
