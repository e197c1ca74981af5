"""The supervisor: crashed children come back, stopped ones go in order, and none is left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from deploy.engines.command import Command
from deploy.engines.notices import Notice
from deploy.local.state import ProcessId, still_alive_after
from deploy.local.supervisor import Backoff, Supervisor, until_signal

PATIENCE = 5.0


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110  (the condition belongs to other processes)
            await asyncio.sleep(0.01)


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.fixture
def reports() -> list[Notice]:
    return []


@pytest.fixture
async def supervisor(reports: list[Notice]) -> AsyncIterator[Supervisor]:
    keeper = Supervisor(report=reports.append, backoff=lambda: Backoff(first=0.05, longest=0.2))
    yield keeper
    await keeper.stop(grace=1)


@pytest.fixture
def shell(tmp_path: Path) -> Callable[..., Command]:
    def make(name: str, script: str, tier: int = 1) -> Command:
        log = tmp_path / f"{name}.log"
        return Command(name, ("/bin/sh", "-c", script), log, env={"LOGS": str(tmp_path)}, tier=tier)

    return make


SLEEPER = "echo up; exec sleep 60"
# Says so when it is asked to stop, and takes as long as told.
POLITE = "trap 'echo {name} >> $LOGS/order; sleep {pause}; exit 0' TERM; echo up; while :; do sleep 0.02; done"
STUBBORN = "trap '' TERM; echo up; while :; do sleep 0.02; done"

MakeCommand = Callable[..., Command]


def is_up(command: Command) -> Callable[[], bool]:
    return lambda: command.log.exists() and "up" in command.log.read_text()


async def test_a_killed_child_comes_back(supervisor: Supervisor, shell: MakeCommand, reports: list[Notice]) -> None:
    command = shell("matching", SLEEPER)
    await supervisor.start(command)
    first = supervisor.pid("matching")
    os.kill(first, signal.SIGKILL)
    await until(lambda: supervisor.pid("matching") != first)
    assert supervisor.restarts == {"matching": 1}
    assert gone(first)
    assert [each.name for each in supervisor.processes] == ["matching"]
    told = {"name": "matching", "why": -signal.SIGKILL, "wait": "0.05", "log": command.log}
    assert reports[0] == Notice("crashed", told)


async def test_a_crash_names_the_log_that_has_the_reason_and_says_when_a_port_was_taken(
    supervisor: Supervisor, shell: MakeCommand, reports: list[Notice], tmp_path: Path
) -> None:
    own = tmp_path / "own.log"
    silent = replace(
        shell("kafka", f"echo 'java.net.BindException: Address already in use' > {own}; exit 1"), own_log=own
    )
    await supervisor.start(silent)
    await until(lambda: bool(reports))
    assert (reports[0].code, reports[0].params["log"]) == ("crashed.address", own)
    loud = replace(shell("loud", "echo no such option; exit 1"), own_log=tmp_path / "never.log")
    await supervisor.start(loud)
    await until(lambda: any(each.params["name"] == "loud" for each in reports))
    told = next(each for each in reports if each.params["name"] == "loud")
    assert (told.code, told.params["log"]) == ("crashed", loud.log)


async def test_a_child_that_exits_by_itself_comes_back_too(supervisor: Supervisor, shell: MakeCommand) -> None:
    command = shell("short", "echo up; exit 0")
    await supervisor.start(command)
    await until(lambda: command.log.read_text().count("up") >= 3)


def test_the_wait_doubles_up_to_its_limit_and_starts_over_after_a_steady_run() -> None:
    backoff = Backoff()
    assert [backoff.after(uptime=1) for _ in range(8)] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    assert backoff.after(uptime=30) == 0.2
    assert backoff.after(uptime=1) == 0.4


async def test_who_runs_is_told_at_each_change(shell: MakeCommand) -> None:
    told: list[list[int]] = []
    keeper = Supervisor(
        on_change=lambda running: told.append([each.pid for each in running]),
        report=lambda _: None,
        backoff=lambda: Backoff(first=0.05),
    )
    await keeper.start(shell("one", SLEEPER))
    first = keeper.pid("one")
    os.kill(first, signal.SIGKILL)
    await until(lambda: keeper.pid("one") != first)
    second = keeper.pid("one")
    await keeper.stop()
    assert told == [[first], [], [second], []]


async def test_children_stop_gracefully_and_in_parallel(supervisor: Supervisor, shell: MakeCommand) -> None:
    commands = [shell(name, POLITE.format(name=name, pause=0.5)) for name in ("a", "b", "c")]
    for command in commands:
        await supervisor.start(command)
        await until(is_up(command))
    began = time.monotonic()
    await supervisor.stop()
    assert 0.4 < time.monotonic() - began < 1.3
    assert sorted((commands[0].log.parent / "order").read_text().split()) == ["a", "b", "c"]
    assert supervisor.processes == ()


async def test_engines_stop_after_what_uses_them(supervisor: Supervisor, shell: MakeCommand) -> None:
    for name, tier in (("engine", 0), ("service", 1)):
        command = shell(name, POLITE.format(name=name, pause=0.1), tier)
        await supervisor.start(command)
        await until(is_up(command))
    await supervisor.stop()
    assert (command.log.parent / "order").read_text().split() == ["service", "engine"]


async def test_a_stubborn_child_is_killed_after_its_grace(supervisor: Supervisor, shell: MakeCommand) -> None:
    command = shell("stubborn", STUBBORN)
    await supervisor.start(command)
    await until(is_up(command))
    pid = supervisor.pid("stubborn")
    await supervisor.stop("stubborn", grace=0.3)
    assert gone(pid)


async def test_a_frozen_child_is_killed_after_its_grace(supervisor: Supervisor, shell: MakeCommand) -> None:
    await supervisor.start(shell("frozen", SLEEPER))
    pid = supervisor.pid("frozen")
    os.kill(pid, signal.SIGSTOP)
    await supervisor.stop("frozen", grace=0.3)
    assert gone(pid)


async def test_a_child_that_waits_to_start_again_is_stopped_at_once(shell: MakeCommand) -> None:
    keeper = Supervisor(report=lambda _: None, backoff=lambda: Backoff(first=60, longest=60))
    command = shell("broken", "echo up; exit 3")
    await keeper.start(command)
    await until(lambda: not keeper.processes)
    began = time.monotonic()
    await keeper.stop()
    assert time.monotonic() - began < 0.5
    assert command.log.read_text().count("up") == 1


async def test_what_a_crashed_child_left_behind_is_ended(supervisor: Supervisor, shell: MakeCommand) -> None:
    command = shell("parent", "sleep 60 & echo $! > $LOGS/grandchild; echo up; wait")
    await supervisor.start(command)
    await until(is_up(command))
    grandchild = int((command.log.parent / "grandchild").read_text())
    os.kill(supervisor.pid("parent"), signal.SIGKILL)
    await until(lambda: gone(grandchild))


async def test_children_have_sessions_of_their_own(supervisor: Supervisor, shell: MakeCommand) -> None:
    """Ctrl-C in a terminal goes to its whole foreground group: it must reach the supervisor alone."""
    await supervisor.start(shell("service", SLEEPER))
    pid = supervisor.pid("service")
    assert os.getsid(pid) == pid != os.getsid(0)


async def test_a_command_that_does_not_exist_is_an_error(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await supervisor.start(Command("ghost", ("/nowhere/ghost",), tmp_path / "ghost.log"))
    assert supervisor.processes == ()


async def test_two_children_of_one_name_are_an_error(supervisor: Supervisor, shell: MakeCommand) -> None:
    await supervisor.start(shell("service", SLEEPER))
    with pytest.raises(ValueError, match="already runs"):
        await supervisor.start(shell("service", SLEEPER))


async def test_a_signal_ends_the_wait() -> None:
    waiting = asyncio.create_task(until_signal())
    await asyncio.sleep(0)
    os.kill(os.getpid(), signal.SIGTERM)
    assert await waiting is signal.SIGTERM


PARENT = """
import asyncio, sys
from pathlib import Path
from deploy.engines.command import Command
from deploy.engines.notices import Notice
from deploy.local.supervisor import Supervisor

async def main():
    supervisor = Supervisor()
    await supervisor.start(Command("child", ("sleep", "60"), Path(sys.argv[1])))
    print(supervisor.pid("child"), flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", PARENT, str(tmp_path / "child.log")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = ProcessId.of("child", int(parent.stdout.readline()))
        assert child is not None
        assert child.find() is not None
        parent.kill()
    assert still_alive_after(PATIENCE, [child]) == []
