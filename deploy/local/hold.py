"""A service that is kept down for a while, from another process than the one that runs it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.engines.command import kill_group
from deploy.engines.private import private_opener
from deploy.local.layout import Layout
from deploy.local.services import STOP_GRACE
from deploy.local.state import ProcessId, read_running, still_alive_after


@contextmanager
def held_down(data: Path, service: str) -> Iterator[None]:
    """The service is stopped, and not started again before the block ends, however it ends.

    The lock ends with this process: a restore that crashes keeps no service down.
    """
    file = Layout(data).hold(service)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    with open(file, "a+", opener=private_opener) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        while child := _running(data, service):
            lock.truncate(0)
            lock.write(str(child.pid))
            lock.flush()
            _stop(child)
        yield


def is_held(data: Path, service: str) -> bool:
    """Whether somebody keeps the service down."""
    try:
        with Layout(data).hold(service).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def is_planned(data: Path, service: str, pid: int) -> bool:
    """Whether this process of the service was ended by somebody who held it down."""
    file = Layout(data).hold(service)
    return file.exists() and file.read_text() == str(pid)


def _running(data: Path, service: str) -> ProcessId | None:
    run = read_running(data)
    children = run.children if run else ()
    return next((child for child in children if child.name == service and child.find()), None)


def _stop(child: ProcessId) -> None:
    if process := child.find():
        process.send_signal(child.stop_signal)
    for stubborn in still_alive_after(STOP_GRACE, [child]):
        kill_group(stubborn.pid)
