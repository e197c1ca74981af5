"""Cohorts and their selection, as callers send and see them. Shares are basis points."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from services.development.catalogue import calls
from services.development.catalogue.checking import KNOWN
from services.development.domain.call import Limits, Minimums
from services.development.domain.cohort import Cohort, CohortStatus, Direction
from services.development.domain.conditions import SelectionRules
from services.development.domain.place import LeaverRole, PlaceStatus
from services.development.solver.asked import Asked
from shared.service.http import Body, Named, View
from shared.service.http.wellformed import Broken, Place

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


Places = Annotated[int, Field(ge=1, le=100_000)]
Keep = Annotated[int, Field(ge=1, le=1_000)]
Pesos = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,14}\.[0-9]{2}$"), Field(examples=["1250000.00"])]


def mxn(amount: Decimal | str) -> str:
    return f"{Decimal(amount):.2f}"


Mxn = Annotated[str, BeforeValidator(mxn), Field(examples=["1500000.00"])]
"""An amount in MXN, as it is told."""
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Least = Annotated[int, Field(ge=0, le=100_000)]
Minimum = Least | Annotated[dict[Code, Least], Field(max_length=200)]
"""Firms of each group that somebody is of, or of those named: areas, states (two digits), anchors by their ids."""


UNKNOWN = {"minimum_per_area": "minimum_area_unknown", "minimum_per_state": "minimum_state_unknown"}
"""What is said of a minimum of what there is not."""


class CohortBody(Body):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=120), Named]
    call: Code | None = None
    """Version of the call; the present one where absent."""
    capacity: Places | None = None
    """Places. What is absent, from here on, is as the call has it."""
    budget_mxn: Pesos | None = None
    """MXN for the plans of all."""
    minimum_per_area: Minimum | None = None
    minimum_per_state: Minimum | None = None
    minimum_per_anchor: Minimum | None = None
    k: Keep | None = None
    """Firms that each area and each anchor keeps, where it can."""

    @classmethod
    def broken(cls, given: dict[str, Any], _: Sequence[Place]) -> Iterator[Broken]:
        """What names nothing that there is. Which anchors there are only the store can tell."""
        if given.get("call") is not None and given["call"] not in calls().versions:
            yield "call", "call_unknown", {}
        for name, code in UNKNOWN.items():
            named, known = given.get(name), KNOWN[name]
            for group in sorted(named.keys() - known) if isinstance(named, dict) else ():
                yield f"{name}.{group}", code, {"first": min(known), "last": max(known)}

    @property
    def anchors(self) -> frozenset[str]:
        """Those that it names."""
        named = self.minimum_per_anchor
        return frozenset(named) if isinstance(named, dict) else frozenset()

    def limits(self, rules: SelectionRules) -> Limits:
        usual = rules.limits
        least = usual.minimums
        return Limits(
            self.capacity or usual.capacity,
            usual.budget if self.budget_mxn is None else Decimal(self.budget_mxn),
            Minimums(
                least.area if self.minimum_per_area is None else self.minimum_per_area,
                least.state if self.minimum_per_state is None else self.minimum_per_state,
                least.anchor if self.minimum_per_anchor is None else self.minimum_per_anchor,
            ),
            self.k or usual.keep,
        )


class OverrideBody(Body):
    supplier_id: UUID
    direction: Direction
    reason: Words


class OverrideView(View):
    supplier_id: UUID
    direction: Direction
    reason: str
    by: str
    at: datetime


class PastOverrideView(OverrideView):
    """An override that counts no more."""

    ended_by: str
    """Who took it back, or gave another one in its place."""
    ended_at: datetime


class ProposedView(View):
    """What an operator said of a firm that is to drop out."""

    reason: str
    by: str
    at: datetime


class ReinstatementView(ProposedView):
    """The firm has its place again, and why."""


class DropOutView(View):
    """A place that became free, and who has it since."""

    supplier_id: UUID
    status: PlaceStatus
    reason: str
    by: str
    role: LeaverRole
    """As what `by` did it: the firm itself, or the second of two operators."""
    at: datetime
    proposed: ProposedView | None
    """By the first of two operators."""
    replaced_by: UUID | None
    selected_by: str | None
    reinstated: ReinstatementView | None


class ReinstatementBody(Body):
    supplier_id: UUID
    reason: Words


class WorthView(View):
    """What a cohort is worth: coverage first. Potential in hundredths of a basis point, of all its firms."""

    coverage: int
    potential: int


class RankedView(View):
    """The firms of most potential, as long as places and budget last: what the best cohort is compared with."""

    worth: WorthView
    cost: Mxn
    keeps_to_call: bool


class SolutionView(View):
    """The best cohort of the call."""

    contended: int
    worth: WorthView
    bound: WorthView
    """No cohort is worth more."""
    optimal: bool
    """Proven to be the best."""
    cost: Mxn
    """MXN that its plans take at most."""
    greedy: RankedView


class CohortView(View):
    id: UUID
    name: str
    call: str | None
    """Version; null: opened before calls had any."""
    capacity: int
    budget_mxn: Mxn | None
    minimum_per_area: Minimum
    minimum_per_state: Minimum
    minimum_per_anchor: Minimum
    k: int
    status: CohortStatus
    created_at: datetime
    selected_at: datetime | None
    solution: SolutionView | None
    appeals_until: datetime | None
    appeals_ended_at: datetime | None
    overrides: tuple[OverrideView, ...]
    drop_outs: tuple[DropOutView, ...]

    @classmethod
    def of_cohort(cls, cohort: Cohort) -> "CohortView":
        least = cohort.minimums
        return cls(
            id=cohort.id,
            name=cohort.name,
            call=cohort.call,
            capacity=cohort.capacity,
            budget_mxn=None if cohort.budget is None else mxn(cohort.budget),
            minimum_per_area=least.area,
            minimum_per_state=least.state,
            minimum_per_anchor=least.anchor,
            k=cohort.keep,
            status=cohort.status,
            created_at=cohort.created_at,
            selected_at=cohort.selected_at,
            solution=None if cohort.solution is None else SolutionView.of(cohort.solution),
            appeals_until=cohort.appeals_until,
            appeals_ended_at=cohort.appeals_ended_at,
            overrides=tuple(OverrideView.of(each) for each in cohort.overrides),
            drop_outs=tuple(DropOutView.of(each) for each in cohort.drop_outs),
        )


class ContestView(View):
    """What a selection would be made of now. Its version is the preview's, which the selection requires."""

    cohort: CohortView
    fingerprint: str
    """Of the limits and of all who contend: each potential, cost, area, anchor and state."""

    @classmethod
    def of_asked(cls, cohort: Cohort, given: Asked) -> "ContestView":
        return cls(cohort=CohortView.of_cohort(cohort), fingerprint=given.fingerprint)


class NextPlaceView(View):
    """To whom a free place goes now. Its version is of what decides that, and a replacement requires it."""

    supplier_id: UUID
    folio: str | None
    legal_name: str | None
    cohort: str
    """Version of the cohort."""
    fingerprint: str
    """Of who has a place and who waits for one: each potential, cost, area, anchor and state."""


class SelectionView(View):
    cohort: CohortView
    candidates: int
    selected: int
    reasons: dict[str, int]
    """How many firms each reason was given to."""
