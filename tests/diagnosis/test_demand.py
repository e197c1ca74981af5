from hypothesis import given
from hypothesis import strategies as st

from services.diagnosis.domain.demand import Ask, Demand, merge
from tests.diagnosis.builders import ANCHOR, INSTRUMENT, OTHER_ANCHOR, ask

ASKS = st.lists(
    st.builds(
        Ask,
        st.sampled_from([ANCHOR, OTHER_ANCHOR]),
        st.dictionaries(st.sampled_from(["T01", "T04", "F05"]), st.integers(0, 4)),
        st.lists(st.sampled_from(["T01", "T04", "F05"]), unique=True).map(tuple),
    ),
    max_size=4,
)


def test_the_highest_target_wins() -> None:
    demand = merge(INSTRUMENT, [ask(T04=3), ask(OTHER_ANCHOR, T04=4)])
    assert demand == Demand({"T04": 4}, (), {"T04": 2})


def test_a_lower_target_stands_when_every_requirement_asks_it() -> None:
    assert merge(INSTRUMENT, [ask(T04=2), ask(OTHER_ANCHOR, T04=1)]).targets == {"T04": 2}


def test_an_anchor_that_says_nothing_still_asks_the_default() -> None:
    assert merge(INSTRUMENT, [ask(T04=2), ask(OTHER_ANCHOR)]).targets == {"T04": 3}


def test_anchors_are_counted_once_however_many_requirements_they_have() -> None:
    demand = merge(INSTRUMENT, [ask(T04=4), ask(T04=3), ask(OTHER_ANCHOR, ("T04",))])
    assert demand.anchors == {"T04": 2}


def test_a_must_have_alone_sets_no_target() -> None:
    assert merge(INSTRUMENT, [ask(must_have=("F05",))]) == Demand({}, ("F05",), {"F05": 1})


def test_questions_that_the_instrument_lacks_are_left_out() -> None:
    assert merge(INSTRUMENT, [ask(must_have=("T99",), T98=4)]) == Demand()


@given(ASKS.flatmap(lambda asks: st.tuples(st.just(asks), st.permutations(asks))))
def test_the_order_of_requirements_never_matters(two: tuple[list[Ask], list[Ask]]) -> None:
    assert merge(INSTRUMENT, two[0]) == merge(INSTRUMENT, two[1])


@given(ASKS)
def test_asking_the_same_again_changes_nothing(asks: list[Ask]) -> None:
    assert merge(INSTRUMENT, [*asks, *asks]) == merge(INSTRUMENT, asks)
