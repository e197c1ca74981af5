"""How the origin of a firm's parts is judged."""

from collections.abc import Sequence
from datetime import date

from services.registration.domain.trade import PartOrigin
from shared.origin import Judgement, judge
from shared.service.http import View


class OriginView(View):
    """One family of parts, judged on a day."""

    family: str
    hs_code: str
    judgement: Judgement
    required_bp: int | None
    """What its list asks for on that day; none where it has no rule."""
    rules: str
    """Version of the thresholds."""


class OriginsView(View):
    on: date
    origins: list[OriginView]
    """In the order in which the firm names them."""

    @classmethod
    def judged(cls, origins: Sequence[PartOrigin], on: date) -> "OriginsView":
        verdicts = [(each, judge(each, on)) for each in origins]
        return cls(
            on=on,
            origins=[
                OriginView(
                    family=each.family,
                    hs_code=each.hs_code,
                    judgement=verdict.judgement,
                    required_bp=verdict.required_bp,
                    rules=verdict.rules,
                )
                for each, verdict in verdicts
            ],
        )
