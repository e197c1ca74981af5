"""Limits of two processes on real sockets: theirs together, and nobody talks their way past them."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import httpx
import pytest

from deploy.engines.ports import LOOPBACK, free_port
from services.registration.api.mailing import MAILS_AT_ONCE
from tests.conftest import Migrated
from tests.registration.suppliers import body

BURST = 6


@contextmanager
def process(url: str, trusted: str, **more: str) -> Iterator[str]:
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
        **more,
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


async def test_an_address_is_sent_no_more_mail_by_both_than_by_one(migrated: Migrated, tmp_path: Path) -> None:
    url = await migrated("registration")
    more = {"PDP_REGISTRATIONS_BURST": "1000", "PDP_MAIL_FOLDER": str(tmp_path)}
    with ExitStack() as stack:
        processes = [stack.enter_context(process(url, "", **more)) for _ in range(2)]
        async with httpx.AsyncClient() as client:
            for turn in range(MAILS_AT_ONCE * 2):
                answer = await client.post(f"{processes[turn % 2]}/suppliers", json=body(turn))
                assert answer.status_code == 202
    assert _mails(tmp_path) == MAILS_AT_ONCE


def _mails(folder: Path) -> int:
    return len([*folder.glob("*.eml")])
