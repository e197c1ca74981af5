"""What an RFC is."""

from typing import Annotated, Literal

from pydantic import Field

from services.registration.domain.reasons import RfcDoubt, RfcReason
from services.registration.domain.rfc import DoubtfulRfc, Kind, RefusedRfc, Verdict
from services.registration.views.offers import Line
from shared.service.http import Body, View

PARTS = 9
"""Characters of date, homoclave and check digit."""


class RfcBody(Body):
    rfc: Line


class RfcView(View):
    """A verdict, and the parts that people compare with the SAT certificate."""

    rfc: Annotated[str, Field(max_length=300)]
    """As it is written: upper case, without spaces and dashes."""
    kind: Kind | None
    verdict: Literal["valid", "doubtful", "refused"]
    """`doubtful`: it may register, and an operator looks first."""
    reasons: tuple[RfcReason | RfcDoubt, ...]
    letters: str | None
    """Of the name; null with the other parts where the length fits neither kind."""
    day: str | None
    """Of foundation or birth, as YYMMDD."""
    homoclave: str | None

    @classmethod
    def of_verdict(cls, found: Verdict) -> "RfcView":
        level: Literal["valid", "doubtful", "refused"] = "valid"
        if isinstance(found, RefusedRfc):
            level = "refused"
        elif isinstance(found, DoubtfulRfc):
            level = "doubtful"
        rfc, known = found.rfc, found.kind is not None
        return cls(
            rfc=rfc,
            kind=found.kind,
            verdict=level,
            reasons=found.reasons,
            letters=rfc[:-PARTS] if known else None,
            day=rfc[-PARTS:-3] if known else None,
            homoclave=rfc[-3:] if known else None,
        )
