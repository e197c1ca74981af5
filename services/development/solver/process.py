"""A process of its own that solves, so that a service answers others meanwhile and a hard call cannot take it down."""

import asyncio
import os
import sys

import msgspec

from services.development.solver.asked import Answered, Asked, UnsolvedError
from shared.files.table import INHERITED

CHILD = ("-m", "services.development.solver.child")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
AT_ONCE = 2
"""Processes that solve for one service; others wait for their turn."""

_turns = asyncio.Semaphore(AT_ONCE)


async def solve(asked: Asked) -> Answered:
    """The best cohort of a call, or what conflicts in it. Cancelled, it ends the process.

    Raises UnsolvedError where none was found in time, or where the process came to one of its limits.
    """
    async with _turns:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *CHILD,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in INHERITED if name in os.environ} | ONE_THREAD,
        )
        try:
            out, _ = await child.communicate(msgspec.json.encode(asked))
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    if child.returncode:
        raise UnsolvedError
    answered = msgspec.json.decode(out, type=Answered)
    if answered.unsolved:
        raise UnsolvedError
    return answered
