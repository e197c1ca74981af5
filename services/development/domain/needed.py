"""Which modules a plan has, and in which order."""

from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from services.development.domain.cover import cover
from services.development.domain.diagnosis import Gap
from services.development.domain.module import Module, Modules

T = TypeVar("T")


def needed(gaps: Collection[Gap], catalogue: Modules, *, bankable: bool) -> tuple[Module, ...]:
    """What covers the gaps, those first that close most per hour, but none before what it builds on.

    A firm that is not bankable yet also has the module that makes it so, last where no gap asks for it.
    """
    chosen = cover(gaps, catalogue)
    rule = catalogue.bankable
    first = None if bankable or rule is None else catalogue.find(rule.module)
    if first is not None and first not in chosen:
        chosen = (*chosen, first)
    return in_order(chosen, lambda module: module.code, catalogue)


def in_order(given: Iterable[T], code: Callable[[T], str], catalogue: Modules) -> tuple[T, ...]:
    """As they are given, but none before those whose modules its own builds on.

    Who has no gap in a module has what it teaches: a module that is not among them holds nothing up.
    """
    waiting = list(given)
    placed: list[T] = []
    while waiting:
        ahead = {code(each) for each in waiting}
        place = next(place for place, each in enumerate(waiting) if ahead.isdisjoint(catalogue.before(code(each))))
        placed.append(waiting.pop(place))
    return tuple(placed)
