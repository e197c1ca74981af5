"""Why a firm is in the optimum or not: what would be lost without it, and with how many places it would be in."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from services.development.domain.call import Call, Contender, Group, members
from services.development.domain.why import FIRMS, PLACES_FOR, Reason
from services.development.solver.asked import SECONDS
from services.development.solver.optimum import Optimum, optimum, with_firm, without_firm


def reasons(
    call: Call,
    firms: Sequence[Contender],
    best: Optimum,
    asked: Collection[str] = (),
    seconds: float = SECONDS,
) -> dict[str, Reason]:
    """Of each firm that contends."""
    solved = {each.id for each in firms} if len(firms) <= FIRMS else set(asked)
    scarce = _scarce(call, firms)
    many = len(firms) > PLACES_FOR
    places = {} if many else _places(call, firms, best, seconds)
    return {
        each.id: _reason(call, firms, best, each, scarce, places.get(each.id), seconds, solve=each.id in solved)
        for each in firms
    }


def reason_of(
    call: Call, firms: Sequence[Contender], best: Optimum, id_: str, places: int | None, seconds: float = SECONDS
) -> Reason:
    """Of one firm, solved for the other way about. `places`: with how many it is in, where that is known already."""
    firm = next(each for each in firms if each.id == id_)
    return _reason(call, firms, best, firm, _scarce(call, firms), places, seconds, solve=True)


def _scarce(call: Call, firms: Sequence[Contender]) -> frozenset[Group]:
    groups = members(firms).items()
    return frozenset(group for group, of in groups if len(of) <= call.keep and group.kind != "state")


def _reason(
    call: Call,
    firms: Sequence[Contender],
    best: Optimum,
    firm: Contender,
    scarce: frozenset[Group],
    places: int | None,
    seconds: float,
    *,
    solve: bool,
) -> Reason:
    if firm.id not in best.ids:
        other = with_firm(call, firms, firm.id, seconds) if solve else None
        return _out(call, firm, len(firms), places, other, solved=solve)
    if firm.put_in:
        return Reason("override_in", solved=True)
    groups = tuple(group for group in firm.covers if group in scarce)
    if not solve:
        return Reason("scarce" if groups else "chosen", groups)
    return _in(best, groups, without_firm(call, firms, firm.id, seconds))


def _in(best: Optimum, groups: tuple[Group, ...], other: Optimum | None) -> Reason:
    if other is None:
        return Reason("needed", groups, solved=True)
    if groups and other.worth.coverage < best.worth.coverage:
        return Reason("scarce", groups, other=other.worth, solved=True)
    return Reason("equal" if other.worth == best.worth else "loses", other=other.worth, solved=True)


def _out(call: Call, firm: Contender, firms: int, places: int | None, other: Optimum | None, *, solved: bool) -> Reason:
    if call.budget is not None and firm.cost > call.budget:
        return Reason("alone", solved=True)
    worth = None if other is None else other.worth
    if places is not None:
        return Reason("places", places=places, other=worth, solved=solved)
    if firms > PLACES_FOR:
        return Reason("outdone", other=worth, solved=solved)
    return Reason("held" if call.budget is None else "budget", other=worth, solved=solved)


def _places(call: Call, firms: Sequence[Contender], best: Optimum, seconds: float) -> dict[str, int]:
    """The fewest of the places tried with which each firm that is out is in: one solve a number tells it of all.

    A number goes on to be looked for as long as somebody lacks one who has a place where there is one for everybody;
    who is in with fewer alone, as where a budget then goes to others, is told that number where it was tried.
    """
    found: dict[str, int] = {}
    if call.capacity >= len(firms):
        return found
    # Whoever has no place where there is one for everybody is kept out by something else.
    most = optimum(replace(call, capacity=len(firms)), firms, seconds)
    left = set() if most is None else most.ids - best.ids
    for capacity in _tried(call.capacity, len(firms)):
        if not left:
            break
        more = optimum(replace(call, capacity=capacity), firms, seconds)
        come = set() if more is None else more.ids - best.ids - found.keys()
        found |= dict.fromkeys(come, capacity)
        left -= come
    return found | dict.fromkeys(left, len(firms))


def _tried(capacity: int, firms: int) -> Iterator[int]:
    """Each of the next ten, then twice as many more each time, up to as many as there are firms."""
    more = 1
    while capacity + more < firms:
        yield capacity + more
        more = more + 1 if more < 10 else more * 2
