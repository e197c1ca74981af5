from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain import alignment as module
from services.matching.domain.alignment import Hit, aligned, hit, judge
from services.matching.domain.offering import ProcessOffer, Profile
from services.matching.domain.requirement import Requirement
from tests.matching.given import ANCHOR, RULES, SUPPLIER, TODAY, need, process, profile, requirement


def missing(firm: Profile, *requirements: Requirement, withdrawn: bool = False) -> list[tuple[str, bool, str, str]]:
    asked = {area: [each for each in requirements if each.area == area] for area in firm.areas}
    found = module.missing(SUPPLIER, firm, asked, RULES, TODAY, withdrawn=withdrawn)
    return [(each.area, each.requirement_id is not None, each.gate, each.reason) for each in found]


def met(firm: Profile, asked: Requirement) -> Hit | None:
    return hit(firm, asked.specification, RULES, TODAY)


def test_what_is_met_is_told_with_score_and_what_the_diagnosis_is_measured_against() -> None:
    asked = requirement(annual_volume=200_000, targets={"T04": 4}, must_have=("O02",))
    found = met(profile(), asked)
    assert found is not None
    each = aligned(asked, found)
    assert (each.requirement_id, each.anchor_id, each.area, each.score) == (asked.id, ANCHOR, "P01", 9_000)
    assert (each.targets, each.must_have) == ({"T04": 4}, ("O02",))


def test_every_failed_gate_of_every_requirement_is_told() -> None:
    one = requirement("a", materials=("zinc",), special_processes=("CQI-9",))
    other = requirement("b", materials=("cobre",))
    found = missing(profile(), one, other)
    assert sorted(found) == [
        ("P01", True, "materials", "no_common_material"),
        ("P01", True, "materials", "no_common_material"),
        ("P01", True, "special_process", "cqi_missing"),
    ]


def test_an_area_in_which_nobody_asks() -> None:
    found = missing(profile(process(area="P14"), process(area="P02")), requirement())
    assert found == [("P02", False, "process", "nobody_asks"), ("P14", False, "process", "nobody_asks")]


def test_a_firm_that_the_tax_authority_lists_meets_nothing_and_is_told_all_the_rest() -> None:
    firm = profile(process(), process(area="P14"), list_69b="definitive")
    assert met(firm, requirement("a")) is None
    found = missing(firm, requirement("a"), requirement("b", materials=("zinc",)))
    assert found == [
        ("P01", False, "list_69b", "listed_definitive"),
        ("P01", True, "materials", "no_common_material"),
        ("P14", False, "list_69b", "listed_definitive"),
        ("P14", False, "process", "nobody_asks"),
    ]


def test_what_nobody_knows_of_the_firm_or_of_its_line_is_told_with_each_requirement() -> None:
    firm = profile(looked_up=False)
    told = [met(firm, each) for each in (requirement("a"), requirement("b", force_t=400))]
    assert [each and each.unknown for each in told] == [("list_69b",), ("list_69b", "force")]


def test_a_firm_that_left_is_judged_no_further() -> None:
    found = missing(profile(), requirement(materials=("zinc",)), withdrawn=True)
    assert found == [("P01", False, "withdrawn", "withdrawn")]
    assert hit(profile(), need(), RULES, TODAY, withdrawn=True) is None


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
    assert all(met(profile(*lines), each) for each in asked)


def test_reasons_never_outgrow_their_topic() -> None:
    names = [str(number) for number in range(module.MOST_MISSING + 2)]
    assert len(missing(profile(), *(requirement(name, materials=("zinc",)) for name in names))) == module.MOST_MISSING
