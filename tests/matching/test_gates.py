from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain import text
from services.matching.domain.gate import Gate
from services.matching.domain.gates import firm_gates, fits, process_gates
from services.matching.domain.materials import named
from services.matching.domain.offering import SpecialProcess
from services.matching.domain.reasons import GateName
from shared.files.cells import parts
from tests.matching.given import RULES, TODAY, need, process, profile

Side = st.integers(1, 10_000)


def gates(offer: dict[str, Any], asked: dict[str, Any], **firm: Any) -> dict[str, Gate]:
    found = process_gates(profile(**firm), process(**offer), need(**asked), RULES, TODAY)
    return {gate.gate: gate for gate in found}


def failed(found: dict[str, Gate]) -> dict[str, str]:
    return {name: gate.reason for name, gate in found.items() if not gate.passed}


def test_whoever_has_what_is_asked_passes_every_gate() -> None:
    special = SpecialProcess(code="CQI-9", assessed_on=date(2025, 6, 1))
    offer = {"force_t": 400, "envelope_mm": (300, 900, 500), "special_processes": (special,)}
    asked = {"materials": ("Acero",), "force_t": 400, "envelope_mm": (900, 300, 500), "special_processes": ("CQI-9",)}
    found = gates(offer, asked)
    assert failed(found) == {}
    assert {(gate.status, gate.reason) for gate in found.values()} == {("met", "ok")}


def test_every_failed_gate_is_listed_with_need_and_offer() -> None:
    offer = {"materials": ("aluminio",), "force_t": 200, "envelope_mm": (100, 100, 100)}
    asked = {
        "materials": ("acero", "zinc"),
        "force_t": 400,
        "envelope_mm": (101, 1, 1),
        "special_processes": ("CQI-9",),
        "qms_waivable": False,
    }
    found = gates(offer, asked, qms="documented")
    assert failed(found) == {
        "materials": "no_common_material",
        "force": "force_too_low",
        "envelope": "part_too_large",
        "special_process": "cqi_missing",
        "qms": "qms_below_ladder",
    }
    assert (found["materials"].need, found["materials"].offer) == ("acero; zinc", "aluminio")
    assert (found["force"].need, found["force"].offer) == ("400 t", "200 t")
    assert (found["envelope"].need, found["envelope"].offer) == ("101 x 1 x 1 mm", "100 x 100 x 100 mm")
    assert (found["special_process"].need, found["special_process"].offer) == ("CQI-9", "")
    assert (found["qms"].need, found["qms"].offer) == ("iso_9001", "documented")


def test_what_is_not_stated_bars_nobody_and_is_not_fine() -> None:
    asked = {"materials": ("acero",), "force_t": 400, "envelope_mm": (1, 1, 1)}
    found = gates({"materials": ()}, asked)
    assert failed(found) == {}
    unknown = {name: (gate.reason, gate.need) for name, gate in found.items() if gate.status == "unknown"}
    assert unknown == {
        "materials": ("not_stated", "acero"),
        "force": ("not_stated", "400 t"),
        "envelope": ("not_stated", "1 x 1 x 1 mm"),
    }


def test_what_nobody_asks_does_not_apply() -> None:
    found = gates({}, {"qms": "none"})
    left_out = {name for name, gate in found.items() if gate.status == "not_applicable"}
    assert left_out == {"materials", "envelope", "force", "special_process", "qms"}


@pytest.mark.parametrize(
    ("needed", "offered", "status", "reason"),
    [
        ("PA6-GF30", "PA6 GF30", "met", "ok"),
        ("PA6-GF30", "PA66 GF30", "not_met", "no_common_material"),
        ("PA6-GF30", "resina especial X", "unknown", "material_unmapped"),
        ("resina especial X", "PA6-GF30", "unknown", "material_unmapped"),
    ],
)
def test_a_text_that_the_catalogue_does_not_map_is_neither_barred_nor_passed(
    needed: str, offered: str, status: str, reason: str
) -> None:
    gate = gates({"materials": (offered,)}, {"materials": (needed,)})["materials"]
    assert (gate.status, gate.reason) == (status, reason)


KNOWN_OR_NOT_SHOWN = {
    "withdrawn": "met",  # registration tells whoever leaves
    "process": "not_met",  # a firm says in which areas it works
    "special_process": "not_met",  # an assessment that is not shown is not held
    "qms": "not_met",  # and neither is a certificate
    "certificates": "not_met",
}


def test_no_gate_takes_what_nobody_knows_for_met() -> None:
    """Each gate of a firm that states nothing, against a requirement that asks for everything."""
    record: dict[str, Any] = {"tolerance_um": 9, "tolerance_must": True, "part_weight_g": 9, "minimum_order_max": 9}
    record |= {"design_min": "full", "ppap_level_min": 3, "edi": True, "certificates": ("tisax",)}
    record |= {"programs": ("oea",), "languages": ("en",), "distance_km_max": 9}
    record |= {"plant_latitude_e6": 20_000_000, "plant_longitude_e6": -99_000_000}
    machine: dict[str, Any] = {"materials": ("acero",), "force_t": 400, "envelope_mm": (1, 1, 1)}
    asked = need(special_processes=("CQI-9",), qms_waivable=False, **machine, **record)
    firm = profile(qms="none", looked_up=False)
    found = (*firm_gates(firm, withdrawn=False), *process_gates(firm, None, asked, RULES, TODAY))
    expected = {gate: KNOWN_OR_NOT_SHOWN.get(gate, "unknown") for gate in get_args(GateName)}
    assert {gate.gate: gate.status for gate in found} == expected


