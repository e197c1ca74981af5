"""The applications as they run, without a broker and without a port."""

import importlib
from pathlib import Path

from shared.runtime.settings import KafkaSettings
from shared.service.service import Service

SERVICES = sorted(path.parent.name for path in (Path(__file__).parents[2] / "services").glob("*/app.py"))

STAGES = [name for name in SERVICES if name != "portal"]
"""Those with an API of their own: people meet the portal in pages, which tests/portal walks."""


def service(name: str) -> Service:
    """A service by the settings of the environment."""
    stage, settings = importlib.import_module(f"services.{name}.app").build()
    return Service(stage, settings, KafkaSettings())
