"""A process on a clock of its own: `python -m shared.testing.adrift MODULE` runs the module as a program.

`PDP_CLOCK` names a file of one double: the seconds by which the process's clock is wrong now. Whoever writes there
makes it jump.
"""

import mmap
import os
import runpy
import struct
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

CLOCK = "PDP_CLOCK"
_OFFSET = struct.Struct("d")


def set_wrong_by(file: Path, seconds: float = 0.0) -> None:
    """Let the clock of the processes that look at this file jump there; made where it is missing."""
    with file.open("r+b" if file.exists() else "w+b") as clock:
        clock.write(_OFFSET.pack(seconds))


def _main() -> None:
    with Path(os.environ[CLOCK]).open("rb") as file:
        shown = mmap.mmap(file.fileno(), _OFFSET.size, access=mmap.ACCESS_READ)

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=_OFFSET.unpack(shown)[0])

    # Before anything imports it by its name.
    from shared.runtime import clock  # noqa: PLC0415

    clock.now = now
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _main()
