"""The best cohort of a call, and why each firm is in or out, on given values: `explain_selection({"call": {…}, …})`."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from services.development.domain.call import (
    Call,
    Contender,
    Limits,
    Minimums,
    Worth,
    cost,
    greedy,
    holds,
    in_order,
)
from services.development.domain.call import worth as worth_of
from services.development.domain.why import Reason
from services.development.explain.given import Code, Given, validated
from services.development.solver.asked import SECONDS, UnsolvedError
from services.development.solver.conflicts import conflicts
from services.development.solver.optimum import Optimum, optimum
from services.development.solver.reasons import reasons
from services.development.views.why import said_conflicts, said_of
from shared.i18n import NotExplainedError, said

Count = Annotated[int, Field(ge=0, le=100_000)]
Pesos = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Minimum = Count | dict[Code, Count]
"""Of each group that a firm names, or of those named."""

SOURCE = "pdp: coverage, then potential, then ids; solved by HiGHS"


class CallGiven(Given):
    capacity: Annotated[int, Field(ge=1, le=100_000)]
    budget_mxn: Pesos | None = None
    minimum_per_area: Minimum = 0
    minimum_per_state: Minimum = 0
    minimum_per_anchor: Minimum = 0
    k: Annotated[int, Field(ge=1, le=1_000)] = 2
    """Candidates that each area and each anchor keeps where it can."""


class CandidateGiven(Given):
    id: Code
    potential: Annotated[int, Field(ge=0, le=1_000_000)]
    areas: list[Code] = Field(default_factory=list)
    anchors: list[Code] = Field(default_factory=list)
    state: Code | None = None
    cost_mxn: Pesos = Decimal()
    excluded: bool = False
    """No override puts it in."""


class OverrideGiven(Given):
    id: Code
    direction: Literal["in", "out"]
    reason: str = ""


class SelectionGiven(Given):
    call: CallGiven
    candidates: Annotated[list[CandidateGiven], Field(max_length=20_000)]
    overrides: list[OverrideGiven] = Field(default_factory=list)
    ask: list[Code] = Field(default_factory=list)
    """Firms that are solved for the other way about, where more contend than are all solved for."""
    seconds: Annotated[float, Field(gt=0, le=3_600)] = SECONDS
    """Of each solve, at most."""


def explain_selection(payload: dict[str, Any]) -> dict[str, Any]:
    """The best set of firms within a call, how good one could be at most, the greedy one beside it, and the reasons.

    Raises NotExplainedError where a field is wrong, where nothing keeps to the call (with what conflicts and what would
    do), and where nothing was found in time.
    """
    given = _validated(payload)
    firms = _contenders(given)
    call = _limits(given.call).call(firms)
    try:
        best = optimum(call, firms, given.seconds)
    except UnsolvedError:
        raise NotExplainedError("explain.selection.unsolved", seconds=f"{given.seconds:g}") from None
    if best is None:
        why = said_conflicts(conflicts(call, firms, given.seconds))
        raise NotExplainedError("explain.selection.infeasible", why=why)
    ranked = greedy(call, firms)
    told = reasons(call, firms, best, given.ask, given.seconds)
    firm_by_firm = _reasons(given, call, best, told)
    return {
        "selected": [each.id for each in best.chosen],
        "objective": _worth(best.worth),
        "optimal": best.optimal,
        "bound": _worth(best.bound),
        "cost_mxn": f"{cost(best.chosen):.2f}",
        "greedy": {
            "selected": [each.id for each in ranked],
            "objective": _worth(worth_of(call, ranked)),
            "cost_mxn": f"{cost(ranked):.2f}",
            "keeps_to_call": holds(call, ranked),
        },
        "reasons": dict(sorted(firm_by_firm.items())),
        "steps": list(_steps(given, call, firms, best, ranked)),
        "source": SOURCE,
    }


def _validated(payload: dict[str, Any]) -> SelectionGiven:
    given = validated(SelectionGiven, payload, "explain.selection.field")
    ids = [each.id for each in given.candidates]
    words = [each.id for each in given.overrides]
    if twice := next((id_ for of in (ids, words) for id_ in sorted(of) if of.count(id_) > 1), None):
        raise NotExplainedError("explain.selection.twice", id=twice)
    if unknown := sorted({*words, *given.ask} - set(ids)):
        raise NotExplainedError("explain.selection.unknown", id=unknown[0])
    excluded = {each.id for each in given.candidates if each.excluded}
    if put_in := sorted(each.id for each in given.overrides if each.direction == "in" and each.id in excluded):
        raise NotExplainedError("explain.selection.excluded_in", id=put_in[0])
    return given


def _contenders(given: SelectionGiven) -> tuple[Contender, ...]:
    words = {each.id: each.direction for each in given.overrides}
    return in_order(
        Contender(
            each.id,
            each.potential,
            each.cost_mxn,
            frozenset(each.areas),
            frozenset(each.anchors),
            each.state,
            put_in=words.get(each.id) == "in",
        )
        for each in given.candidates
        if not each.excluded and words.get(each.id) != "out"
    )


def _limits(given: CallGiven) -> Limits:
    minimums = Minimums(given.minimum_per_area, given.minimum_per_state, given.minimum_per_anchor)
    return Limits(given.capacity, given.budget_mxn, minimums, given.k)


def _worth(worth: Worth) -> dict[str, int]:
    return {"coverage": worth.coverage, "potential": worth.potential}


def _reasons(given: SelectionGiven, call: Call, best: Optimum, told: Mapping[str, Reason]) -> dict[str, dict[str, Any]]:
    found = {id_: {"selected": id_ in best.ids} | _reason(call, best, reason) for id_, reason in told.items()}
    for each in given.candidates:
        if each.id not in found:
            code = "excluded" if each.excluded else "override_out"
            found[each.id] = {"selected": False} | said(f"explain.selection.{code}")
    return found


def _reason(call: Call, best: Optimum, reason: Reason) -> dict[str, Any]:
    """Its sentence, and what the best set is worth with the firm the other way about."""
    told = said_of(reason, best.worth, call.capacity)
    return told if reason.other is None else told | {"otherwise": _worth(reason.other)}


def _steps(
    given: SelectionGiven, call: Call, firms: Sequence[Contender], best: Optimum, ranked: Sequence[Contender]
) -> Iterator[dict[str, Any]]:
    yield said("explain.selection.contend", firms=len(firms), of=len(given.candidates), places=call.capacity)
    yield said("explain.selection.coverage", reached=best.worth.coverage, bound=best.bound.coverage, k=call.keep)
    yield said("explain.selection.potential", reached=best.worth.potential, bound=best.bound.potential)
    yield said("explain.selection.proven" if best.optimal else "explain.selection.not_proven")
    by_rank = worth_of(call, ranked)
    yield said("explain.selection.greedy", coverage=by_rank.coverage, potential=by_rank.potential)
