"""The programs that read the chart: helm renders, kubeconform validates.

Both are Go programs; they are built at their pinned versions into a cache folder outside the checkout.
`python -m deploy.kubernetes.tools helm` builds one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

CACHE = Path(os.environ.get("PDP_CHART_CACHE") or Path.home() / ".cache" / "pdp" / "chart")

PROGRAMS = {
    "helm": "helm.sh/helm/v3/cmd/helm@v3.21.4",
    "kubeconform": "github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0",
}


class ChartError(RuntimeError):
    """The chart cannot be rendered or checked, or is not as it should be."""


def find(name: str) -> Path | None:
    """The program in the cache, else on the path. Never the path first: versions differ in what they accept."""
    built = CACHE / "bin" / name
    if built.exists():
        return built
    known = shutil.which(name)
    return Path(known) if known else None


def install(names: Iterable[str] = PROGRAMS) -> None:
    """Build what is missing of these; minutes the first time. Raises ``ChartError`` where there is no Go."""
    for name in names:
        if find(name) is None:
            go("install", PROGRAMS[name], GOBIN=str(CACHE / "bin"))


def go(*arguments: str, **environment: str) -> str:
    """What Go's own command prints. Raises ``ChartError``."""
    program = shutil.which("go")
    if program is None:
        raise ChartError("Go is needed to build what checks the chart, and is not on this machine")
    settings = {"GOFLAGS": "-mod=mod", "CGO_ENABLED": "0", **environment}
    # Outside the checkout: inside one, Go would look for a module of ours.
    CACHE.mkdir(parents=True, exist_ok=True)
    return execute([program, *arguments], cwd=CACHE, environment=settings)


def run(name: str, *arguments: str, given: str | None = None) -> str:
    """What a program prints, fed with `given`. Raises ``ChartError`` with what it said when it fails."""
    program = find(name)
    if program is None:
        raise ChartError(f"{name} is not on this machine: `make check-chart` builds it")
    return execute([str(program), *arguments], given=given)


def execute(
    command: Sequence[str],
    *,
    given: str | None = None,
    cwd: Path | None = None,
    environment: dict[str, str] | None = None,
) -> str:
    """What a command prints, fed with `given`. Raises ``ChartError`` with what it said when it fails."""
    done = subprocess.run(  # noqa: S603 - our own words
        command, input=given, cwd=cwd, env=os.environ | (environment or {}), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ChartError(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}".strip())
    return done.stdout


if __name__ == "__main__":
    try:
        install(sys.argv[1:])
    except ChartError as error:
        sys.exit(str(error))
