"""The best cohort against its definition: all subsets of few firms, and what holds for any."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.development.domain.call import Call, Contender, Group, Worth, greedy, holds, worth
from services.development.domain.why import Reason
from services.development.solver.conflicts import conflicts
from services.development.solver.optimum import optimum, with_firm, without_firm
from services.development.solver.reasons import reasons
from services.development.views.why import said_of
from shared.i18n import Catalogue

CODES = st.frozensets(st.sampled_from("PQRS"), max_size=2)


def firm(id_: str, potential: int, areas: str = "", anchors: str = "", cost: int = 0, **more: object) -> Contender:
    return replace(
        Contender(id_, potential, Decimal(cost), frozenset(areas), frozenset(anchors)),
        **more,  # type: ignore[arg-type]
    )


A, B, C, D = firm("a", 9, "P"), firm("b", 8, "P"), firm("c", 5, "Q"), firm("d", 1, "R", "X")

ARITHMETIC: dict[str, tuple[Call, Sequence[Contender], str, tuple[int, int]]] = {
    # k = 1. {a, b}: P counts one: 1, potential 17. {a, c}: P + Q = 2, potential 9 + 5 = 14. Coverage first: a, c.
    "coverage before potential": (Call(2, keep=1), (A, B, C), "ac", (2, 14)),
    # k = 2. {a, b}: min(2, 2) = 2 of P, potential 17. {a, c}: 1 + 1 = 2, potential 14. Equal coverage: a, b.
    "two of an area both count": (Call(2, keep=2), (A, B, C), "ab", (2, 17)),
    # d counts twice, for area R and anchor X: {a, d} = 1 + 2 = 3; {a, c} = 2; {c, d} = 3 with 5 + 1 < 9 + 1.
    "areas and anchors add up": (Call(2, keep=1), (A, B, C, D), "ad", (3, 10)),
    # One place: a = 1, b = 1, c = 1, d = 2. The least potential has it.
    "one place": (Call(1, keep=1), (A, B, C, D), "d", (2, 1)),
    # Budget 10: a costs 10, b and c 5 each: {a} = 1, {b, c} = 2 with 8 + 5 = 13.
    "two cheap ones": (
        Call(2, Decimal(10), keep=1),
        (replace(A, cost=Decimal(10)), replace(B, cost=Decimal(5)), replace(C, cost=Decimal(5))),
        "bc",
        (2, 13),
    ),
    # Budget 10.00 and costs 5.00 + 5.01 = 10.01: together a centavo too much; of one each, a has 9 > 5.
    "a centavo too much": (
        Call(2, Decimal("10.00"), keep=1),
        (replace(A, cost=Decimal("5.00")), replace(C, cost=Decimal("5.01"))),
        "a",
        (1, 9),
    ),
    # Two of P must be in: {a, b} and nobody else has a place: coverage 1, although {a, c} has 2.
    "a minimum": (Call(2, minimums={Group("area", "P"): 2}, keep=1), (A, B, C), "ab", (1, 17)),
    # b was put in. {a, b} = 1, {b, c} = 2: 8 + 5 = 13.
    "a word": (Call(2, keep=1), (A, replace(B, put_in=True), C), "bc", (2, 13)),
    # Two equal firms, one place: the lower id.
    "ties by id": (Call(1, keep=1), (firm("y", 7, "P"), firm("x", 7, "P")), "x", (1, 7)),
    # Places are not filled at a price: nobody fits into a budget of 4.
    "nobody fits": (Call(2, Decimal(4), keep=1), (replace(A, cost=Decimal(5)),), "", (0, 0)),
}
"""Ten calls with their arithmetic: who is selected, coverage and potential. k: what each group keeps."""


@pytest.mark.parametrize("name", ARITHMETIC)
def test_the_arithmetic_written_out(name: str) -> None:
    call, firms, ids, (coverage, potential) = ARITHMETIC[name]
    best = optimum(call, firms)
    assert best is not None
    assert ("".join(each.id for each in best.chosen), best.worth) == (ids, Worth(coverage, potential))
    assert (best.optimal, best.bound) == (True, best.worth)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Call, list[Contender]]:
    firms = [
        Contender(
            str(number),
            draw(st.integers(0, 5)),
            Decimal(draw(st.integers(0, 400))) / 100,
            draw(CODES),
            draw(CODES),
            draw(st.sampled_from("NS")),
            put_in=draw(st.integers(0, 9)) == 0,
        )
        for number in range(draw(st.integers(0, 7)))
    ]
    budget = draw(st.none() | st.integers(0, 1_000).map(lambda cents: Decimal(cents) / 100))
    groups = st.builds(Group, st.just("area"), st.sampled_from("PQ")) | st.just(Group("state", "N"))
    minimums = draw(st.dictionaries(groups, st.integers(1, 2), max_size=2))
    return Call(draw(st.integers(1, 5)), budget, minimums, draw(st.integers(1, 3))), firms


def by_hand(call: Call, firms: Sequence[Contender]) -> Worth | None:
    """Of all subsets that keep to the call and have in them who was put in, the best."""
    put_in = {each.id for each in firms if each.put_in}
    kept = [
        some
        for size in range(min(call.capacity, len(firms)) + 1)
        for some in combinations(firms, size)
        if put_in <= {each.id for each in some} and holds(call, some)
    ]
    return max((worth(call, some) for some in kept), default=None)


@given(problems(), st.randoms())
@settings(max_examples=150)
def test_it_is_the_best_of_all_subsets_in_whatever_order_firms_come(
    problem: tuple[Call, list[Contender]], random: object
) -> None:
    call, firms = problem
    best = optimum(call, firms)
    assert (None if best is None else best.worth) == by_hand(call, firms)
    mixed = list(firms)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert optimum(call, mixed) == best
    if best is None:
        return
    assert best.optimal
    assert holds(call, best.chosen)
    assert {each.id for each in firms if each.put_in} <= best.ids
    ranked = greedy(call, firms)
    if holds(call, ranked):
        assert best.worth >= worth(call, ranked)


@given(problems())
@settings(max_examples=40)
def test_what_it_says_of_a_firm_is_true_of_the_optimum(problem: tuple[Call, list[Contender]]) -> None:
    call, firms = problem
    best = optimum(call, firms)
    if best is None:
        return
    for id_, reason in reasons(call, firms, best).items():
        if reason.places is not None:
            with_more = optimum(replace(call, capacity=reason.places), firms)
            assert with_more is not None
            assert id_ in with_more.ids
        if reason.why in ("held", "budget") and id_ not in best.ids:
            most = optimum(replace(call, capacity=max(call.capacity, len(firms))), firms)
            assert most is not None
            assert id_ not in most.ids
        if reason.why == "needed":
            assert by_hand(call, [each for each in firms if each.id != id_]) is None
        if reason.why in ("loses", "scarce"):
            assert by_hand(call, [each for each in firms if each.id != id_]) < best.worth  # type: ignore[operator]
        if reason.why == "equal":
            assert by_hand(call, [each for each in firms if each.id != id_]) == best.worth


@given(problems())
@settings(max_examples=60)
def test_what_conflicts_cannot_hold_together_and_the_ways_out_are_ways_out(
    problem: tuple[Call, list[Contender]],
) -> None:
    call, firms = problem
    if optimum(call, firms) is not None:
        return
    found = conflicts(call, firms)
    assert found
    for each in found:
        if each.would_do is None:
            continue
        if each.what == "capacity":
            mended = replace(call, capacity=int(each.would_do))
        elif each.what == "budget":
            mended = replace(call, budget=Decimal(each.would_do))
        else:
            group = Group(each.what, each.code)  # type: ignore[arg-type]
            mended = replace(call, minimums={**call.minimums, group: int(each.would_do)})
        assert by_hand(mended, firms) is not None


def test_a_firm_that_is_in_with_some_more_places_and_not_with_all_is_told_so() -> None:
    """k = 1, budget 10. One place: q, of P and Q: 2. Two: p and q for 9: 2, 9 + 4 = 13. Three, and one for each: q, r
    and s for 10: 2, 4 + 9 + 2 = 15. Seen: of p it was said that with more places it would not be in either.
    """
    p, q, r, s = firm("p", 9, "P", cost=6), firm("q", 4, "PQ", cost=3), firm("r", 9, cost=5), firm("s", 2, cost=2)
    call, firms = Call(1, Decimal(10), keep=1), (p, q, r, s)
    best = optimum(call, firms)
    assert best is not None
    told = reasons(call, firms, best)
    assert {id_: reason.places for id_, reason in told.items()} == {"p": 2, "q": None, "r": 3, "s": 3}


@pytest.mark.parametrize(
    ("places", "capacity", "told"),
    [
        (2, 1, ("would be with 2 places instead of 1", "estaría con 2 lugares en vez de 1")),
        (1, 0, ("would be with 1 place instead of 0", "estaría con 1 lugar en vez de 0")),
        (None, 1, ("be either if there were a place for each", "lo estaría si hubiera un lugar para cada una")),
    ],
)
def test_places_are_told_in_good_grammar(places: int | None, capacity: int, told: tuple[str, str]) -> None:
    said = said_of(Reason("held" if places is None else "places", places=places), Worth(0, 0), capacity)
    for language, words in zip(("en", "es"), told, strict=True):
        assert words in Catalogue("services.development").text(said["code"], language, **said["params"])  # type: ignore[arg-type]


def test_a_firm_is_forced_in_and_out() -> None:
    call, firms = Call(1, keep=1), (A, B)
    forced_in, forced_out = with_firm(call, firms, "b"), without_firm(call, firms, "a")
    assert forced_in is not None
    assert forced_out is not None
    assert forced_in.ids == forced_out.ids == frozenset("b")


def test_no_time_still_gives_a_cohort_and_says_how_much_better_one_could_be() -> None:
    firms = [firm(f"{number:03}", number % 7, "PQRS"[number % 4], cost=number % 11) for number in range(300)]
    call = Call(20, Decimal(60), keep=5)
    best = optimum(call, firms, seconds=0.0)
    assert best is not None
    assert holds(call, best.chosen)
    assert best.bound >= best.worth


def test_only_what_conflicts_is_named() -> None:
    """No firm is of area Z; places and budget are enough for both."""
    found = conflicts(Call(2, Decimal(100), {Group("area", "Z"): 1}), (A, B))
    assert [(each.what, each.code, each.would_do) for each in found] == [("area", "Z", "0")]
