"""What would lift a result: each change judged as if it were so; and near misses."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from services.matching.domain.alignment import hit
from services.matching.domain.lifting import Lift, Wide, lifts, widest
from services.matching.domain.nearness import near_miss
from services.matching.domain.offering import LADDER, Profile, SpecialProcess
from services.matching.domain.performance import Measured
from services.matching.domain.requirement import Requirement, Specification
from tests.matching.extremes import profiles, specifications
from tests.matching.given import RULES, SUPPLIER, TODAY, need, process, profile, requirement


def lifted(firm: Profile, asked: Specification) -> list[tuple[str, str, str, bool, int]]:
    return [_shown(lift) for lift in lifts(firm, asked, RULES, TODAY)]


def _shown(lift: Lift) -> tuple[str, str, str, bool, int]:
    return lift.change.attribute, lift.change.kind, lift.change.to, lift.opens, lift.gain


@pytest.mark.parametrize(
    ("asked", "offer", "expected"),
    [
        ({"annual_volume": 200_000}, {}, ("capacity", "change", "200000", False, 1000)),
        ({"tolerance_um": 20}, {"tolerance_um": 50}, ("tolerance", "change", "20 µm", False, 1500)),
        ({"tolerance_um": 20}, {}, ("tolerance", "state", "20 µm", False, 1500)),
        ({"lead_time_days": 20}, {}, ("lead_time", "state", "20 d", False, 1000)),
        ({"force_t": 400}, {"force_t": 100}, ("force", "change", "400 t", True, 10_000)),
        ({"force_t": 400}, {}, ("force", "state", "400 t", False, 1500)),
        (
            {"envelope_mm": (30, 20, 10)},
            {"envelope_mm": (9, 90, 9)},
            ("envelope", "change", "30 x 20 x 10 mm", True, 10_000),
        ),
        ({"materials": ("zamak", "acero")}, {"materials": ("PA6",)}, ("materials", "change", "zamak", True, 10_000)),
        ({"special_processes": ("CQI-9",)}, {}, ("special_process", "change", "CQI-9", True, 10_000)),
        ({"qms": "iatf_16949"}, {}, ("qms", "change", "iatf_16949", False, 500)),
        ({"qms": "iatf_16949", "qms_waivable": False}, {}, ("qms", "change", "iatf_16949", True, 10_000)),
        ({"ppm_max": 50}, {}, ("ppm", "state", "50 ppm", False, 500)),
        ({"otif_bp_min": 9_500}, {}, ("otif", "state", "95.00 %", False, 500)),
        ({"regional_value_bp_min": 7_000}, {}, ("regional_value", "state", "70.00 %", False, 500)),
    ],
)
def test_one_change_lifts_it(asked: dict[str, Any], offer: dict[str, Any], expected: tuple[object, ...]) -> None:
    assert lifted(profile(process(**offer)), need(**asked)) == [expected]


def test_what_anchors_measure_is_lifted_and_not_what_the_firm_states() -> None:
    counts = Measured(60, 9_000, 1, 2, TODAY)
    firm = profile(ppm_12m=40, otif_bp_12m=9_900, measured=counts)
    found = lifted(firm, need(ppm_max=50, otif_bp_min=9_500))
    assert found == [("ppm", "change", "50 ppm", False, 500), ("otif", "change", "95.00 %", False, 500)]
    past = replace(firm, measured=replace(counts, until=TODAY - timedelta(days=1)))
    assert lifted(past, need(ppm_max=50)) == []


def test_what_opens_comes_first_then_what_gives_most() -> None:
    asked = need(force_t=400, tolerance_um=20, lead_time_days=9)
    assert [each[0] for each in lifted(profile(process(force_t=1)), asked)] == ["force"]
    assert [each[0] for each in lifted(profile(process(force_t=400)), asked)] == ["tolerance", "lead_time"]
    assert lifted(profile(process(force_t=1, materials=("PA6",))), replace(asked, materials=("acero",))) == []
    assert lifted(profile(), need()) == []
    assert lifted(profile(process(area="P02")), need()) == []
    assert lifts(profile(), need(tolerance_um=1), RULES, TODAY, withdrawn=True) == ()


def test_an_expired_assessment_and_certificate_are_lifted_by_new_ones() -> None:
    old = TODAY - timedelta(days=400)
    firm = profile(process(special_processes=(SpecialProcess(code="CQI-9", assessed_on=old),)))
    assert [each[0] for each in lifted(firm, need(special_processes=("CQI-9",)))] == ["special_process"]
    firm = profile(qms_valid_to=old)
    assert [each[0] for each in lifted(firm, need(qms_waivable=False))] == ["qms"]


def test_the_process_that_suits_best_is_changed_and_no_other() -> None:
    firm = profile(process(force_t=1, materials=("PA6",)), process(force_t=300))
    (lift,) = lifts(firm, need(force_t=400, materials=("acero",)), RULES, TODAY)
    assert (lift.change.attribute, lift.opens) == ("force", True)


def wanted(*changes: dict[str, Any]) -> list[Requirement]:
    return [requirement(f"asked {number}", **each) for number, each in enumerate(changes)]


def test_over_all_that_is_asked_the_change_that_opens_most_comes_first() -> None:
    firm = profile(process(force_t=100, tolerance_um=50), qms="documented")
    strict = {"qms_waivable": False}
    asked = wanted(
        {"force_t": 400} | strict,
        {"qms": "iso_9001"} | strict,
        {"qms": "iso_9001"} | strict,
        {"qms": "none", "force_t": 200},
        {"qms": "none", "force_t": 300, "tolerance_um": 60},
        {"qms": "none", "force_t": 800, "tolerance_um": 60},
        {"qms": "none", "tolerance_um": 20},
    )
    found = widest(SUPPLIER, firm, asked, RULES, TODAY)
    shown = [
        (each.area, each.change.attribute, each.change.to, len(each.opened), each.raised, each.points) for each in found
    ]
    assert shown == [
        ("P01", "force", "800 t", 3, 0, 0),
        (None, "qms", "iso_9001", 2, 0, 0),
        ("P01", "tolerance", "20 µm", 0, 1, 1500),
    ]
    after = replace(firm, processes=(replace(firm.processes[0], force_t=800),))
    assert [each.id for each in found[0].opened] == [
        each.id
        for each in asked
        if hit(after, each.specification, RULES, TODAY) and not hit(firm, each.specification, RULES, TODAY)
    ]


def _over_all(wide: Wide) -> tuple[str | None, str, str, int, int, int]:
    return wide.area, wide.change.attribute, wide.change.to, len(wide.opened), wide.raised, wide.points


@given(profiles, specifications)
def test_each_lift_is_what_the_definition_says_of_the_changed_firm(firm: Profile, asked: Specification) -> None:
    before = hit(firm, asked, RULES, TODAY)
    found = lifts(firm, asked, RULES, TODAY)
    assert all(lift.before == before and lift.gain > 0 for lift in found)
    assert len({lift.change.attribute for lift in found}) == len(found)
    miss = near_miss(firm, asked, RULES, TODAY)
    if miss is not None:
        assert before is None
        assert all(lift.opens for lift in found)
        gates = {"special_process": "special_process", "qms": "qms"}
        assert {lift.change.attribute for lift in found} <= {gates.get(miss.gate.gate, miss.gate.gate)}
    elif before is None:
        assert found == ()


@given(profiles, specifications)
def test_a_near_miss_is_lifted_by_what_it_lacks(firm: Profile, asked: Specification) -> None:
    miss = near_miss(firm, asked, RULES, TODAY)
    if miss is not None and miss.gate.gate in ("qms", "force", "envelope", "special_process"):
        assert [lift.change.attribute for lift in lifts(firm, asked, RULES, TODAY)] == [miss.gate.gate]
        assert LADDER[asked.qms] or miss.gate.gate != "qms"
