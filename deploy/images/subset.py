"""The part of a lock that an image needs: `subset.py LOCK FILES...` prints the pins of what the files name.

Nothing but the standard library: it runs before anything is installed. Each pin keeps its hashes, so what is installed
is what the tests ran with.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

PIN = re.compile(r"^([a-z0-9-]+)==", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    """Every package of the lock with its version and hashes, as pip reads it."""
    starts = [*PIN.finditer(lock)]
    ends = [*(start.start() for start in starts[1:]), len(lock)]
    return {start[1]: lock[start.start() : end] for start, end in zip(starts, ends, strict=True)}


def names(text: str) -> list[str]:
    """The packages that a file names, one a line; what stands behind a `#` is for people."""
    bare = (line.partition("#")[0].strip() for line in text.splitlines())
    return [name for name in bare if name]


def subset(lock: str, wanted: Iterable[str]) -> str:
    """The pins of the wanted packages. Raises ``LookupError`` for one that the lock does not have."""
    known: Mapping[str, str] = pins(lock)
    chosen = list(wanted)
    if missing := sorted(set(chosen) - known.keys()):
        raise LookupError(f"not in the lock: {', '.join(missing)}; name what pyproject.toml resolves to")
    return "".join(known[name] for name in chosen)


if __name__ == "__main__":
    lock_file, *name_files = map(Path, sys.argv[1:])
    wanted_names = [name for file in name_files for name in names(file.read_text(encoding="utf-8"))]
    sys.stdout.write(subset(lock_file.read_text(encoding="utf-8"), wanted_names))
