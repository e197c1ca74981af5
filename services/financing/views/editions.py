"""What an edition of a partner or a product says of itself."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from shared.contracts.event import Day
from shared.i18n.fields import wrong
from shared.service.http import Body, Named

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class EditionBody(Body):
    """Whole: what it was before stays on record."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200), Named]
    documents: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    valid_from: Day | None = None
    valid_until: Day | None = None
    """Its last day: from then on no firm is referred to it."""

    @field_validator("valid_until")
    @classmethod
    def _ends_after_it_begins(cls, last: date | None, info: ValidationInfo) -> date | None:
        first = info.data.get("valid_from")
        if last is not None and first is not None and last < first:
            raise wrong("fields.validity")
        return last
