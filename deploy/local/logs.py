"""Logs of what runs here: bounded in size and number, and read by people."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from deploy.engines.private import private_opener
from deploy.local.aside import aside

LIMIT = 20_000_000
"""Bytes of a log before it is set aside: a service on a busy day writes as much in some hours."""
KEPT = 3
"""Older logs beside each."""
LOOK_PAUSE = 30.0
FOLLOW_PAUSE = 0.2


def rotate(log: Path, limit: int = LIMIT) -> bool:
    """Copy a log that has grown too long to `….log.1` and empty it; whether it had.

    Whoever writes appends, and goes on in the same file without being told. A line that is written between the copy
    and the cut is lost: some microseconds at every 20 MB.
    """
    if not log.exists() or log.stat().st_size < limit:
        return False
    for number in range(KEPT - 1, 0, -1):
        if (older := _older(log, number)).exists():
            older.replace(_older(log, number + 1))
    with log.open("r+b") as full, open(_older(log, 1), "wb", opener=private_opener) as copy:
        shutil.copyfileobj(full, copy)
        full.truncate(0)
    return True


async def keep_short(logs: Callable[[], Iterable[Path]]) -> None:
    """Look after these logs until cancelled."""
    while True:
        for log in logs():
            await aside(rotate, log)
        await asyncio.sleep(LOOK_PAUSE)


def last_lines(log: Path, count: int) -> Iterator[str]:
    """The newest lines of a log, oldest first."""
    with log.open(errors="replace") as lines:
        yield from deque(lines, count)


def new_lines(log: Path) -> Iterator[str]:
    """What is written from now on, for ever; also after the log was rotated."""
    with log.open(errors="replace") as lines:
        lines.seek(0, 2)
        while True:
            if line := lines.readline():
                yield line
                continue
            if log.stat().st_size < lines.tell():
                lines.seek(0)
            time.sleep(FOLLOW_PAUSE)


def _older(log: Path, number: int) -> Path:
    return log.with_name(f"{log.name}.{number}")
