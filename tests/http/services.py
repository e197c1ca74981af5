"""The applications as they run, without a broker and without a port."""

import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from shared.runtime.settings import KafkaSettings
from shared.service.service import Service

SERVICES = sorted(path.parent.name for path in (Path(__file__).parents[2] / "services").glob("*/app.py"))

STAGES = [name for name in SERVICES if name != "portal"]
"""Those with an API of their own: people meet the portal in pages, which tests/portal walks."""


def built(name: str) -> Service:
    """A service by the settings of the environment."""
    stage, settings = importlib.import_module(f"services.{name}.app").build()
    return Service(stage, settings, KafkaSettings())


@cache
def service(name: str) -> Service:
    """One without a store, for whoever looks at its routes: a tenth of a second of work, in every process of a run for
    each file that makes its cases of them.
    """
    return built(name)


def bodies(name: str) -> Iterator[APIRoute]:
    """The routes that take a body."""
    for route in service(name).app.routes:
        if isinstance(route, APIRoute) and route.body_field is not None:
            yield route


def adapter(route: APIRoute) -> TypeAdapter[Any]:
    """What reads the body of a route."""
    assert route.body_field is not None
    info = route.body_field.field_info
    form: Any = Annotated[info.annotation, *info.metadata]
    return TypeAdapter(form)


@cache
def openapi_of(name: str) -> dict[str, Any]:
    """What a service says of its API: half a second of work, to be read only."""
    said: dict[str, Any] = service(name).app.openapi()
    return said
