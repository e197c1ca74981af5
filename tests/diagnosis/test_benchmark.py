"""What may be told of firms like each other, and that nothing of it is one firm's."""

from datetime import timedelta
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.diagnosis.domain.benchmark import Group, Kind, Known, Member, publish, quarter
from tests.diagnosis.builders import NOW

AREA: tuple[Kind, str] = ("area", "P01")


def member(number: int, share: int = 5_000, *groups: tuple[Kind, str]) -> Member:
    return Member(UUID(int=number), {"TEC": share}, frozenset(groups or (AREA,)))


def told(members: list[Member], earlier: tuple[Group, ...] = ()) -> tuple[Group, ...]:
    return publish(UUID(int=1), "operator", NOW, Known("pdp-1", tuple(members), earlier)).groups


def test_quartiles_are_of_the_nearest_rank_and_rounded_to_five_points() -> None:
    # 12 firms at 1,000, 2,000 … 12,000: ranks 3, 6, 9. And 10 firms: ranks ceil(2.5) = 3, 5, ceil(7.5) = 8.
    [group] = told([member(number, 1_000 * number) for number in range(1, 13)])
    assert group.quartiles == {"TEC": (3_000, 6_000, 9_000)}
    # 6,250 is half way between 6,000 and 6,500, up; 6,249 down.
    shares = [100, 200, 6_249, 6_250, 6_250, 7_000, 7_000, 7_749, 7_750, 9_000]
    [group] = told([member(number, share) for number, share in enumerate(shares)])
    assert group.quartiles == {"TEC": (6_000, 6_500, 7_500)}


@pytest.mark.parametrize(("firms", "groups"), [(9, 0), (10, 1)])
def test_ten_firms_are_behind_what_is_told(firms: int, groups: int) -> None:
    assert len(told([member(number) for number in range(firms)])) == groups


def test_what_one_firm_joins_leaves_or_moves_stays_as_it_was() -> None:
    first = [member(number) for number in range(12)]
    before = told(first)
    for changed in (
        [*first, member(50)],
        first[1:],
        [member(0, 9_000), *first[1:]],
        [*first[3:], *(member(50 + number) for number in range(6))],
    ):
        assert told(changed, before) == ()
    assert told(first, before) == (), "nothing new is nothing to tell"
    [after] = told([*first, *(member(50 + number) for number in range(10))], before)
    assert len(after.members) == 22


def test_nor_do_small_steps_add_up_behind_what_was_told_long_ago() -> None:
    """Back to within nine of the first one: what stands is the second."""
    first = [member(number) for number in range(12)]
    one = told(first)
    two = told([*first, *(member(50 + number) for number in range(12))], one)
    assert len(two) == 1
    assert told([*first, member(90)], (*one, *two)) == ()


def test_groups_that_are_nearly_the_same_are_not_both_told() -> None:
    """All firms of a state are of one area but one: the area less the state would be that one."""
    state: tuple[Kind, str] = ("state", "19")
    shared = [member(number, 5_000, AREA, state) for number in range(12)]
    assert [each.kind for each in told([*shared, member(90, 9_000, AREA)])] == ["area"]
    assert [each.kind for each in told([*shared, *(member(90 + number, 9_000, AREA) for number in range(10))])] == [
        "area",
        "state",
    ]
    assert len(told(shared)) == 2, "the same firms say the same twice"


def two(number: int, technical: int, finance: int) -> Member:
    return Member(UUID(int=number), {"TEC": technical, "FIN": finance}, frozenset({AREA}))


def test_each_dimension_is_compared_by_itself() -> None:
    """Ten firms have another share in one dimension, and one of them in another one, which is not told anew."""
    first = [two(number, 5_000, 1_000 * number) for number in range(12)]
    before = told(first)
    changed = [
        two(number, 7_000 if number < 10 else 5_000, 9_000 if number == 1 else 1_000 * number) for number in range(12)
    ]
    [after] = told(changed, before)
    assert (set(after.quartiles), set(before[0].quartiles)) == ({"TEC"}, {"TEC", "FIN"})
    assert told(changed, (*before, after)) == ()


def test_what_was_told_of_another_version_is_known_still() -> None:
    first = [member(number) for number in range(12)]
    known = told(first)
    of_next = [
        publish(UUID(int=2), "operator", NOW, Known("pdp-2", tuple(some), (), known)).groups
        for some in (first[1:], first, [*first, *(member(50 + number) for number in range(10))])
    ]
    assert [len(each) for each in of_next] == [0, 1, 1]


GROUPS: list[tuple[Kind, str]] = [AREA, ("area", "P02"), ("size", "small"), ("size", "medium"), ("state", "19")]
FIRMS = st.dictionaries(
    st.integers(0, 40),
    st.tuples(st.sampled_from([4_000, 6_000]), st.frozensets(st.sampled_from(GROUPS), min_size=1)),
    min_size=15,
)


@settings(max_examples=60)
@given(st.lists(FIRMS, min_size=1, max_size=4))
def test_between_any_two_answers_ever_given_are_ten_firms_or_none(
    rounds: list[dict[int, tuple[int, frozenset[tuple[Kind, str]]]]],
) -> None:
    every: tuple[Group, ...] = ()
    for firms in rounds:
        every += told([Member(UUID(int=id_), {"TEC": share}, groups) for id_, (share, groups) in firms.items()], every)
    for one, other in combinations(every, 2):
        apart = {
            id_ for id_ in one.members.keys() | other.members.keys() if one.members.get(id_) != other.members.get(id_)
        }
        assert len(apart) == 0 or len(apart) >= 10
    assert all(len(each.members) >= 10 for each in every)


def test_whose_order_does_not_matter() -> None:
    firms = [member(number, 1_000 * (number % 9), AREA, GROUPS[number % 5]) for number in range(60)]
    later = NOW + timedelta(days=1)
    both = [publish(UUID(int=1), "o", later, Known("pdp-1", tuple(some), ())) for some in (firms, firms[::-1])]
    assert both[0] == both[1]


@pytest.mark.parametrize(("share", "wanted"), [(3_999, 1), (4_000, 2), (5_000, 3), (6_999, 3), (7_000, 4)])
def test_a_firm_lies_in_a_quarter_of_rounded_quartiles(share: int, wanted: int) -> None:
    assert quarter(share, (4_000, 5_000, 7_000)) == wanted
