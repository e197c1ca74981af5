"""By what operators find firms."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from services.registration.domain.reasons import HoldReason
from services.registration.domain.size import Stratum
from services.registration.domain.sought import Sought
from services.registration.domain.supplier import Status
from services.registration.views.offers import Line
from shared.contracts.event import AreaCode, StateCode
from shared.service.http import Body

Scian = Annotated[str, Field(pattern=r"^[0-9]{2,6}$", max_length=6)]


class Filter(BaseModel):
    """What stands in an address: nothing of it is personal."""

    status: Status | None = None
    state: StateCode | None = None
    """INEGI's key."""
    area: AreaCode | None = None
    """A procurement area that it offers."""
    scian: Scian | None = None
    """Its class, or the sector, subsector, branch that this is a part of."""
    stratum: Stratum | None = None
    hold: HoldReason | None = None
    """Why it waits for an operator."""

    def sought(self) -> Sought:
        return Sought(**dict(self))


class SearchBody(Body, Filter):
    """The same, and what may be a person's."""

    name: Annotated[str, StringConstraints(min_length=2, max_length=250, pattern=r"\w")] | None = None
    """Words of its legal name, or their beginnings, however they are written."""
    rfc: Line | None = None
    folio: Annotated[str, Field(max_length=40)] | None = None
