"""The supervisor: starts commands, starts again the ones that crash, and stops them all in order.

It belongs on asyncio's own event loop (uvloop cannot start a child as another user) and in the main thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from deploy.engines.command import Command, address_in_use, appended, kill_group, spawn_options
from deploy.engines.notices import Notice, Report, unheard
from deploy.local.state import ProcessId

T = TypeVar("T")

STOP_GRACE = 15.0
HOLD_PAUSE = 0.2


@dataclass
class Backoff:
    """Seconds to wait before a crashed child starts again: doubling, so that a broken one does not eat the machine."""

    first: float = 0.2
    longest: float = 10.0
    steady: float = 30.0
    """A child that was up this long had recovered: its next crash counts as the first."""
    _next: float = 0.0

    def after(self, uptime: float) -> float:
        """The wait after a crash that ended ``uptime`` seconds of running."""
        wait = self.first if uptime >= self.steady or not self._next else self._next
        self._next = min(wait * 2, self.longest)
        return wait


@dataclass
class _Child:
    command: Command
    backoff: Backoff
    process: asyncio.subprocess.Process
    started: float
    restarts: int = 0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    keeper: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self.process.returncode is None

    def ask_to_stop(self) -> None:
        if self.running:
            self.process.send_signal(self.command.stop_signal)


class Supervisor:
    """Keeps named commands running until told to stop.

    ``on_change`` receives who runs after each start and end (to be recorded), ``report`` each crash. While
    ``held`` says so of a child that has ended, it is not started again. ``planned`` says whether somebody wanted the
    end of this process: then it did not crash.
    """

    def __init__(
        self,
        *,
        on_change: Callable[[Iterable[ProcessId]], None] = lambda _: None,
        report: Report = unheard,
        backoff: Callable[[], Backoff] = Backoff,
        held: Callable[[str], bool] = lambda _: False,
        planned: Callable[[str, int], bool] = lambda *_: False,
    ) -> None:
        self._on_change = on_change
        self._report = report
        self._backoff = backoff
        self._held = held
        self._planned = planned
        self._children: dict[str, _Child] = {}

    @property
    def processes(self) -> tuple[ProcessId, ...]:
        """The children that run now."""
        ids = (
            ProcessId.of(name, child.process.pid, child.command.stop_signal)
            for name, child in self._children.items()
            if child.running
        )
        return tuple(each for each in ids if each is not None)

    @property
    def restarts(self) -> dict[str, int]:
        """How often each child was started again after a crash."""
        return {name: child.restarts for name, child in self._children.items()}

    def pid(self, name: str) -> int:
        """The process id of a child (its last one while it waits to start again). Raises ``KeyError``."""
        return self._children[name].process.pid

    async def start(self, command: Command) -> None:
        """Start the command and keep it running. Raises ``OSError`` when it cannot even be started."""
        if command.name in self._children:
            raise ValueError(f"{command.name} already runs")
        now = asyncio.get_running_loop().time()
        child = _Child(command, self._backoff(), await _launch(command), now)
        self._children[command.name] = child
        child.keeper = asyncio.create_task(self._keep(child), name=f"keep {command.name}")
        self._on_change(self.processes)

    async def stop(self, *names: str, grace: float = STOP_GRACE) -> None:
        """Stop the named children (all when none is named): higher tiers first, those of one tier in parallel.

        Each tier has ``grace`` seconds, then what is left of it is killed.
        """
        chosen = [self._children[name] for name in names or self._children]
        for tier in sorted({child.command.tier for child in chosen}, reverse=True):
            await asyncio.gather(*(self._stop(child, grace) for child in chosen if child.command.tier == tier))
        self._on_change(self.processes)

    async def _stop(self, child: _Child, grace: float) -> None:
        child.stopping.set()
        child.ask_to_stop()
        if child.keeper is not None:
            await asyncio.wait({child.keeper}, timeout=grace)
            if child.running:
                kill_group(child.process.pid)
            await child.keeper
        self._children.pop(child.command.name, None)

    async def _keep(self, child: _Child) -> None:
        """Wait for the child's end, again and again, until it is told to stop."""
        while True:
            code = await child.process.wait()
            kill_group(child.process.pid)  # what it left behind would hold its ports
            if child.stopping.is_set():
                return
            self._on_change(self.processes)
            await self._after_its_end(child, code)
            if child.stopping.is_set():  # while it started: nobody has told this process yet
                child.ask_to_stop()
            self._on_change(self.processes)

    async def _after_its_end(self, child: _Child, code: int) -> None:
        """Start it again: at once where somebody stopped it for that, else as one that crashed."""
        if not self._planned(child.command.name, child.process.pid):
            await self._start_again(child, "crashed", code)
        elif not await self._is_stopped_while_held(child):
            try:
                await self._launch(child)
            except OSError as error:
                await self._start_again(child, "crashed.no_start", error)

    async def _launch(self, child: _Child) -> None:
        child.started, child.process = asyncio.get_running_loop().time(), await _launch(child.command)

    async def _start_again(self, child: _Child, told: str, why: object) -> None:
        """Launch the child after its wait; returns without a launch when it is told to stop meanwhile."""
        loop = asyncio.get_running_loop()
        while True:
            wait = child.backoff.after(loop.time() - child.started)
            name, log = child.command.name, child.command.reason_log
            if told == "crashed" and address_in_use(log):
                told = "crashed.address"
            self._report(Notice.of(told, name=name, why=why, wait=f"{wait:g}", log=log))
            if await _happens_within(child.stopping, wait) or await self._is_stopped_while_held(child):
                return
            try:
                await self._launch(child)
                child.restarts += 1
            except OSError as error:  # no memory or no files left: it may pass
                told, why = "crashed.no_start", error
            else:
                return

    async def _is_stopped_while_held(self, child: _Child) -> bool:
        """Wait until nobody keeps the child down; whether it was told to stop meanwhile."""
        while self._held(child.command.name):
            if await _happens_within(child.stopping, HOLD_PAUSE):
                return True
        return False


async def run_once(command: Command) -> int:
    """Run a command to its end and give its exit code; when the wait is cancelled, the command ends too."""
    process = await _launch(command)
    try:
        return await process.wait()
    finally:
        kill_group(process.pid)


async def run_until_signal(work: Coroutine[Any, Any, T], stopping: Callable[[], None] = lambda: None) -> T | None:
    """The outcome of the work; None when Ctrl-C or SIGTERM came first, once all that it had started is ended.

    `stopping` is called when the end begins.
    """
    task, signalled = asyncio.create_task(work), asyncio.create_task(until_signal())
    await asyncio.wait({task, signalled}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        signalled.cancel()
    else:
        stopping()
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        return await task
    return None


async def until_signal() -> signal.Signals:
    """Wait for Ctrl-C or SIGTERM; a second one then acts as usual, and ends a stop that takes too long."""
    loop = asyncio.get_running_loop()
    received: asyncio.Future[signal.Signals] = loop.create_future()
    wanted = (signal.SIGINT, signal.SIGTERM)

    def receive(which: signal.Signals) -> None:
        if not received.done():
            received.set_result(which)

    for each in wanted:
        loop.add_signal_handler(each, receive, each)
    try:
        return await received
    finally:
        for each in wanted:
            loop.remove_signal_handler(each)


async def _launch(command: Command) -> asyncio.subprocess.Process:
    with appended(command.log) as log:
        return await asyncio.create_subprocess_exec(
            *command.argv, stdout=log, stderr=asyncio.subprocess.STDOUT, **spawn_options(command)
        )


async def _happens_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
