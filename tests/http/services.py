"""The applications as they run, without a broker and without a port."""

import importlib
from functools import cache
from pathlib import Path
from typing import Any

from shared.runtime.settings import KafkaSettings
from shared.service.service import Service

SERVICES = sorted(path.parent.name for path in (Path(__file__).parents[2] / "services").glob("*/app.py"))

STAGES = [name for name in SERVICES if name != "portal"]
"""Those with an API of their own: people meet the portal in pages, which tests/portal walks."""


def service(name: str) -> Service:
    """A service by the settings of the environment."""
    stage, settings = importlib.import_module(f"services.{name}.app").build()
    return Service(stage, settings, KafkaSettings())


@cache
def openapi_of(name: str) -> dict[str, Any]:
    """What a service says of its API: half a second of work, to be read only."""
    said: dict[str, Any] = service(name).app.openapi()
    return said
