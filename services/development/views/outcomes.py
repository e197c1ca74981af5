"""What a selection said of one firm, its appeal, and what other limits would change, as callers send and see them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.development.domain import cohort as cohorts
from services.development.domain.appeal import APPEAL, Appeal, AppealStatus, Verdict
from services.development.domain.call import Group, Kind, Limits
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort
from services.development.domain.outcome import Outcome, Result, result
from services.development.domain.why import Reason, Why
from services.development.solver.asked import Answered
from services.development.views.cohorts import Mxn, Words, WorthView, mxn
from services.development.views.why import said_of
from shared.i18n import worded
from shared.service.http import Body, View, Worded


class AppealBody(Body):
    reason: Words
    """Why the firm should have a place."""


class DecisionBody(Body):
    verdict: Verdict
    answer: Words
    """Why, for the firm to read."""


class AppealView(View):
    """Without who: a subject identifies a person."""

    reason: str
    status: AppealStatus
    made_at: datetime
    answer: str
    decided_at: datetime | None


class CaseView(AppealView):
    """An appeal as operators see it."""

    cohort_id: UUID
    supplier_id: UUID
    decided_by: str | None


class GroupView(View):
    """An area, a state or an anchor."""

    kind: Kind
    code: str


class WhyView(View):
    """What is true of the firm and of the best cohort."""

    code: Why | Literal["place_freed"]
    text: Worded
    """The same as a sentence, in the caller's language."""
    groups: tuple[GroupView, ...] = ()
    """Areas and anchors for which no more firms contend than the call keeps."""
    places: int | None = None
    """With so many the firm is in, all else equal."""
    lost: WorthView | None = None
    """What the best cohort loses with the firm the other way about."""


class OutcomeView(View):
    cohort_id: UUID
    cohort: str
    supplier_id: UUID
    outcome: Result
    rank: int | None
    """By potential, among all who competed."""
    score: int
    best_match: int
    readiness: int
    closability: int
    reasons: tuple[str, ...]
    why: WhyView | None
    """Null: the firm did not compete; its reasons say what it has to work on."""
    rules: str
    decided_at: datetime
    appeals_until: datetime | None
    may_appeal: bool
    appeal: AppealView | None

    @classmethod
    def of_outcome(cls, cohort: Cohort, said: Outcome, appeal: Appeal | None, now: datetime) -> "OutcomeView":
        again = appeal is None or APPEAL.after(appeal.status, "make again") is not None
        return cls(
            cohort_id=cohort.id,
            cohort=cohort.name,
            supplier_id=said.supplier_id,
            outcome=result(said.reasons, selected=said.selected),
            rank=said.rank,
            score=said.score,
            best_match=said.best_match,
            readiness=said.readiness,
            closability=said.closability,
            reasons=said.reasons,
            why=_why(cohort, said),
            rules=said.rules,
            decided_at=said.decided_at,
            appeals_until=cohort.appeals_until,
            may_appeal=again and not said.selected and cohorts.appeals(cohort, now),
            appeal=None if appeal is None else AppealView.of(appeal),
        )


class MovedView(View):
    """A firm that other limits bring in or leave out."""

    supplier_id: UUID
    folio: str | None
    legal_name: str | None


class BestView(View):
    """The best cohort of some firms, and who of it is others than before."""

    selected: int
    worth: WorthView
    bound: WorthView
    optimal: bool
    cost: Mxn
    comes: tuple[MovedView, ...]
    goes: tuple[MovedView, ...]

    @classmethod
    def of_answer(cls, before: Collection[str], after: Answered, firms: Mapping[UUID, Candidate]) -> "BestView":
        """`before`: who has a place without it."""
        solution = after.solution
        if solution is None:
            raise ValueError("there is no such cohort")
        return cls(
            selected=len(after.chosen),
            worth=WorthView.of(solution.worth),
            bound=WorthView.of(solution.bound),
            optimal=solution.optimal,
            cost=mxn(solution.cost),
            comes=_moved({*after.chosen} - {*before}, firms),
            goes=_moved({*before} - {*after.chosen}, firms),
        )


class WhatIfView(BestView):
    """The best cohort of other limits beside that of the cohort's own. Nothing is decided."""

    firms: Literal["now", "then"]
    """Of which it is: before a selection of the firms as they are now, afterwards of those that contended, as they were
    then.
    """
    capacity: int
    budget_mxn: Mxn | None
    k: int
    now: BestView | None = None
    """After a selection, where it is another one: of the firms that have a place or would take one, as they are now,
    beside who has one now.
    """
    now_infeasible: Worded = ""
    """Why there is no such cohort of them."""

    @classmethod
    def of_limits(cls, best: BestView, limits: Limits, firms: Literal["now", "then"]) -> "WhatIfView":
        budget = None if limits.budget is None else mxn(limits.budget)
        told = dict(best)
        return cls(**told, firms=firms, capacity=limits.capacity, budget_mxn=budget, k=limits.keep)


def _moved(ids: set[str], firms: Mapping[UUID, Candidate]) -> tuple[MovedView, ...]:
    found = (firms[UUID(id_)] for id_ in sorted(ids))
    return tuple(MovedView(supplier_id=each.id, folio=each.folio, legal_name=each.legal_name) for each in found)


def _why(cohort: Cohort, said: Outcome) -> WhyView | None:
    if "place_freed" in said.reasons:
        return WhyView(code="place_freed", text=worded("explain.selection.place_freed"))
    if said.why is None or cohort.solution is None:
        return None
    best = cohort.solution.worth
    told = said_of(said.why, best, cohort.solution.capacity, _named(said.why))
    lost = said.why.lost(best)
    return WhyView(
        code=said.why.why,
        text=worded(told["code"], **told["params"]),
        groups=tuple(GroupView(kind=group.kind, code=group.code) for group in said.why.groups),
        places=said.why.places,
        lost=None if lost is None else WorthView.of(lost),
    )


def _named(why: Reason) -> list[str]:
    """Areas by their codes; anchors by how many, as their ids say nothing."""
    areas = [group.code for group in why.groups if group.kind == "area"]
    anchors = _anchors(why.groups)
    return [*areas, worded("explain.selection.anchors", count=anchors)] if anchors else areas


def _anchors(groups: tuple[Group, ...]) -> int:
    return sum(group.kind == "anchor" for group in groups)
