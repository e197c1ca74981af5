"""The Docker engine of this machine, by its own command line."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BUILD_TIMEOUT = 900
"""Seconds for all images where nothing is cached, on a machine that is busy with something else."""


def docker(
    *arguments: str, check: bool = True, timeout: float = 120, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Raises CalledProcessError, with the end of what the engine said."""
    try:
        return subprocess.run(
            ["docker", *arguments],
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=check,
        )
    except subprocess.CalledProcessError as error:
        error.add_note(error.stderr[-2_000:])
        raise


def engine_missing() -> str:
    """Why no container can be run here; empty when they can."""
    try:
        found = docker("info", "--format", "{{.ServerVersion}}", check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no Docker engine: {error}"
    return "" if found.returncode == 0 else f"no Docker engine answers: {found.stderr.strip()}"


def needs_engine() -> None:
    if why := engine_missing():
        pytest.skip(why)


def inspect(kind: str, name: str) -> dict[str, Any]:
    [found] = json.loads(docker(kind, "inspect", name).stdout)
    return dict(found)


def built(version: str, revision: str) -> None:
    """All images, as `make images` builds them."""
    named = {"VERSION": version, "REVISION": revision, "REGISTRY": ""}
    docker("buildx", "bake", "-f", "deploy/images/bake.hcl", timeout=BUILD_TIMEOUT, environment=named)
