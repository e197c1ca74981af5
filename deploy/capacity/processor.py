"""`python -m deploy.capacity.processor COMMAND …`: processor seconds that a command cost, by program.

`time` counts what ended as a child of the command; the engines that a bench starts have users and groups of their own.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping

import psutil

LOOK_S = 0.1
"""What a process does after the last look at it is missed: little of rounds that take seconds."""

Seen = dict[tuple[int, float], tuple[str, float]]
"""By process, its program and the seconds that it had at the last look."""


def main(command: list[str]) -> None:
    """Run it, follow its descendants, and print. The command's exit code is this one's."""
    with subprocess.Popen(command) as process:  # noqa: S603  (the caller's own command)
        seen: Seen = {}
        while process.poll() is None:
            look(psutil.Process(process.pid), seen)
            time.sleep(LOOK_S)
    for program, seconds in by_program(seen).items():
        sys.stdout.write(f"{program:20} {seconds:10.1f} s\n")
    raise SystemExit(process.returncode)


def look(root: psutil.Process, seen: Seen) -> None:
    """Note what every process below the root has used so far."""
    for each in [root, *root.children(recursive=True)]:
        try:
            used = each.cpu_times()
            seen[each.pid, each.create_time()] = each.name(), used.user + used.system
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue


def by_program(seen: Mapping[tuple[int, float], tuple[str, float]]) -> dict[str, float]:
    """Seconds by the name of the program, most first."""
    found: defaultdict[str, float] = defaultdict(float)
    for program, seconds in seen.values():
        found[program] += seconds
    return dict(sorted(found.items(), key=lambda each: -each[1]))


if __name__ == "__main__":
    main(sys.argv[1:])
