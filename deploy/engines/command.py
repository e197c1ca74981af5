"""One process to run, as a value, and the way to start it so that it never outlives its parent unseen."""

# ruff: noqa: S603  (every command line is put together here, none from input)
from __future__ import annotations

import ctypes
import functools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypedDict

from deploy.engines.private import private_opener

PR_SET_PDEATHSIG = 1
PRIVATE = 0o077
"""The umask of all that runs here: topics, stores and logs hold what is nobody else's to read."""
BIND_LINES = 40
"""Last lines of a log that are of the last start: what follows a refused port is the end of the process."""


@dataclass(frozen=True)
class Command:
    """What to run, where it logs and how it is asked to stop.

    ``env`` is added to this process's environment. ``user`` drops to that account (only root can).
    A supervisor stops higher tiers first: engines are tier 0, what uses them is tier 1.
    """

    name: str
    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    tier: int = 1
    own_log: Path | None = None
    """The log that the process writes by itself; then `log` has what it prints besides, mostly nothing."""

    @property
    def reason_log(self) -> Path:
        """Where the process last wrote: there is the reason why it ended."""
        written = [file for file in (self.log, self.own_log) if file is not None and file.exists()]
        told = [file for file in written if file.stat().st_size]
        return max(told, key=lambda file: file.stat().st_mtime, default=self.log)


class SpawnOptions(TypedDict):
    """Keyword arguments common to ``subprocess.Popen`` and ``asyncio.create_subprocess_exec``."""

    env: dict[str, str]
    cwd: Path | None
    user: str | None
    group: str | None
    umask: int
    extra_groups: list[str] | None
    stdin: int
    start_new_session: bool
    preexec_fn: Callable[[], None]


def spawn_options(command: Command) -> SpawnOptions:
    """A session of its own (Ctrl-C reaches only the parent) that ends with the parent where the system can do that.

    The kernel ties the child to the *thread* that started it: start commands from a thread that lives as long
    as they should, never from ``asyncio.to_thread``.
    """
    return {
        "env": {**os.environ, **command.env},
        "cwd": command.cwd,
        "user": command.user,
        "group": command.user,
        "umask": PRIVATE,
        "extra_groups": [] if command.user else None,
        "stdin": subprocess.DEVNULL,
        "start_new_session": True,
        "preexec_fn": functools.partial(_end_with_parent, command.stop_signal, os.getpid(), _libc()),
    }


def spawn(command: Command) -> subprocess.Popen[bytes]:
    """Start the command; its output is appended to its log."""
    with appended(command.log) as log:
        return subprocess.Popen(command.argv, stdout=log, stderr=subprocess.STDOUT, **spawn_options(command))


def appended(log: Path) -> BinaryIO:
    """The log, to be written on at its end."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return open(log, "ab", opener=private_opener)


def stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals, grace: float) -> None:
    """Ask the process to end, and end its whole group when it has not within ``grace`` seconds."""
    if process.poll() is not None:
        return
    process.send_signal(stop_signal)
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        kill_group(process.pid)
        process.wait()


def kill_group(pid: int) -> None:
    """SIGKILL the session that ``spawn`` made for this process; fine when it has already gone."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def log_tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, for an error message."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def address_in_use(log: Path) -> bool:
    """Whether the last start failed because another process listens on its port."""
    return "address already in use" in log_tail(log, BIND_LINES).lower()


@functools.cache
def _libc() -> ctypes.CDLL | None:
    """The C library, loaded before the fork: loading it between fork and exec could deadlock."""
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _end_with_parent(stop_signal: signal.Signals, parent: int, libc: ctypes.CDLL | None) -> None:
    """Runs in the child between fork and exec, after the change of user, which would clear the wish."""
    if libc is None:
        return
    libc.prctl(PR_SET_PDEATHSIG, int(stop_signal))
    if os.getppid() != parent:  # it died before the wish was registered: nothing would ever end this child
        os._exit(1)
