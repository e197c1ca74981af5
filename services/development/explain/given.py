"""What an explanation is given, and what is wrong with it."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.i18n import NotExplainedError, together
from shared.i18n.fields import fault

Code = Annotated[str, Field(min_length=1, max_length=100)]


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


G = TypeVar("G", bound=Given)


def validated(model: type[G], payload: dict[str, Any], code: str) -> G:
    """Raises NotExplainedError with this code, and each field that is wrong."""
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        raise together(
            NotExplainedError(code, field=".".join(map(str, each["loc"])) or "payload", problem=fault(each))
            for each in error.errors(include_url=False, include_input=False)
        ) from None
