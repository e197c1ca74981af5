"""Why no set of firms keeps to a call: constraints that cannot hold together, and how far each would have to give."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import ceil

from services.development.domain.call import Call, Contender, in_order, members
from services.development.domain.why import Conflict
from services.development.solver.asked import SECONDS
from services.development.solver.model import Model


def conflicts(call: Call, contenders: Iterable[Contender], seconds: float = SECONDS) -> tuple[Conflict, ...]:
    """A smallest set of constraints that no cohort keeps to. Each is tried once: what can be left out is."""
    firms = in_order(contenders)
    kept = _constraints(call, firms)
    for each in list(kept):
        others = [one for one in kept if one != each]
        if not _feasible(call, firms, others, seconds):
            kept = others
    return tuple(_with_way_out(call, firms, each, seconds) for each in kept)


def _constraints(call: Call, firms: Sequence[Contender]) -> list[Conflict]:
    budget = [] if call.budget is None else [Conflict("budget", given=f"{call.budget:f}")]
    minimums = [Conflict(kind, code, str(least)) for (kind, code), least in sorted(call.minimums.items())]
    words = [Conflict("override", each.id) for each in firms if each.put_in]
    return [*words, *minimums, *budget, Conflict("capacity", given=str(call.capacity))]


def _relaxed(call: Call, firms: Sequence[Contender], kept: Sequence[Conflict]) -> tuple[Call, tuple[Contender, ...]]:
    """The call and its firms with these constraints alone."""
    names = {(each.what, each.code) for each in kept}
    minimums = {group: least for group, least in call.minimums.items() if (group.kind, group.code) in names}
    limits = Call(
        call.capacity if ("capacity", "") in names else len(firms),
        call.budget if ("budget", "") in names else None,
        minimums,
        call.keep,
    )
    return limits, tuple(replace(each, put_in=("override", each.id) in names) for each in firms)


def _feasible(call: Call, firms: Sequence[Contender], kept: Sequence[Conflict], seconds: float) -> bool:
    found = Model(*_relaxed(call, firms, kept), seconds).maximise([0.0] * len(firms))
    return found.chosen is not None or not found.proven


def _with_way_out(call: Call, firms: Sequence[Contender], conflict: Conflict, seconds: float) -> Conflict:
    """The least capacity or budget, or the highest minimum, with which all other constraints of the call hold."""
    if conflict.what == "override":
        return conflict
    others = [each for each in _constraints(call, firms) if each != conflict]
    model = Model(*_relaxed(call, firms, others), seconds)
    weights = _weights(firms, conflict)
    chosen = model.maximise(weights).chosen
    if chosen is None:
        return conflict
    at = {each.id: weight for each, weight in zip(firms, weights, strict=True)}
    return replace(conflict, would_do=str(ceil(abs(sum(at[each.id] for each in chosen)))))


def _weights(firms: Sequence[Contender], conflict: Conflict) -> list[float]:
    if conflict.what == "capacity":
        return [-1.0] * len(firms)
    if conflict.what == "budget":
        return [-float(each.cost) for each in firms]
    of = {each.id for group, some in members(firms).items() if group == (conflict.what, conflict.code) for each in some}
    return [float(each.id in of) for each in firms]
