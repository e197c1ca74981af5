"""The limit of registrations, of two processes on real sockets: theirs together, and nobody talks their way past it."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count

import httpx
import pytest

from deploy.engines.ports import LOOPBACK, free_port
from tests.conftest import Migrated

BURST = 6


@contextmanager
def process(url: str, trusted: str) -> Iterator[str]:
    """A service without a broker. Its address."""
    port = free_port()
    settings = {
        "PDP_DATABASE_URL": url,
        "PDP_HTTP_PORT": str(port),
        "PDP_OIDC_JWKS": os.devnull,
        "PDP_KAFKA_BOOTSTRAP": f"{LOOPBACK}:1",
        "PDP_REGISTRATIONS_PER_MINUTE": "0.001",
        "PDP_REGISTRATIONS_BURST": str(BURST),
        "PDP_TRUSTED_PROXIES": trusted,
    }
    command = [sys.executable, "-m", "services.registration"]
    with subprocess.Popen(command, env=os.environ | settings, stderr=subprocess.PIPE) as child:
        assert child.stderr is not None
        try:
            next(line for line in child.stderr if b"Uvicorn running" in line)
            yield f"http://{LOOPBACK}:{port}"
        finally:
            child.kill()


Two = list[str]


@pytest.fixture(params=["", LOOPBACK], ids=["nobody is trusted", "this machine is"])
async def two(request: pytest.FixtureRequest, migrated: Migrated) -> AsyncIterator[tuple[str, Two]]:
    """Whom they trust, and two processes on one store."""
    url = await migrated("registration")
    with ExitStack() as stack:
        yield request.param, [stack.enter_context(process(url, request.param)) for _ in range(2)]


async def statuses(processes: Two, callers: Iterator[str], times: int) -> list[int]:
    """Of requests that are refused for their body, once they are let in; each process has every other one."""
    async with httpx.AsyncClient() as client:
        answers = [
            await client.post(f"{processes[turn % 2]}/suppliers", json={}, headers={"X-Forwarded-For": next(callers)})
            for turn in range(times)
        ]
    return [answer.status_code for answer in answers]


async def test_the_limit_is_of_both_together_and_of_each_caller(two: tuple[str, Two]) -> None:
    trusted, processes = two
    invented = (f"192.0.2.{number}" for number in count(1))
    found = await statuses(processes, invented, BURST * 2)
    assert found.count(422) == (BURST * 2 if trusted else BURST), "whom nobody vouches for is one caller"
    same = iter(["203.0.113.1"] * BURST * 2)
    expected = [422] * BURST + [429] * BURST if trusted else [429] * BURST * 2
    assert await statuses(processes, same, BURST * 2) == expected
