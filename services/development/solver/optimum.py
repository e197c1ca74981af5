"""The best set of firms: coverage first, then potential, then the lower ids."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import isfinite

from services.development.domain.call import Call, Contender, Group, Worth, cost, greedy, holds, in_order, worth
from services.development.solver.asked import SECONDS, UnsolvedError
from services.development.solver.model import Model, whole


@dataclass(frozen=True, slots=True)
class Optimum:
    """`bound`: no set of firms is worth more. `optimal`: this one is worth as much."""

    chosen: tuple[Contender, ...]
    worth: Worth
    bound: Worth
    optimal: bool

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(each.id for each in self.chosen)


def optimum(call: Call, contenders: Iterable[Contender], seconds: float = SECONDS) -> Optimum | None:
    """The best set of firms; None where none keeps to the call.

    Raises UnsolvedError where nothing was found within `seconds` of each of the two solves.
    """
    firms = in_order(contenders)
    if not firms:
        return None if any(call.minimums.values()) else Optimum((), Worth(0, 0), Worth(0, 0), optimal=True)
    model = Model(call, firms, seconds)
    first = model.maximise_coverage()
    if first.chosen is None and first.proven:
        return None
    start = _best(call, [first.chosen, greedy(call, firms)])
    model.hold_coverage(start.coverage)
    second = model.maximise([each.potential for each in firms])
    chosen = _chosen(call, [second.chosen, first.chosen, greedy(call, firms)])
    reached = worth(call, chosen)
    bound = Worth(_bound(first.bound, reached.coverage), _bound(second.bound, reached.potential))
    optimal = first.proven and second.proven and reached == bound
    return Optimum(tuple(_lower_ids(call, firms, chosen)), reached, bound, optimal)


def with_firm(call: Call, contenders: Sequence[Contender], id_: str, seconds: float = SECONDS) -> Optimum | None:
    """The best set of firms that has this one in it."""
    return optimum(call, [replace(each, put_in=True) if each.id == id_ else each for each in contenders], seconds)


def without_firm(call: Call, contenders: Sequence[Contender], id_: str, seconds: float = SECONDS) -> Optimum | None:
    """The best set of firms that has not."""
    return optimum(call, [each for each in contenders if each.id != id_], seconds)


def _bound(found: float, reached: int) -> int:
    return max(whole(found), reached) if isfinite(found) else reached


def _best(call: Call, sets: Iterable[Sequence[Contender] | None]) -> Worth:
    return worth(call, _chosen(call, sets))


def _chosen(call: Call, sets: Iterable[Sequence[Contender] | None]) -> Sequence[Contender]:
    """The best of some sets that keep to the call exactly, whatever a solver's tolerance let through."""
    kept = [each for each in sets if each is not None and holds(call, each)]
    if not kept:
        raise UnsolvedError
    return max(kept, key=lambda each: worth(call, each))


def _lower_ids(call: Call, firms: Sequence[Contender], chosen: Sequence[Contender]) -> list[Contender]:
    """The set once no firm in it can be exchanged for one of a lower id and the same potential without loss."""
    kept = {each.id: each for each in chosen}
    equals: dict[int, list[Contender]] = {}
    for each in firms:
        equals.setdefault(each.potential, []).append(each)
    counts = Counter(group for each in chosen for group in each.groups)
    spent = cost(chosen)
    changed = True
    while changed:
        changed = False
        for out in sorted(kept.values(), key=lambda each: each.id, reverse=True):
            come = next(
                (
                    each
                    for each in equals[out.potential]
                    if each.id < out.id and each.id not in kept and _as_good(call, counts, spent, out, each)
                ),
                None,
            )
            if come is not None and not out.put_in:
                del kept[out.id]
                kept[come.id] = come
                counts.subtract(out.groups)
                counts.update(come.groups)
                spent += come.cost - out.cost
                changed = True
    return sorted(kept.values(), key=lambda each: each.id)


def _as_good(call: Call, counts: Counter[Group], spent: Decimal, out: Contender, come: Contender) -> bool:
    """Whether an exchange keeps to the call and loses no coverage."""
    if call.budget is not None and spent - out.cost + come.cost > call.budget:
        return False
    gone, added = set(out.groups), set(come.groups)
    lost = sum(group.kind != "state" and counts[group] <= call.keep for group in gone - added)
    won = sum(group.kind != "state" and counts[group] < call.keep for group in added - gone)
    short = any(counts[group] - 1 < call.minimums.get(group, 0) for group in gone - added)
    return not short and won >= lost
