"""A call as everybody reads it. Shares are basis points, money is MXN."""

from services.development.domain.conditions import SelectionRules
from services.development.domain.diagnosis import Band
from services.development.views.cohorts import Minimum, Mxn, mxn
from shared.service.http import View


class CallHeadView(View):
    version: str
    current: bool
    """A cohort is opened by it unless it names another one."""


class WeightsView(View):
    """Percent of the score."""

    best_match: int
    readiness: int
    closability: int


class CallView(View):
    version: str
    source: str
    match_min: int
    """That the best match must reach."""
    bands: tuple[Band, ...]
    commitment_min: int
    """Level of the commitment question."""
    weights: WeightsView
    capacity: int
    budget_mxn: Mxn | None
    minimum_per_area: Minimum
    minimum_per_state: Minimum
    minimum_per_anchor: Minimum
    k: int
    appeal_days: int
    """After a selection."""

    @classmethod
    def of_call(cls, rules: SelectionRules) -> "CallView":
        limits = rules.limits
        return cls(
            version=rules.version,
            source=rules.source,
            match_min=rules.match_min,
            bands=rules.bands,
            commitment_min=rules.commitment_min,
            weights=WeightsView.of(rules.weights),
            capacity=limits.capacity,
            budget_mxn=None if limits.budget is None else mxn(limits.budget),
            minimum_per_area=limits.minimums.area,
            minimum_per_state=limits.minimums.state,
            minimum_per_anchor=limits.minimums.anchor,
            k=limits.keep,
            appeal_days=rules.appeal_days,
        )
