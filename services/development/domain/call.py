"""A call for a cohort (convocatoria): what it may spend, what it must keep, and who contends."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal, NamedTuple

Kind = Literal["area", "state", "anchor"]


class Group(NamedTuple):
    """The firms of one area, state or anchor."""

    kind: Kind
    code: str


@dataclass(frozen=True, slots=True)
class Call:
    """The limits of one call."""

    capacity: int
    """Places."""
    budget: Decimal | None = None
    """MXN for all who are selected; None: no limit."""
    minimums: Mapping[Group, int] = field(default_factory=dict)
    """Firms that must be selected of a group."""
    keep: int = 2
    """Candidates that each area and each anchor keeps, where it can: more of one group count for no coverage."""


Minimum = int | Mapping[str, int]
"""Of each group that a firm names, or of those named."""


@dataclass(frozen=True, slots=True)
class Minimums:
    """Firms that must be selected of each area, state and anchor."""

    area: Minimum = 0
    state: Minimum = 0
    anchor: Minimum = 0


NO_MINIMUMS = Minimums()


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits as people state them, whoever contends."""

    capacity: int
    budget: Decimal | None = None
    """MXN; None: no limit."""
    minimums: Minimums = NO_MINIMUMS
    keep: int = 2

    def call(self, contenders: Iterable["Contender"]) -> Call:
        """The limits among these firms: a minimum that names no group is one of each that somebody is of."""
        groups = sorted(members(contenders))
        asked: tuple[tuple[Kind, Minimum], ...] = (
            ("area", self.minimums.area),
            ("state", self.minimums.state),
            ("anchor", self.minimums.anchor),
        )
        minimums = {
            Group(kind, code): least
            for kind, minimum in asked
            for code, least in _each(minimum, [group.code for group in groups if group.kind == kind]).items()
            if least
        }
        return Call(self.capacity, self.budget, minimums, self.keep)


@dataclass(frozen=True, slots=True)
class Contender:
    """A firm that may have a place."""

    id: str
    potential: int
    """What it is ranked by, in whole points, 0 or more."""
    cost: Decimal = Decimal()
    """MXN that its plan takes."""
    areas: frozenset[str] = frozenset()
    anchors: frozenset[str] = frozenset()
    state: str | None = None
    put_in: bool = False
    """By an operator: it has a place whatever else."""

    @property
    def covers(self) -> list[Group]:
        """The groups whose coverage counts."""
        return [*(Group("area", code) for code in sorted(self.areas)), *_anchors(self.anchors)]

    @property
    def groups(self) -> list[Group]:
        return self.covers if self.state is None else [*self.covers, Group("state", self.state)]


@dataclass(frozen=True, slots=True, order=True)
class Worth:
    """What a set of firms is worth: coverage first, then potential."""

    coverage: int
    potential: int


def in_order(contenders: Iterable[Contender]) -> tuple[Contender, ...]:
    """By id: whoever sends them in another order gets the same answer."""
    return tuple(sorted(contenders, key=lambda each: each.id))


def members(contenders: Iterable[Contender]) -> dict[Group, list[Contender]]:
    """The firms of each group."""
    found: dict[Group, list[Contender]] = {}
    for each in contenders:
        for group in each.groups:
            found.setdefault(group, []).append(each)
    return found


def worth(call: Call, chosen: Sequence[Contender]) -> Worth:
    """Of each area and anchor up to `keep` firms count; the potential is the sum of all."""
    counted = sum(min(call.keep, len(of)) for group, of in members(chosen).items() if group.kind != "state")
    return Worth(counted, sum(each.potential for each in chosen))


def cost(chosen: Iterable[Contender]) -> Decimal:
    return sum((each.cost for each in chosen), Decimal())


def holds(call: Call, chosen: Sequence[Contender]) -> bool:
    """Whether these firms are within capacity and budget, and every minimum is met."""
    of = members(chosen)
    return (
        len(chosen) <= call.capacity
        and (call.budget is None or cost(chosen) <= call.budget)
        and all(len(of.get(group, ())) >= least for group, least in call.minimums.items())
    )


def greedy(call: Call, contenders: Collection[Contender]) -> list[Contender]:
    """The baseline: who was put in, then by potential, as long as places and budget last. It looks at no minimum."""
    chosen: list[Contender] = []
    spent = Decimal()
    for each in sorted(contenders, key=lambda each: (not each.put_in, -each.potential, each.id)):
        fits = call.budget is None or spent + each.cost <= call.budget
        if len(chosen) < call.capacity and fits:
            chosen.append(each)
            spent += each.cost
    return sorted(chosen, key=lambda each: each.id)


def one_more(
    limits: Limits, holders: Iterable[Contender], waiting: Iterable[Contender], first: str | None = None
) -> tuple[Limits, list[Contender]]:
    """The call of one more place: who has one keeps it. `first`: who waits and has it before all others."""
    kept = [replace(each, put_in=True) for each in holders]
    free = [replace(each, put_in=each.id == first) for each in waiting]
    return replace(limits, capacity=len(kept) + 1), [*kept, *free]


def _anchors(codes: Iterable[str]) -> list[Group]:
    return [Group("anchor", code) for code in sorted(codes)]


def _each(minimum: Minimum, codes: Sequence[str]) -> Mapping[str, int]:
    return dict.fromkeys(codes, minimum) if isinstance(minimum, int) else minimum
