"""The data folder of one run: who runs in it, on which ports, and how what a crash left behind is ended.

A run is told by pid *and* start time, so that a pid which the system gave to somebody else is never touched.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil

from deploy.engines.command import PRIVATE, kill_group
from deploy.engines.errors import DeployError
from deploy.engines.private import write_private

DEFAULT_DATA = Path(".data")
RUN_FILE = "run.json"
LOCK_FILE = "run.lock"
DATA = "PDP_DATA"
# Start times are computed from the boot time, which the system rounds differently from one moment to the next.
START_TIME_TOLERANCE = 2.0
RECOVERY_GRACE = 15.0
PROBE_PAUSE = 0.02


@dataclass(frozen=True)
class ProcessId:
    """One process, never mistaken for a later one of the same pid; ``created`` is in seconds since 1970."""

    name: str
    pid: int
    created: float
    stop_signal: int = int(signal.SIGTERM)

    @classmethod
    def of(cls, name: str, pid: int, stop_signal: int = signal.SIGTERM) -> ProcessId | None:
        """The process that has this pid now; None when there is none."""
        try:
            return cls(name, pid, psutil.Process(pid).create_time(), int(stop_signal))
        except psutil.NoSuchProcess:
            return None

    def find(self) -> psutil.Process | None:
        """The live process; None when it has ended, whoever has its pid now."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) <= START_TIME_TOLERANCE
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


@dataclass(frozen=True)
class Run:
    """A run as its supervisor last recorded it."""

    supervisor: ProcessId
    children: tuple[ProcessId, ...] = ()
    ports: Mapping[str, int] = field(default_factory=dict)
    restarts: Mapping[str, int] = field(default_factory=dict)
    """How often each child was started again after a crash."""
    ready: bool = False
    """Whether it once had started to the end."""


class AlreadyRunningError(DeployError):
    """Another process holds the data folder; ``run`` is None while that one is still starting."""

    def __init__(self, data: Path, run: Run | None) -> None:
        self.run = run
        super().__init__("already_running", data=data, pid=run.supervisor.pid if run else "–")


class FolderError(DeployError):
    """The folder is open to other accounts, and holds what is not ours to close."""


class Claim:
    """The exclusive hold of the current process on a data folder."""

    def __init__(self, data: Path, ended: tuple[str, ...]) -> None:
        self.ended = ended
        """Names of the processes that a crashed run had left behind and that were ended now."""
        self._file = data / RUN_FILE
        supervisor = ProcessId.of("supervisor", os.getpid())
        if supervisor is None:
            raise RuntimeError("this system does not show its processes")
        self._run = Run(supervisor)
        self._write()

    def record_children(self, children: Iterable[ProcessId], restarts: Mapping[str, int] | None = None) -> None:
        """Store who runs now; to be called after each start, before anything else can go wrong."""
        self._run = replace(self._run, children=tuple(children), restarts=dict(restarts or {}))
        self._write()

    def record_ports(self, ports: Mapping[str, int]) -> None:
        """Store which port serves what."""
        self._run = replace(self._run, ports=dict(ports))
        self._write()

    def record_ready(self) -> None:
        """Store that the start has come to its end."""
        self._run = replace(self._run, ready=True)
        self._write()

    def _write(self) -> None:
        write_private(self._file, json.dumps(asdict(self._run), indent=2))


def data_folder() -> Path:
    """``PDP_DATA``, or ``.data`` in the current folder."""
    return Path(os.environ.get(DATA) or DEFAULT_DATA).resolve()


def close(data: Path) -> Path:
    """The folder, open to its owner alone; made where it is missing. Raises ``FolderError`` for another's."""
    with _private():
        data.mkdir(parents=True, exist_ok=True)
    found = data.stat()
    if found.st_mode & PRIVATE:
        if found.st_uid != os.geteuid() or (any(data.iterdir()) and not (data / LOCK_FILE).exists()):
            raise FolderError("data_open", data=data)
        data.chmod(found.st_mode & ~PRIVATE)
    return data


@contextmanager
def _private() -> Iterator[None]:
    """What this process makes meanwhile is its owner's alone."""
    before = os.umask(PRIVATE)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def claim(data: Path, grace: float = RECOVERY_GRACE) -> Iterator[Claim]:
    """Hold the folder for the time of the block, after ending what a crashed run left behind.

    Raises ``AlreadyRunningError`` at once when somebody else holds it, ``FolderError`` for a folder that is not
    ours to close. The caller ends its own children before the block does.
    """
    # Not inherited by children, as Python opens files close-on-exec: the lock ends with this process, however it ends.
    with _private(), (close(data) / LOCK_FILE).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(data, read_running(data)) from None
        held = Claim(data, _end_orphans(data, grace))
        yield held
        (data / RUN_FILE).unlink(missing_ok=True)


def read_running(data: Path) -> Run | None:
    """The run whose supervisor is alive; None when there is none, or only the traces of a crashed one."""
    run = _read(data)
    return run if run is not None and run.supervisor.find() is not None else None


def _end_orphans(data: Path, grace: float) -> tuple[str, ...]:
    """Ask every recorded child that still lives to stop, kill those that have not within ``grace`` seconds."""
    run = _read(data)
    orphans = {child: process for child in (run.children if run else ()) if (process := child.find()) is not None}
    for child, process in orphans.items():
        _send(process, child.stop_signal)
    stubborn = still_alive_after(grace, orphans)
    for child in stubborn:
        kill_group(child.pid)
    still_alive_after(grace, stubborn)
    return tuple(child.name for child in orphans)


def still_alive_after(timeout: float, processes: Iterable[ProcessId]) -> list[ProcessId]:
    """Wait until the processes have ended, at most ``timeout`` seconds; the ones that have not.

    For processes that are not children of this one: the system tells only a parent of an end, and ``psutil`` would
    also wait for the parent to take note, which in a container may be never.
    """
    deadline = time.monotonic() + timeout
    alive = [each for each in processes if each.find() is not None]
    while alive and time.monotonic() < deadline:
        time.sleep(PROBE_PAUSE)
        alive = [each for each in alive if each.find() is not None]
    return alive


def _send(process: psutil.Process, stop_signal: int) -> None:
    try:
        process.send_signal(stop_signal)
    except psutil.NoSuchProcess:
        return


def _read(data: Path) -> Run | None:
    try:
        stored: dict[str, Any] = json.loads((data / RUN_FILE).read_text())
    except FileNotFoundError:
        return None
    children = tuple(ProcessId(**child) for child in stored["children"])
    return Run(ProcessId(**stored["supervisor"]), children, stored["ports"], stored["restarts"], stored["ready"])
