"""Where the files of a run go."""

import os
from pathlib import Path

import psutil

SHARED_MEMORY = Path("/dev/shm")
MEMORY_BYTES = 4 * 1024**3
"""Several times what a run writes."""


def memory() -> Path | None:
    """Where files are in memory, if there is much of it: a store for each test is some hundred files that are made,
    copied and removed, a third of the processor time of all tests where they go to a disk.
    """
    if "TMPDIR" in os.environ or not SHARED_MEMORY.is_dir():
        return None
    found = os.statvfs(SHARED_MEMORY)
    free = min(found.f_bavail * found.f_frsize, psutil.virtual_memory().available // 2)
    return None if free < MEMORY_BYTES or found.f_flag & os.ST_NOEXEC else SHARED_MEMORY
