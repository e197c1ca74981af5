"""What callers send and get: no unknown fields, and of what is sent no value of another type."""

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
)
from pydantic_core import CoreSchema, ErrorDetails, InitErrorDetails, PydanticCustomError, core_schema

from shared.i18n.fields import FIELD, FIELDS, wrong
from shared.names import says_nothing
from shared.plain_text import LINES, is_text
from shared.runtime.numbers import Written

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


def _one_line(text: str) -> str:
    if LINES.search(text):
        raise wrong("field.one_line")
    return text


OneLine = AfterValidator(_one_line)
"""Of a title: a text without line breaks and tabs."""


def _named(text: str) -> str:
    if says_nothing(_one_line(text)):
        raise wrong("field.name_says_nothing")
    return text


Named = AfterValidator(_named)
"""Of a name: it is on one line, and tells who or what is meant."""


class Strictly:
    """Validates a request's body as the JSON that it was: `true` is no number and `"5"` neither. FastAPI validates
    what Python's parser made of it, where strictness would refuse every UUID and every date, which JSON has as text.
    What is no text (`shared/plain_text.py`) is refused wherever a body has it.
    """

    def __get_pydantic_core_schema__(self, source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(partial(_as_json, source), handler(source))


Strict = Annotated[T, Strictly()]
"""Of every body: `body: Strict[SupplierBody]`."""


def _as_json(model: type[BaseModel], value: Any, handler: ValidatorFunctionWrapHandler) -> Any:  # noqa: ANN401 - pydantic's
    if not isinstance(value, dict):
        return handler(value)
    sent = _plain_text(value)
    faults = [*_not_text(value, ())] if sent is None else []
    text = json.dumps(value) if sent is None else sent
    # To JSON 1.0 is a whole number; to a strict validator it is none.
    text = json.dumps(_whole(value)) if MAYBE_WHOLE.search(text) else text
    if not faults:
        return model.model_validate_json(text, strict=True)
    raise ValidationError.from_exception_data(model.__name__, [*faults, *_others(model, text, faults)])


def _plain_text(value: dict[str, Any]) -> str | None:
    """The body as it was sent, where nothing in it is escaped and all of it is text: to look at each value and to write
    them again takes as long as to validate them.
    """
    if not isinstance(value, Written) or "\\" in value.text or not is_text(value.text):
        return None
    return value.text


def _others(model: type[BaseModel], text: str, faults: list[InitErrorDetails]) -> Iterator[InitErrorDetails]:
    """What is wrong beside what is no text."""
    told = {fault["loc"] for fault in faults if "loc" in fault}
    try:
        model.model_validate_json(text, strict=True)
    except ValidationError as error:
        for each in error.errors():
            if each["loc"] not in told:
                yield _again(each)


def _again(error: ErrorDetails) -> InitErrorDetails:
    code, context = error["type"], error.get("ctx", {})
    if code.startswith((FIELD, FIELDS)):
        # The same code again, and no sentence.
        return InitErrorDetails(type=PydanticCustomError(code, code, context or None), loc=error["loc"], input=None)
    return InitErrorDetails(type=code, loc=error["loc"], input=None, ctx=context)


def _not_text(value: Any, at: tuple[str | int, ...]) -> Iterator[InitErrorDetails]:  # noqa: ANN401 - JSON
    """Where a value has characters that are no text."""
    if isinstance(value, str):
        if not is_text(value):
            yield InitErrorDetails(type=wrong("field.characters"), loc=at, input=None)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _not_text(inner, (*at, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _not_text(inner, (*at, place))


def _whole(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {name: _whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