def test_a_firm_in_no_list_yet_is_neither_barred_nor_passed() -> None:
    """Seen: it passed as a firm that was looked up."""
    (gate,) = (each for each in firm_gates(profile(looked_up=False), withdrawn=False) if each.status != "met")
    assert (gate.gate, gate.status, gate.reason, gate.passed) == ("list_69b", "unknown", "list_69b_unchecked", True)


Text = st.text(max_size=12)


@given(st.lists(Text, max_size=3), st.lists(Text, max_size=3))
def test_each_gate_is_one_of_four_things_and_only_what_is_known_bars(needed: list[str], offered: list[str]) -> None:
    gate = gates({"materials": tuple(offered)}, {"materials": tuple(needed)})["materials"]
    expected = {"met", "not_met", "unknown"} if needed else {"not_applicable"}
    assert gate.status in (expected if offered else expected - {"met", "not_met"})
    assert gate.passed == (gate.status != "not_met")
    known = all(named(RULES.materials, text).line for text in (*needed, *offered))
    assert known or gate.status != "not_met"


def test_a_firm_outside_the_area_does_not_pass_the_process_gate() -> None:
    found = process_gates(profile(), None, need(), RULES, TODAY)
    assert [(gate.gate, gate.reason) for gate in found if not gate.passed] == [("process", "area_not_offered")]


@pytest.mark.parametrize(
    ("part", "room", "goes_in"),
    [
        ((300, 200, 100), (100, 200, 300), True),
        ((300, 200, 101), (100, 200, 300), False),
        ((150, 150, 150), (1000, 1000, 149), False),
        ((100, 100, 100), (100, 100, 100), True),
    ],
)
def test_a_part_fits_by_its_sorted_sides(part: tuple[int, int, int], room: tuple[int, int, int], goes_in: bool) -> None:
    assert fits(part, room) is goes_in


@given(st.tuples(Side, Side, Side), st.permutations([0, 1, 2]), st.tuples(Side, Side, Side))
def test_how_a_part_is_turned_does_not_matter(
    part: tuple[int, int, int], turn: list[int], room: tuple[int, int, int]
) -> None:
    assert fits([part[side] for side in turn], room) == fits(part, room)
    assert fits(part, part)


@pytest.mark.parametrize(
    ("assessed_on", "reason"),
    [
        (date(2025, 3, 2), "ok"),  # the anniversary is the last day
        (date(2025, 3, 1), "cqi_expired"),
        (date(2026, 3, 2), "ok"),
    ],
)
def test_a_cqi_assessment_counts_for_twelve_months(assessed_on: date, reason: str) -> None:
    special = SpecialProcess(code="CQI-9", assessed_on=assessed_on)
    found = gates({"special_processes": (special,)}, {"special_processes": ("CQI-9",)})
    assert found["special_process"].reason == reason


def test_the_newest_assessment_of_a_code_counts_and_all_that_are_short_are_named() -> None:
    specials = (
        SpecialProcess(code="CQI-9", assessed_on=date(2026, 1, 1)),
        SpecialProcess(code="CQI-9", assessed_on=date(2020, 1, 1)),
        SpecialProcess(code="CQI-11", assessed_on=date(2020, 5, 6)),
    )
    found = gates({"special_processes": specials}, {"special_processes": ("CQI-9", "CQI-11", "CQI-12")})
    gate = found["special_process"]
    assert (gate.reason, gate.need, gate.offer) == ("cqi_missing", "CQI-12; CQI-11", "CQI-11 2021-05-06")


@pytest.mark.parametrize(
    ("firm", "asked", "passed", "reason"),
    [
        ({"qms": "iatf_16949"}, {}, True, "ok"),
        ({"qms": "iso_9001"}, {}, True, "ok"),
        ({"qms": "documented"}, {}, True, "below_ladder_waivable"),
        ({"qms": "documented"}, {"qms_waivable": False}, False, "qms_below_ladder"),
        ({"qms": "none"}, {}, False, "qms_below_ladder"),
        ({"qms": "none"}, {"qms": "none"}, True, "not_asked"),
        ({"qms": "iso_9001", "qms_valid_to": TODAY}, {"qms_waivable": False}, True, "ok"),
        ({"qms": "iso_9001", "qms_valid_to": date(2026, 3, 1)}, {"qms_waivable": False}, False, "certificate_expired"),
        ({"qms": "iso_9001", "qms_valid_to": date(2026, 3, 1)}, {}, True, "below_ladder_waivable"),
        ({"qms": "iatf_16949", "qms_valid_to": date(2026, 3, 1)}, {"qms": "documented"}, True, "ok"),
        ({"qms": "iso_9001", "qms_stated_on": date(2023, 3, 2)}, {"qms_waivable": False}, True, "ok"),
        (
            {"qms": "iso_9001", "qms_stated_on": date(2023, 3, 1)},
            {"qms_waivable": False},
            False,
            "certificate_undated",
        ),
    ],
)
def test_the_qms_gate(firm: dict[str, Any], asked: dict[str, Any], passed: bool, reason: str) -> None:
    gate = gates({}, asked, **firm)["qms"]
    assert (gate.passed, gate.reason) == (passed, reason)


@pytest.mark.parametrize("state", ["not_listed", "presumed", "disproved", "favourable_ruling"])
def test_only_a_definitive_listing_bars(state: str) -> None:
    assert all(gate.passed for gate in firm_gates(profile(list_69b=state), withdrawn=False))
    found = firm_gates(profile(list_69b="definitive"), withdrawn=True)
    assert [gate.reason for gate in found if not gate.passed] == ["withdrawn", "listed_definitive"]


@given(st.lists(st.text(st.sampled_from('ab ,;"%'), min_size=1, max_size=6).map(str.strip).filter(bool), max_size=4))
def test_what_is_listed_can_be_told_apart_whatever_people_type(values: list[str]) -> None:
    """As a cell of a file is read."""
    assert parts(text.listed(values)) == tuple(values)
