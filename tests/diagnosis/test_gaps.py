from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.diagnosis.domain.demand import Demand
from services.diagnosis.domain.gaps import Gap, Severity, find_gaps
from tests.diagnosis.builders import INSTRUMENT, levels_at

CODES = st.sampled_from(list(INSTRUMENT.questions))
LEVELS = st.fixed_dictionaries({code: st.none() | st.integers(0, 4) for code in INSTRUMENT.questions})
DEMANDS = st.builds(
    Demand,
    st.dictionaries(CODES, st.integers(0, 4), max_size=10),
    st.lists(CODES, unique=True, max_size=5).map(tuple),
    st.dictionaries(CODES, st.integers(0, 16), max_size=10),
)


def only_gap(demand: Demand | None = None, **others: int | None) -> Gap | None:
    """The one gap of a firm at level 4 except where named."""
    gaps = find_gaps(INSTRUMENT, levels_at(4, **others), demand or Demand())
    assert len(gaps) <= 1
    return gaps[0] if gaps else None


@pytest.mark.parametrize(
    ("question", "level", "must_have", "severity"),
    [
        ("T01", 0, (), "critical"),  # a critical question at 0
        ("T01", 1, (), "major"),
        ("T01", 2, (), "major"),  # a critical question one level short
        ("T01", 1, ("T01",), "critical"),  # an anchor's must-have at 1
        ("T07", 0, ("T07",), "critical"),
        ("T07", 2, ("T07",), "minor"),
        ("T07", 0, (), "major"),
        ("T07", 1, (), "major"),
        ("T07", 2, (), "minor"),
        ("A01", 1, (), "critical"),  # required by law
        ("A03", 1, (), "critical"),
        ("F05", 1, (), "critical"),
        ("F05", 2, (), "major"),
    ],
)
def test_severity(question: str, level: int, must_have: tuple[str, ...], severity: Severity) -> None:
    gap = only_gap(Demand(must_have=must_have), **{question: level})
    assert gap is not None
    assert gap.severity == severity


@pytest.mark.parametrize(
    ("anchors", "order"),
    [
        # A01 is legal, at 1: critical. Then major: O01 2·2 = 4, T01 1·3 = 3. Then minor: T07 1·1.
        ({}, ["A01", "O01", "T01", "T07"]),
        # Two anchors ask for T01: 1·3·2 = 6, before 4.
        ({"T01": 2}, ["A01", "T01", "O01", "T07"]),
        # Nine ask for T07: 9, and minor still.
        ({"T07": 9}, ["A01", "O01", "T01", "T07"]),
        # One that asks weighs as none that does: 1·3 is not 4.
        ({"T01": 1, "O01": 1}, ["A01", "O01", "T01", "T07"]),
    ],
)
def test_worked_examples_of_priority(anchors: dict[str, int], order: list[str]) -> None:
    levels = levels_at(4, T07=2, O01=1, T01=2, A01=1)
    assert [gap.question for gap in find_gaps(INSTRUMENT, levels, Demand(anchors=anchors))] == order


def test_a_gap_tells_how_far_and_what_helps() -> None:
    gap = only_gap(Demand({"T06": 4}, anchors={"T06": 2}), T06=1)
    assert gap == Gap("T06", level=1, target=4, gap=3, severity="major", anchors_asking=2, modules=("M04", "M07"))


def test_the_default_target_is_3() -> None:
    assert only_gap(O13=3) is None
    assert only_gap(Demand({"O13": 4}), O13=3) is not None


def test_a_target_at_or_below_the_level_leaves_no_gap() -> None:
    assert only_gap(Demand({"O13": 2}), O13=2) is None
    assert only_gap(Demand({"O13": 1}), O13=2) is None


@pytest.mark.parametrize("question", ["A01", "A03", "F05"])
def test_no_anchor_can_ask_less_of_a_legal_question(question: str) -> None:
    gap = only_gap(Demand(targets={question: 0}), **{question: 1})
    assert gap is not None
    assert (gap.target, gap.severity) == (2, "critical")


def test_what_was_not_evaluated_has_no_gap_unless_it_must_be_known() -> None:
    assert only_gap(T12=None) is None
    assert only_gap(Demand({"T12": 4}), T12=None) is None


