"""Rounds of selection against a plain model: whatever is said in whatever order, budgets and places hold, who has a
place keeps it, and another order of arrival ends in the same state.
"""

from decimal import Decimal
from itertools import combinations
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.development.domain.call import Call, Contender, Limits, cost, greedy, holds, one_more, worth
from services.development.domain.candidate import Candidate
from services.development.domain.cohort import Cohort, with_limits, with_override
from services.development.domain.selection import standing
from services.development.handlers import facts
from services.development.solver.asked import asked
from services.development.solver.child import answer
from tests.development import given
from tests.development.decided import listed, sure

NUMBERS = st.integers(1, 6)
BASIS = given.demand((1, "P01", 1), (2, "P09", 2), (3, "P09", 1))
QUESTIONS = ("T04", "A01", "C02")
BUDGET = Decimal(100_000)
"""Of two plans that close T04: 45,000 at most each."""


class Rounds(RuleBasedStateMachine):
    """One cohort of firms that come, change, leave, and drop out."""

    def __init__(self) -> None:
        super().__init__()
        self.firms: dict[UUID, Candidate] = {}
        self.told: list[tuple[UUID, object]] = []
        self.matches: dict[UUID, dict[UUID, int]] = {}
        """By firm, the score of each requirement that it could serve."""
        self.gaps: dict[UUID, set[str]] = {}
        self.holders: dict[str, Contender] = {}
        self.left: set[UUID] = set()
        self.cohort = given.cohort()

    @initialize(
        places=st.integers(1, 3),
        keep=st.integers(1, 2),
        poor=st.booleans(),
        come=st.lists(st.tuples(st.integers(1, 3), st.integers(7_000, 9_999)), min_size=4, max_size=6),
    )
    def opened(self, places: int, keep: int, poor: bool, come: list[tuple[int, int]]) -> None:
        self.cohort = with_limits(self.cohort, Limits(places, BUDGET if poor else None, keep=keep))
        for number, (at, score) in enumerate(come, 1):
            self.a_firm_comes_whole(number, at, score)

    @rule(number=NUMBERS, at=st.integers(1, 3), score=st.integers(6_900, 9_999))
    def a_match_is_found(self, number: int, at: int, score: int) -> None:
        self._learn(number, given.match_found(score, at, number=number))
        self.matches.setdefault(given.supplier(number), {})[given.requirement(at)] = score

    @rule(number=NUMBERS, at=st.integers(1, 3))
    def a_match_is_lost(self, number: int, at: int) -> None:
        self._learn(number, given.match_lost(at, number=number))
        self.matches.get(given.supplier(number), {}).pop(given.requirement(at), None)

    @rule(number=NUMBERS, questions=st.sets(st.sampled_from(QUESTIONS)))
    def a_diagnosis_is_validated(self, number: int, questions: set[str]) -> None:
        version = 1 + sum(1 for id_, _ in self.told if id_ == given.supplier(number))
        self._learn(number, given.diagnosis_completed(*sorted(questions), number=number, version=version))
        self.gaps[given.supplier(number)] = questions

    @rule(number=NUMBERS)
    def a_firm_registers(self, number: int) -> None:
        self._learn(number, given.profile(number))

    @rule(number=NUMBERS, at=st.integers(1, 3), score=st.integers(7_000, 9_999))
    def a_firm_comes_whole(self, number: int, at: int, score: int) -> None:
        self.a_firm_registers(number)
        self.a_diagnosis_is_validated(number, {"T04"})
        self.a_match_is_found(number, at, score)

    @precondition(lambda self: not self.holders)
    @rule(number=NUMBERS, direction=st.sampled_from(["in", "out"]))
    def an_operator_says(self, number: int, direction: str) -> None:
        changed = with_override(self.cohort, given.override(number, direction))  # type: ignore[arg-type]
        if isinstance(changed, Cohort):
            self.cohort = changed

    @precondition(lambda self: not self.holders)
    @rule()
    def the_cohort_is_selected(self) -> None:
        firms = [firm for firm in self.firms.values() if firm.awaits_selection]
        contending = self._contending(firms)
        call = self.cohort.limits.call(contending)
        found = answer(asked(self.cohort.limits, contending))
        if found.solution is None:
            assert self._by_hand(call, contending) is None
            return
        chosen = [each for each in contending if each.id in found.chosen]
        assert found.solution.optimal
        assert holds(call, chosen)
        assert worth(call, chosen) == self._by_hand(call, contending)
        baseline = greedy(call, contending)
        assert not holds(call, baseline) or worth(call, chosen) >= worth(call, baseline)
        placed = [place for place in listed(firms, self.cohort, BASIS) if place.selected]
        assert {str(place.id) for place in placed} == set(found.chosen)
        out = {str(each.supplier_id) for each in self.cohort.overrides if each.direction == "out"}
        assert not out & set(found.chosen)
        self.holders = {each.id: each for each in chosen}

    @precondition(lambda self: bool(self.holders))
    @rule(data=st.data())
    def a_firm_drops_out_and_is_replaced(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(sorted(self.holders)))
        kept = {id_: each for id_, each in self.holders.items() if id_ != gone}
        self.left.add(UUID(gone))
        waiting = [
            each
            for each in self._contending(self.firms.values())
            if each.id not in kept and UUID(each.id) not in self.left
        ]
        limits, firms = one_more(self.cohort.limits, kept.values(), waiting)
        found = answer(asked(limits, firms))
        keeping, free = firms[: len(kept)], firms[len(kept) :]
        assert found.solution is not None
        assert set(kept) <= set(found.chosen), "who has a place keeps it"
        come = [each for each in free if each.id in found.chosen]
        assert len(come) <= 1
        call = limits.call([*keeping, *free])
        best = max((worth(call, [*keeping, one]) for one in free if holds(call, [*keeping, one])), default=None)
        assert best is None or worth(call, [*keeping, *come]) >= best
        self.holders = kept | {each.id: each for each in come}

    @invariant()
    def places_and_budget_hold(self) -> None:
        assert len(self.holders) <= self.cohort.capacity
        assert self.cohort.budget is None or cost(self.holders.values()) <= self.cohort.budget

    @invariant()
    def what_was_told_last_stands(self) -> None:
        for id_, firm in self.firms.items():
            known = sorted((match.requirement_id, match.score) for match in firm.matches)
            assert known == sorted(self.matches.get(id_, {}).items())
            gaps = None if firm.diagnosis is None else {gap.question for gap in firm.diagnosis.gaps}
            assert gaps == self.gaps.get(id_)

    @invariant()
    def another_order_of_arrival_ends_in_the_same_state(self) -> None:
        """Events of one topic come in their order, those of different topics in any: here one after the other."""
        for id_, firm in self.firms.items():
            mine = [event for of, event in self.told if of == id_]
            again: Candidate | None = None
            for event in sorted(mine, key=lambda event: type(event).TOPIC):  # type: ignore[attr-defined]
                again = _told(again, event)
            assert again == firm

    def _learn(self, number: int, event: object) -> None:
        id_ = given.supplier(number)
        self.told.append((id_, event))
        self.firms[id_] = _told(self.firms.get(id_), event)

    def _contending(self, firms: object) -> list[Contender]:
        judged = [standing(firm, self.cohort, BASIS) for firm in firms if firm.awaits_selection]  # type: ignore[attr-defined]
        return [each.contender for each in judged if each.contender is not None]

    @staticmethod
    def _by_hand(call: Call, firms: list[Contender]) -> object:
        put_in = {each.id for each in firms if each.put_in}
        kept = [
            worth(call, some)
            for size in range(min(call.capacity, len(firms)) + 1)
            for some in combinations(firms, size)
            if put_in <= {each.id for each in some} and holds(call, some)
        ]
        return max(kept, default=None)


def _told(state: Candidate | None, event: object) -> Candidate:
    name = type(event).__name__
    if name == "MatchFound":
        return sure(facts.match_found(state, event, given.NOW))  # type: ignore[arg-type]
    if name == "MatchLost":
        return sure(facts.match_lost(state, event, given.NOW))  # type: ignore[arg-type]
    if name == "DiagnosisCompleted":
        return sure(facts.diagnosis_completed(state, event, given.NOW, BASIS.modules))  # type: ignore[arg-type]
    return sure(facts.supplier_described(state, event, given.NOW))  # type: ignore[arg-type]


TestRounds = Rounds.TestCase
TestRounds.settings = settings(
    max_examples=30, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
