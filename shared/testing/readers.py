"""What reads a request is made when the first one is read."""

from functools import cached_property
from typing import Any

from fastapi._compat.v2 import ModelField


def make_readers_when_asked() -> None:
    """FastAPI makes one for each parameter, body and answer of each route: three quarters of the tenth of a second that
    a service's routes take. Most tests have a service of their own, and ask two of its routes.
    """
    make = ModelField.__post_init__

    def made(field: ModelField) -> Any:  # noqa: ANN401 - FastAPI's own
        make(field)
        return vars(field)["_type_adapter"]

    reader = cached_property(made)
    reader.__set_name__(ModelField, "_type_adapter")
    ModelField.__post_init__ = lambda _: None  # type: ignore[assignment,method-assign]  # not before it is asked
    ModelField._type_adapter = reader  # type: ignore[assignment]  # noqa: SLF001 - what it had made
