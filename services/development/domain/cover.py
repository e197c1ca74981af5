"""Which modules a set of gaps needs: a greedy weighted set cover, then without what turned out to be superfluous.

Greedy stays near the cover of fewest hours (Chvátal, "A greedy heuristic for the set-covering problem", Mathematics of
Operations Research 4(3), 1979, bounds it for equal weights), and an advisor can follow it step by step.
"""

from collections.abc import Collection
from fractions import Fraction

from services.development.domain.diagnosis import Gap
from services.development.domain.module import Module, Modules


def cover(gaps: Collection[Gap], catalogue: Modules) -> tuple[Module, ...]:
    """Modules that cover each gap which has one, none of them superfluous; those of most weight per hour come first.

    A module's worth at each step is the severity weight of the gaps that it would newly cover, per hour; of equal ones
    the lower code is taken.
    """
    weights = {gap.question: catalogue.severity_weights[gap.severity] for gap in gaps}
    open_questions = {question for question in weights if catalogue.close(question)}
    chosen: list[Module] = []
    while open_questions:
        best = min(catalogue.modules, key=lambda module: (-_worth(module, open_questions, weights), module.code))
        chosen.append(best)
        open_questions.difference_update(best.questions)
    return _needed(chosen, set(weights))


def _worth(module: Module, open_questions: set[str], weights: dict[str, int]) -> Fraction:
    return Fraction(sum(weights[question] for question in open_questions.intersection(module.questions)), module.hours)


def _needed(chosen: list[Module], questions: set[str]) -> tuple[Module, ...]:
    """Drop modules whose gaps the others cover too, the longest first: a later pick can replace an earlier one."""
    kept = list(chosen)
    for module in sorted(chosen, key=lambda each: (-each.hours, each.code)):
        others = {question for each in kept if each is not module for question in each.questions}
        if questions.intersection(module.questions) <= others:
            kept.remove(module)
    return tuple(kept)
