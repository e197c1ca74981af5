"""The program's effect over many firms: what is counted, and what is not told because few firms stand behind it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.development.catalogue import impact_rules, modules
from services.development.domain.candidate import Candidate
from services.development.domain.effect import Award, Traits, awarded
from services.development.domain.impact import Case, cases_of, days_to_close
from services.development.domain.telling import WHOLE, Group, Place, firms_of, told
from services.development.handlers import facts
from services.development.views.effect import EffectView
from tests.development import given as give
from tests.development.decided import agreed, complete, plan_of, sure

RULES = impact_rules()
LATER = give.LATER
YEAR_ON = LATER + timedelta(days=RULES.later_days)


def firm_of(number: int, state: str = "11", women_led: bool | None = None) -> Candidate:
    """Selected with T04 at level 1 and 60 %, done and re-scored to level 3, then 70 %."""
    firm = agreed("T04")
    traits = Traits(state, "small", women_led, exports=False)
    assert firm.diagnosis is not None
    before = replace(firm.effect.marks[0], dimensions={"TEC": 5_000}, levels={"T04": 1}, exports=False)
    firm = replace(
        firm,
        id=give.supplier(number),
        diagnosis=replace(firm.diagnosis, overall=7_000, dimensions={"TEC": 8_000}, levels={"T04": 3}),
        effect=replace(firm.effect, traits=traits, marks=(before,)),
    )
    return sure(complete(firm, plan_of(firm).activities[0].activity_id, now=LATER))


def cases(*firms: Candidate, at: object = LATER) -> list[Case]:
    return [case for firm in firms for case in cases_of(firm, RULES, at)]  # type: ignore[arg-type]


def view(found: list[Case], cohort_id: UUID | None = None) -> EffectView:
    return EffectView.of_cases(found, cohort_id, RULES, modules())


def test_before_and_after_and_what_a_level_costs() -> None:
    shown_ = view(cases(*(firm_of(number) for number in range(5))))
    whole = shown_.whole
    assert (whole.firms, whole.before, whole.after, whole.later) == (5, 6_000, 7_000, None)
    # M03 costs 20,000 to 45,000, for two levels.
    assert (whole.levels, whole.cost_from, whole.cost_to) == (
        "2.0",
        whole.cost_from and whole.cost_from.model_copy(update={"amount": "10000.00"}),
        whole.cost_to and whole.cost_to.model_copy(update={"amount": "22500.00"}),
    )
    (technical,) = [each for each in shown_.dimensions if each.dimension == "TEC"]
    assert (technical.before, technical.after, technical.firms) == (5_000, 8_000, 5)
    assert (whole.retained.t1, whole.awarded.t1, whole.exports.t1) == (10_000, 0, 0)


def test_what_came_since_is_counted_a_year_on() -> None:
    firms = [firm_of(number) for number in range(5)]
    bought = Award(UUID(int=1), LATER + timedelta(days=30))
    firms[0] = replace(firms[0], effect=awarded(firms[0].effect, bought), withdrawn=True)
    assert view(cases(*firms, at=YEAR_ON - timedelta(days=1))).whole.later is None
    whole = view(cases(*firms, at=YEAR_ON)).whole
    assert (whole.later, whole.awarded.t1, whole.awarded.t2, whole.retained.t2) == (7_000, 0, 2_000, 8_000)


def test_few_firms_are_not_shown_and_no_difference_gives_them_away() -> None:
    found = cases(*(firm_of(number) for number in range(4)))
    whole = view(found).whole
    assert (whole.firms, whole.before, whole.retained.t0) == (None, None, None)
    states = ["11"] * 9 + ["19"] * 6 + ["22"] * 3
    found = cases(*(firm_of(number, state) for number, state in enumerate(states)))
    (by_state,) = [split for split in view(found).splits if split.by == "state"]
    # 22 has three firms; alone it would be all less 11 and 19, so 19 goes too.
    assert [(each.group, each.firms) for each in by_state.groups] == [("11", 9)]
    assert view(found).whole.firms == 18


def test_a_cohort_alone_gives_no_other_one_away() -> None:
    found = cases(*(firm_of(number) for number in range(12)))
    other = UUID(int=0xC1)
    of_two = [replace(case, cohort_id=other) if number < 3 else case for number, case in enumerate(found)]
    assert view(of_two, give.COHORT_ID).whole.firms is None, "all less these nine would be three"
    assert view(of_two, other).whole.firms is None
    of_two = [replace(case, cohort_id=other) if number < 6 else case for number, case in enumerate(found)]
    assert (view(of_two, other).whole.firms, view(of_two, other).splits) == (6, ())


def split_of(found: EffectView, by: str) -> list[tuple[str, int | None, int | None]]:
    (split,) = [each for each in found.splits if each.by == by]
    return [(each.group, each.firms, each.before) for each in split.groups]


def moved(case: Case, before: int = 5_000, size: str = "small", cohort_id: UUID = give.COHORT_ID) -> Case:
    assert case.traits is not None
    traits, before_ = replace(case.traits, size=size), replace(case.before, overall=before)
    return replace(case, cohort_id=cohort_id, traits=traits, before=before_)


def test_groups_of_two_splits_do_not_give_one_firm_away() -> None:
    """Six firms of state 11, five of them the small ones: the one less the other is the sixth."""
    eleven = cases(*(firm_of(number) for number in range(6)))
    nine = cases(*(firm_of(number, "09") for number in range(6, 11)))
    found = [*map(moved, eleven[:5]), moved(eleven[5], 1_234, "medium"), *(moved(each, size="medium") for each in nine)]
    shown_ = view(found)
    # Largest first: 11 and medium, six each, would differ by ten, but what both leave of the whole is nobody's.
    assert [len(split_of(shown_, by)) for by in ("state", "size")] != [2, 2]
    other = UUID(int=0xC1)
    by_cohort = [*map(moved, eleven), *(moved(each, cohort_id=other) for each in nine)]
    by_cohort[5] = moved(cases(firm_of(5, "09"))[0], 1_234)
    told_ = (split_of(view(by_cohort), "state"), view(by_cohort, give.COHORT_ID).whole.firms)
    assert not (told_[0] and told_[1]), "a report of one cohort is held against that of all"


def test_a_firm_with_three_places_is_one_firm() -> None:
    (case,) = cases(firm_of(1, "22"))
    places = [moved(case, cohort_id=UUID(int=number)) for number in range(5)]
    assert view(places).whole.firms is None
    assert view([*places, *cases(*(firm_of(number, "22") for number in range(2, 6)))]).whole.firms == 5
    closed = replace(case.plan.activities[0], begun_at=give.NOW, closed_at=LATER)
    done = [replace(each, plan=replace(each.plan, activities=(closed,))) for each in places]
    assert days_to_close(done, RULES) == {}


def test_figures_are_told_to_the_next_hundred() -> None:
    found = [moved(each, 4_950 + number) for number, each in enumerate(cases(*(firm_of(n) for n in range(5))))]
    assert view(found).whole.before == 5_000


CELLS = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.sampled_from("mn")), st.integers(1, 9), max_size=6
)


@given(CELLS, st.integers(2, 6))
def test_between_any_two_groups_that_are_told_are_many_firms_or_none(
    cells: dict[tuple[str, str, str], int], least: int
) -> None:
    firms = [parts for parts, count in cells.items() for _ in range(count)]
    groups: dict[Group, set[Place]] = {WHOLE: set()}
    for number, parts in enumerate(firms):
        # Some firms had two places.
        place = UUID(int=number // 2 if number % 5 == 1 else number), UUID(int=number)
        for group in (WHOLE, *zip(("state", "size", "cohort"), parts, strict=True)):
            groups.setdefault(group, set()).add(place)
    kept = told({group: frozenset(places) for group, places in groups.items()}, least)
    for one, other in combinations(kept, 2):
        between = groups[one] ^ groups[other]
        assert all(firms_of(each) >= least for each in (between, groups[WHOLE] - between) if each)
    for split in ("state", "size", "cohort"):
        shown_ = [groups[each] for each in kept if each[0] == split]
        rest = groups[WHOLE].difference(*shown_)
        assert not shown_ or not rest or firms_of(rest) >= least
    assert (WHOLE in kept) == (firms_of(groups[WHOLE]) >= least)


def test_who_dropped_out_is_not_retained_and_no_level_is_made_up() -> None:
    firm = agreed("T04")
    left = sure(facts.supplier_withdrawn(firm, give.withdrawn(), LATER))
    (case,) = cases(left)
    assert case.retained == {"T1": False}
    whole = view(cases(*(replace(left, id=give.supplier(number)) for number in range(5)))).whole
    assert (whole.retained.t1, whole.levels) == (0, None), "no levels of before are known"


def test_days_run_from_the_agreement_until_its_gaps_were_closed() -> None:
    firm = agreed("T04")
    closed = sure(facts.gap_rescored(firm, give.gap_rescored("T04"), LATER, modules()))
    again = sure(facts.gap_rescored(closed, give.gap_rescored("T04", "T04", version=3), LATER, modules()))
    assert plan_of(again).activities[0].closed_at is None, "it is open again"
    found = cases(*(replace(closed, id=give.supplier(number)) for number in range(5)))
    assert days_to_close(found, RULES) == {"M03": ((LATER - give.NOW).days, 5)}
    assert days_to_close(found[:4], RULES) == {}


@pytest.mark.parametrize(("women_led", "group"), [(True, "yes"), (False, "no"), (None, "unknown")])
def test_who_leads_is_a_group_where_it_is_known(women_led: bool | None, group: str) -> None:
    shown_ = view(cases(*(firm_of(number, women_led=women_led) for number in range(5))))
    (by_lead,) = [split for split in shown_.splits if split.by == "women_led"]
    assert [each.group for each in by_lead.groups] == [group]
    assert by_lead.groups[0].cost_from is not None
    assert Decimal(by_lead.groups[0].cost_from.amount) == 10_000
