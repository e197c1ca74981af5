from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain import alignment as module
from services.matching.domain.alignment import Aligned, Alignment, NotAligned, align, judge
from services.matching.domain.offering import ProcessOffer, Profile
from services.matching.domain.requirement import Requirement
from tests.matching.given import ANCHOR, RULES, TODAY, an_id, demand, need, process, profile, requirement


def aligned(firm: Profile, *requirements: Requirement, withdrawn: bool = False) -> Alignment:
    return align(firm, demand(*requirements), TODAY, withdrawn=withdrawn)[0]


def missing(found: Alignment) -> list[tuple[str, bool, str, str]]:
    assert isinstance(found, NotAligned)
    return [(each.area, each.requirement_id is not None, each.gate, each.reason) for each in found.missing]


def test_the_whole_set_with_score_and_what_the_diagnosis_is_measured_against() -> None:
    asked = requirement(annual_volume=200_000, targets={"T04": 4}, must_have=("O02",))
    found = aligned(profile(), asked)
    assert isinstance(found, Aligned)
    (each,) = found.requirements
    assert (each.requirement_id, each.anchor_id, each.area, each.score) == (asked.id, ANCHOR, "P01", 9_000)
    assert (each.targets, each.must_have, found.rules) == ({"T04": 4}, ("O02",), "match-2026-3")


def test_one_requirement_that_is_met_is_enough() -> None:
    found = aligned(profile(), requirement("a", materials=("zinc",)), requirement("b"))
    assert isinstance(found, Aligned)
    assert [each.requirement_id for each in found.requirements] == [an_id("b")]


def test_every_failed_gate_of_every_requirement_is_told() -> None:
    one = requirement("a", materials=("zinc",), special_processes=("CQI-9",))
    other = requirement("b", materials=("cobre",))
    found = missing(aligned(profile(), one, other))
    assert sorted(found) == [
        ("P01", True, "materials", "no_common_material"),
        ("P01", True, "materials", "no_common_material"),
        ("P01", True, "special_process", "cqi_missing"),
    ]


def test_an_area_in_which_nobody_asks() -> None:
    found = aligned(profile(process(area="P14"), process(area="P02")), requirement())
    assert missing(found) == [("P02", False, "process", "nobody_asks"), ("P14", False, "process", "nobody_asks")]


def test_a_firm_that_the_tax_authority_lists_meets_nothing_and_is_told_all_the_rest() -> None:
    firm = profile(process(), process(area="P14"), list_69b="definitive")
    found = missing(aligned(firm, requirement("a"), requirement("b", materials=("zinc",))))
    assert found == [
        ("P01", False, "list_69b", "listed_definitive"),
        ("P01", True, "materials", "no_common_material"),
        ("P14", False, "list_69b", "listed_definitive"),
        ("P14", False, "process", "nobody_asks"),
    ]


def test_what_nobody_knows_of_the_firm_or_of_its_line_is_told_with_each_requirement() -> None:
    found = aligned(profile(looked_up=False), requirement("a"), requirement("b", force_t=400))
    assert isinstance(found, Aligned)
    told = {each.requirement_id: each.unknown for each in found.requirements}
    assert told == {an_id("a"): ("list_69b",), an_id("b"): ("list_69b", "force")}


def test_a_firm_that_left_is_judged_no_further() -> None:
    found = aligned(profile(), requirement(materials=("zinc",)), withdrawn=True)
    assert missing(found) == [("P01", False, "withdrawn", "withdrawn")]


def test_a_closed_requirement_is_no_demand() -> None:
    closed = replace(requirement(), status="closed")
    assert missing(aligned(profile(), closed)) == [("P01", False, "process", "nobody_asks")]


def test_of_several_lines_in_an_area_the_best_counts() -> None:
    small, large = process(force_t=100), process(force_t=400, free_capacity=50_000)
    judged = judge(profile(), [small, large], need(force_t=200), RULES, TODAY)
    assert judged.offer == large
    assert judged.score
    judged = judge(profile(), [small, process(force_t=100, materials=("zinc",))], need(force_t=200), RULES, TODAY)
    assert judged.offer == small
    judged = judge(profile(), [large, process(force_t=200)], need(force_t=200), RULES, TODAY)
    assert judged.score
    assert judged.score.points == 10_000


@given(st.permutations([process(force_t=100), process(force_t=400), process(area="P02"), process(materials=("zinc",))]))
def test_the_order_in_which_lines_are_named_changes_no_set(lines: Sequence[ProcessOffer]) -> None:
    asked = [requirement("a", force_t=300), requirement("b", materials=("zinc",)), requirement("c", area="P02")]
    found = aligned(profile(*lines), *asked)
    assert isinstance(found, Aligned)
    assert {each.requirement_id for each in found.requirements} == {an_id("a"), an_id("b"), an_id("c")}


def test_an_event_never_outgrows_its_topic() -> None:
    names = [str(number) for number in range(module.MOST_ALIGNED + 2)]
    better = [requirement(name) for name in names[2:]]
    worse = [requirement(name, annual_volume=200_000) for name in names[:2]]
    found = aligned(profile(), *worse, *better)
    assert isinstance(found, Aligned)
    assert {each.requirement_id for each in found.requirements} == {each.id for each in better}
    barred = aligned(profile(), *(requirement(name, materials=("zinc",)) for name in names))
    assert len(missing(barred)) == module.MOST_MISSING
