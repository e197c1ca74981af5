"""Processes that are measured: each with a log beside Kafka's, and ended with the block that started it."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from tests.bench.pair import Pair

ROOT = Path(__file__).resolve().parents[2]


def log_of(pair: Pair, name: str) -> Path:
    return Path(pair.kafka.log.parent, f"{name.replace(' ', '-')}.log")


async def launch(
    pair: Pair, name: str, command: Sequence[str], environment: Mapping[str, str], *, piped: bool = False
) -> asyncio.subprocess.Process:
    """Start a process that logs to a file; `piped` leaves its input and output to the caller."""
    with _opened(log_of(pair, name)) as log:
        return await asyncio.create_subprocess_exec(
            *command,
            env={**os.environ, **environment},
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE if piped else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE if piped else log,
            stderr=log,
        )


async def end(process: asyncio.subprocess.Process) -> None:
    """Ask it to stop, as an operator would, and wait for it."""
    process.terminate()
    await process.wait()


def _opened(file: Path) -> IO[bytes]:
    return file.open("ab")
