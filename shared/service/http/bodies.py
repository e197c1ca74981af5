"""What callers send and get: no unknown fields, and of what is sent no value of another type."""

import json
import re
from functools import partial
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")

MAYBE_WHOLE = re.compile(r"\.0[,}\]]")
"""A number that ends so, and not an amount, which is a text: most bodies have none."""


class View(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    @classmethod
    def of(cls, state: object) -> Self:
        """The view of a value or a row that has fields of the same names."""
        return cls.model_validate(state)


class Body(View):
    """What a caller sends. An unknown field is refused: most are a misspelt one."""


class Strictly:
    """Validates a request's body as the JSON that it was: `true` is no number and `"5"` neither. FastAPI validates
    what Python's parser made of it, where strictness would refuse every UUID and every date, which JSON has as text.
    """

    def __get_pydantic_core_schema__(self, source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(partial(_as_json, source), handler(source))


Strict = Annotated[T, Strictly()]
"""Of every body: `body: Strict[SupplierBody]`."""


def _as_json(model: type[BaseModel], value: Any, handler: ValidatorFunctionWrapHandler) -> Any:  # noqa: ANN401 - pydantic's
    if not isinstance(value, dict):
        return handler(value)
    text = json.dumps(value)
    # To JSON 1.0 is a whole number; to a strict validator it is none.
    return model.model_validate_json(json.dumps(_whole(value)) if MAYBE_WHOLE.search(text) else text, strict=True)


def _whole(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {name: _whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
