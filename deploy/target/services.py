"""The services that this checkout has."""

from __future__ import annotations

from pathlib import Path

from shared.messaging.topics import SERVICES

ROOT = Path(__file__).parents[2]


def present() -> tuple[str, ...]:
    """Names of the services that can be run: each has a `__main__.py`."""
    return tuple(name for name in SERVICES if (ROOT / "services" / name / "__main__.py").exists())
