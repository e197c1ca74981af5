"""`make check-packages`: which pinned packages have a known weakness. Advisory: the database is somebody else's.

pip-audit runs from a folder of its own: the platform does not depend on it.
"""

# ruff: noqa: S603, T201  (our own command line; the command's outcome)
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[2] / "requirements.lock"
HINT = "No database of weaknesses answers from here: nothing was checked."


def main(program: str) -> int:
    """1 where a weakness is known; 0 where none is, or where nobody can tell."""
    asked = [
        program,
        "--requirement",
        str(LOCK),
        "--disable-pip",
        "--no-deps",
        "--progress-spinner=off",
        "--format=json",
    ]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, LookupError):
        print(done.stderr.strip().rpartition("\n")[2], HINT, sep="\n")
        return 0
    lines = weaknesses(found)
    print(*lines, summary(found), sep="\n")
    return int(bool(lines))


def weaknesses(found: list[dict[str, Any]]) -> list[str]:
    """A line for each: the package, the weakness, and the versions that mend it."""
    return [
        f"{package['name']} {package['version']}: {weak['id']}, mended in {', '.join(weak['fix_versions']) or '-'}"
        for package in found
        for weak in package.get("vulns", [])
    ]


def summary(found: list[dict[str, Any]]) -> str:
    """How many of the packages the database knew."""
    known = sum("skip_reason" not in package for package in found)
    return f"{known} of {len(found)} pinned packages were checked." if known else HINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