@given(LEVELS, DEMANDS, CODES)
def test_to_leave_a_question_out_closes_no_gap_that_weighs(
    levels: dict[str, int | None], demand: Demand, other: str
) -> None:
    """What the law or a must-have asks is a critical gap without a level; of any other question nothing is."""

    def critical(given_: dict[str, int | None]) -> set[str]:
        return {gap.question for gap in find_gaps(INSTRUMENT, given_, demand) if gap.severity == "critical"}

    weighs = {*INSTRUMENT.legal, *demand.must_have}
    for question in (*weighs, other):
        without = critical({**levels, question: None})
        assert (question in without) == (question in weighs)
        assert without - {question} == critical(levels) - {question}


@pytest.mark.parametrize(
    ("question", "demand", "target"),
    [
        ("F05", Demand(), 3),
        ("A01", Demand({"A01": 0}), 2),
        ("T12", Demand(must_have=("T12",)), 3),
        ("T12", Demand({"T12": 0}, ("T12",)), 1),
    ],
)
def test_unknown_is_not_met_where_the_law_or_a_must_have_asks(question: str, demand: Demand, target: int) -> None:
    gap = only_gap(demand, **{question: None})
    assert gap is not None
    assert (gap.evaluated, gap.severity, gap.level, gap.target, gap.gap) == (False, "critical", 0, target, target)


def test_priority_is_severity_then_gap_times_weight_times_anchors_then_code() -> None:
    levels = levels_at(4, A01=0, T01=2, O01=1, O03=1, O13=2, O14=2)
    demand = Demand(anchors={"O14": 3, "O01": 1})
    order = [gap.question for gap in find_gaps(INSTRUMENT, levels, demand)]
    # major: O01 and O03 2·2·1, T01 1·3·1; minor: O14 1·1·3, O13 1·1·1
    assert order == ["A01", "O01", "O03", "T01", "O14", "O13"]


def test_no_anchor_asking_counts_as_one() -> None:
    levels = levels_at(4, O13=2, O14=2)
    assert [gap.question for gap in find_gaps(INSTRUMENT, levels, Demand(anchors={"O14": 1}))] == ["O13", "O14"]


@given(LEVELS, DEMANDS)
def test_gaps_are_never_negative_and_end_at_their_target(levels: dict[str, int | None], demand: Demand) -> None:
    gaps = {gap.question: gap for gap in find_gaps(INSTRUMENT, levels, demand)}
    for code, level in levels.items():
        floor = INSTRUMENT.rules.legal_floor if INSTRUMENT.questions[code].legal else 0
        target = max(demand.targets.get(code, 3), floor)
        if level is None:
            assert (code in gaps) == (INSTRUMENT.questions[code].legal or code in demand.must_have)
        elif level >= target:
            assert code not in gaps
        else:
            assert gaps[code].gap == target - level >= 1


@given(LEVELS, DEMANDS, st.randoms())
def test_the_order_of_gaps_is_total(levels: dict[str, int | None], demand: Demand, shuffle: object) -> None:
    questions = list(INSTRUMENT.questions.items())
    shuffle.shuffle(questions)  # type: ignore[attr-defined]
    assert find_gaps(replace(INSTRUMENT, questions=dict(questions)), levels, demand) == find_gaps(
        INSTRUMENT, levels, demand
    )


@given(LEVELS, DEMANDS)
def test_severities_never_mix_in_the_order(levels: dict[str, int | None], demand: Demand) -> None:
    order = ["critical", "major", "minor"]
    ranks = [order.index(gap.severity) for gap in find_gaps(INSTRUMENT, levels, demand)]
    assert ranks == sorted(ranks)


@given(LEVELS, DEMANDS, CODES)
def test_raising_a_level_never_opens_or_widens_a_gap(levels: dict[str, int | None], demand: Demand, code: str) -> None:
    level = levels[code]
    if level is None:
        return
    before = {gap.question: gap.gap for gap in find_gaps(INSTRUMENT, levels, demand)}
    after = {gap.question: gap.gap for gap in find_gaps(INSTRUMENT, {**levels, code: min(4, level + 1)}, demand)}
    assert all(gap <= before[question] for question, gap in after.items())
