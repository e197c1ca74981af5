"""How much memory a process took at most."""

import re
from pathlib import Path

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def peak_mb(pid: int) -> int:
    """The most that was resident of it at once so far; 0 when it has ended, or where the system has no /proc."""
    try:
        found = _PEAK.search(Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) // 1024 if found else 0
