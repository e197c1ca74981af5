"""A child that somebody keeps down stays down, and comes back when they let go, or die."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.engines.command import Command
from deploy.local.hold import held_down, is_held, is_planned
from deploy.local.state import claim, read_running
from deploy.local.supervisor import Backoff, Supervisor

NAME = "sleeper"
PATIENCE = 10.0


@pytest.fixture
async def supervisor(tmp_path: Path) -> AsyncIterator[Supervisor]:
    with claim(tmp_path) as held:
        keeper = Supervisor(
            on_change=held.record_children,
            report=lambda _: None,
            backoff=lambda: Backoff(first=0.01, longest=0.01),
            held=lambda name: is_held(tmp_path, name),
            planned=lambda name, pid: is_planned(tmp_path, name, pid),
        )
        await keeper.start(Command(NAME, ("sleep", "60"), log=tmp_path / "log"))
        yield keeper
        await keeper.stop(grace=1)


async def becomes(data: Path, wanted: list[str]) -> None:
    """Return once these children run: what is waited for is another process's work, which gives no sign."""
    async with asyncio.timeout(PATIENCE):
        while names(data) != wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def names(data: Path) -> list[str]:
    run = read_running(data)
    # One that has just ended is recorded until its supervisor has seen it.
    return [child.name for child in run.children if child.find()] if run else []


@pytest.mark.usefixtures("supervisor")
async def test_a_held_child_is_down_until_it_is_let_go(tmp_path: Path) -> None:
    hold = held_down(tmp_path, NAME)
    await asyncio.to_thread(hold.__enter__)
    await asyncio.sleep(0.5)  # many times the wait before a start
    assert names(tmp_path) == []
    hold.__exit__(None, None, None)
    await becomes(tmp_path, [NAME])


async def test_a_stop_that_somebody_wanted_is_no_crash(supervisor: Supervisor, tmp_path: Path) -> None:
    def stop() -> None:
        with held_down(tmp_path, NAME):
            pass

    before = supervisor.pid(NAME)
    for _ in range(5):
        await asyncio.to_thread(stop)
        await becomes(tmp_path, [NAME])
    assert supervisor.pid(NAME) != before
    assert supervisor.restarts == {NAME: 0}
    os.kill(supervisor.pid(NAME), signal.SIGKILL)  # that one nobody wanted
    async with asyncio.timeout(PATIENCE):
        while supervisor.restarts != {NAME: 1}:  # noqa: ASYNC110  (another process's work)
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("supervisor")
async def test_a_holder_that_dies_lets_go(tmp_path: Path) -> None:
    holding = f"with held_down(pathlib.Path({str(tmp_path)!r}), {NAME!r}): time.sleep(60)"
    script = f"import pathlib, time\nfrom deploy.local.hold import held_down\n{holding}"
    with subprocess.Popen([sys.executable, "-c", script]) as holder:  # noqa: ASYNC220
        await becomes(tmp_path, [])
        holder.send_signal(signal.SIGKILL)
    await becomes(tmp_path, [NAME])


@pytest.mark.usefixtures("supervisor")
async def test_another_child_is_not_kept_down(tmp_path: Path) -> None:
    hold = held_down(tmp_path, "another")
    await asyncio.to_thread(hold.__enter__)
    assert (is_held(tmp_path, "another"), is_held(tmp_path, NAME)) == (True, False)
    assert names(tmp_path) == [NAME]
    hold.__exit__(None, None, None)
