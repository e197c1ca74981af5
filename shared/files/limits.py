"""What bounds a process of our own that reads or writes a file."""

import contextlib
import resource
from pathlib import Path


def limit(memory_bytes: int, processor_s: int) -> None:
    """Have this process end where it takes more, write no file, and be the first that a system without memory ends.

    `memory_bytes`: address space, of which most is mapped and never used.
    """
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, processor_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    with contextlib.suppress(OSError):  # Linux only.
        Path("/proc/self/oom_score_adj").write_text("1000")
