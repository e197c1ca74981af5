"""Why a firm is in the optimum or not: what would be lost without it, and with how many places it would be in."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from services.development.domain.call import Call, Contender, Group, members
from services.development.solver.optimum import SECONDS, Optimum, optimum, with_firm, without_firm

EACH = 60
"""Where no more firms contend, each is solved for; of more, those that are asked for."""

Why = Literal["override_in", "scarce", "loses", "needed", "equal", "places", "budget", "held", "chosen"]


@dataclass(frozen=True, slots=True)
class Reason:
    """`optimum`: the best that there is with the firm the other way about; None: not solved for, or there is none."""

    why: Why
    groups: tuple[Group, ...] = ()
    """Of which no more firms contend than each keeps."""
    places: int | None = None
    """With so many it is in the optimum, all else equal."""
    other: Optimum | None = None


def reasons(
    call: Call,
    firms: Sequence[Contender],
    best: Optimum,
    asked: Collection[str] = (),
    seconds: float = SECONDS,
) -> dict[str, Reason]:
    """Of each firm that contends."""
    solved = {each.id for each in firms} if len(firms) <= EACH else set(asked)
    scarce = {group: of for group, of in members(firms).items() if len(of) <= call.keep and group.kind != "state"}
    places = _places(call, firms, best, seconds)
    found: dict[str, Reason] = {}
    for each in firms:
        if each.id not in best.ids:
            other = with_firm(call, firms, each.id, seconds) if each.id in solved else None
            found[each.id] = _out(each, call, places, other)
        elif each.put_in:
            found[each.id] = Reason("override_in")
        else:
            groups = tuple(group for group in each.covers if group in scarce)
            found[each.id] = _in(call, firms, best, each, groups, seconds, solve=each.id in solved)
    return found


def _in(
    call: Call,
    firms: Sequence[Contender],
    best: Optimum,
    firm: Contender,
    groups: tuple[Group, ...],
    seconds: float,
    *,
    solve: bool,
) -> Reason:
    if not solve:
        return Reason("scarce" if groups else "chosen", groups)
    other = without_firm(call, firms, firm.id, seconds)
    if other is None:
        return Reason("needed", groups)
    if groups and other.worth.coverage < best.worth.coverage:
        return Reason("scarce", groups, other=other)
    return Reason("equal" if other.worth == best.worth else "loses", other=other)


def _out(firm: Contender, call: Call, places: dict[str, int], other: Optimum | None) -> Reason:
    if firm.id in places:
        return Reason("places", places=places[firm.id], other=other)
    return Reason("held" if call.budget is None else "budget", other=other)


def _places(call: Call, firms: Sequence[Contender], best: Optimum, seconds: float) -> dict[str, int]:
    """The fewest of the places tried with which each firm that is out is in: one solve a number tells it of all."""
    found: dict[str, int] = {}
    left = {each.id for each in firms} - best.ids
    for capacity in _tried(call.capacity, len(firms)):
        if not left:
            break
        more = optimum(replace(call, capacity=capacity), firms, seconds)
        come = left & more.ids if more is not None else set()
        found |= dict.fromkeys(come, capacity)
        left -= come
    return found


def _tried(capacity: int, firms: int) -> Iterator[int]:
    """Each of the next ten, then twice as many more each time, up to as many as there are firms."""
    more = 1
    while capacity + more < firms:
        yield capacity + more
        more = more + 1 if more < 10 else more * 2
    if capacity < firms:
        yield firms
