"""What anchors ask of a firm's record: each case on both sides of its limit, and what is not stated."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.alignment import hit
from services.matching.domain.distance import DEGREE_M, MICRO, reach, shown, square
from services.matching.domain.gate import Gate
from services.matching.domain.lifting import lifts
from services.matching.domain.offering import Profile
from services.matching.domain.record import Certificate, PartLimits, Plant, Record, SupplyTerms, TradeProgram
from services.matching.domain.record_gates import record_gates
from services.matching.domain.rematch import Offering
from services.matching.domain.waiver import WAIVABLE
from services.matching.explain import explain_match
from services.matching.handlers import published
from services.matching.store.judging import UNKNOWN, bits_of
from services.matching.views.judged import JudgedOffering
from shared.contracts.matching import MatchFound, OfferingAligned
from tests.matching.given import RULES, SUPPLIER, TODAY, again, diagnosed, need, process, profile, requirement

SMALLINT = 2**15 - 1
YESTERDAY = TODAY - timedelta(days=1)
HERE = {"plant_latitude_e6": 20_000_000, "plant_longitude_e6": -100_000_000}
PARTS = PartLimits(weight_g=(10, 20), thickness_um=(1, 5), diameter_um=(3, 9), surface_ra_nm=800, salt_spray_h=240)
TERMS = SupplyTerms(minimum_order=500, ppap_level=3, apqp=True, design="co_design", deliveries=("fca",), edi=False)
SHOWN = Record(
    plants=(Plant(state="11", latitude_e6=20_500_000, longitude_e6=-100_000_000),),
    certificates=(Certificate(standard="iso_14001", body="C", valid_to=TODAY),),
    languages=("en", "es"),
    programs=(TradeProgram(program="immex"), TradeProgram(program="oea", valid_to=YESTERDAY)),
)
FIRM = profile(process(parts=PARTS, supply=TERMS, tolerance_um=50), record=SHOWN)
SILENT = profile(process())


def judged(firm: Profile, **asked: Any) -> list[Gate]:
    return list(record_gates(firm, firm.processes[0], need(**asked), TODAY))


def came_out(firm: Profile, **asked: Any) -> tuple[str, str]:
    (gate,) = judged(firm, **asked)
    return gate.status, gate.reason


@pytest.mark.parametrize(
    ("gate", "met", "short", "reason"),
    [
        ("tolerance", {"tolerance_um": 50}, {"tolerance_um": 49}, "tolerance_too_wide"),
        ("part_limits", {"part_weight_g": 20}, {"part_weight_g": 21}, "weight_out_of_range"),
        ("part_limits", {"part_thickness_um": 1}, {"part_thickness_um": 6}, "thickness_out_of_range"),
        ("part_limits", {"part_diameter_um": 3}, {"part_diameter_um": 2}, "diameter_out_of_range"),
        ("part_limits", {"surface_ra_nm_max": 800}, {"surface_ra_nm_max": 799}, "surface_too_rough"),
        ("part_limits", {"salt_spray_h_min": 240}, {"salt_spray_h_min": 241}, "salt_spray_too_short"),
        ("minimum_order", {"minimum_order_max": 500}, {"minimum_order_max": 499}, "minimum_order_too_high"),
        ("ppap", {"ppap_level_min": 3, "apqp": True}, {"ppap_level_min": 4, "apqp": True}, "ppap_too_low"),
        ("design", {"design_min": "co_design"}, {"design_min": "full"}, "design_too_little"),
        ("delivery", {"deliveries": ("jit", "fca")}, {"deliveries": ("jit",)}, "no_common_delivery"),
        ("delivery", {"deliveries": ("fca",)}, {"edi": True}, "no_edi"),
        ("programs", {"programs": ("immex",)}, {"programs": ("immex", "oea")}, "program_expired"),
        ("programs", {"programs": ("immex",)}, {"programs": ("c_tpat", "oea")}, "program_missing"),
        ("languages", {"languages": ("en",)}, {"languages": ("en", "de")}, "language_missing"),
        ("distance", {"distance_km_max": 56} | HERE, {"distance_km_max": 55} | HERE, "too_far"),
    ],
)
def test_each_is_met_at_its_limit_and_short_beyond_it(
    gate: str, met: dict[str, Any], short: dict[str, Any], reason: str
) -> None:
    must = {"tolerance_must": True} if gate == "tolerance" else {}
    assert came_out(FIRM, **met, **must) == ("met", "ok")
    assert came_out(FIRM, **short, **must) == ("not_met", reason)
    assert came_out(SILENT, **short, **must) == ("unknown", "not_stated")
    assert [each.gate for each in judged(FIRM, **short, **must)] == [gate]


def test_a_certificate_that_is_not_shown_is_not_held() -> None:
    assert came_out(FIRM, certificates=("iso_14001",)) == ("met", "ok")
    assert came_out(FIRM, certificates=("iso_14001", "tisax")) == ("not_met", "certificate_missing")
    assert came_out(SILENT, certificates=("iso_14001",)) == ("not_met", "certificate_missing")
    tomorrow = TODAY + timedelta(days=1)
    (gate,) = record_gates(FIRM, FIRM.processes[0], need(certificates=("iso_14001",)), tomorrow)
    assert (gate.reason, gate.offer) == ("certificate_expired", f"iso_14001 {TODAY}")
    assert FIRM.next_expiry(TODAY, 12, 36) == TODAY


def test_what_is_not_asked_is_no_gate_and_a_tolerance_alone_is_only_scored() -> None:
    assert judged(SILENT, tolerance_um=1) == judged(SILENT) == []
    assert hit(FIRM, need(tolerance_um=49), RULES, TODAY) is not None
    assert hit(FIRM, need(tolerance_um=49, tolerance_must=True), RULES, TODAY) is None


def test_while_a_plant_has_no_place_none_is_known_to_be_too_far() -> None:
    far = Plant(state="31", latitude_e6=21_000_000, longitude_e6=-89_600_000)
    asked = HERE | {"distance_km_max": 100}
    firm = replace(FIRM, record=Record(plants=(far,)))
    (gate,) = judged(firm, **asked)
    assert (gate.status, gate.need, gate.offer) == ("not_met", "100 km", "1100 km")
    somewhere = replace(firm, record=Record(plants=(far, Plant(state="11"))))
    assert came_out(somewhere, **asked) == ("unknown", "not_stated")
    near = replace(firm, record=Record(plants=(far, *SHOWN.plants)))
    assert came_out(near, **asked) == ("met", "ok")
    assert judged(firm, distance_km_max=100) == []


def test_distances_are_as_on_a_sphere_within_two_percent() -> None:
    mexico_city, puebla, queretaro = (19_432_600, -99_133_200), (19_041_300, -98_206_200), (20_588_800, -100_389_900)
    for one, other, km in ((mexico_city, puebla, 106.6), (mexico_city, queretaro, 183.3)):
        assert abs(square(one, other) ** 0.5 * DEGREE_M / MICRO / 1_000 - km) < km * 0.02
        assert square(one, other) <= reach(int(km * 1.02)) ** 2
    assert shown(reach(103) ** 2) == "110 km"


def test_a_wish_or_a_waiver_bars_nobody_and_what_is_unknown_is_confirmed() -> None:
    asked = need(languages=("de",), minimum_order_max=1)
    assert hit(FIRM, asked, RULES, TODAY) is None
    assert hit(FIRM, replace(asked, wishes=("languages", "minimum_order")), RULES, TODAY) is not None
    assert hit(FIRM, replace(asked, wishes=("languages",), waived=("minimum_order",)), RULES, TODAY) is not None
    found = hit(SILENT, asked, RULES, TODAY)
    assert found is not None
    assert found.unknown == ("minimum_order", "languages")


def test_bits_fit_into_their_columns_and_none_was_moved() -> None:
    assert bits_of(WAIVABLE) == SMALLINT
    assert WAIVABLE[:5] == ("materials", "envelope", "force", "special_process", "qms")
    assert 2 ** len(UNKNOWN) - 1 <= SMALLINT
    assert UNKNOWN[:4] == ("list_69b", "materials", "envelope", "force")


SHORT: dict[str, dict[str, Any]] = {
    "part_limits": {"part_weight_g": 99, "salt_spray_h_min": 999},
    "minimum_order": {"minimum_order_max": 1},
    "ppap": {"ppap_level_min": 5},
    "design": {"design_min": "full"},
    "delivery": {"deliveries": ("jit",), "edi": True},
    "certificates": {"certificates": ("tisax",)},
    "programs": {"programs": ("oea", "c_tpat")},
    "languages": {"languages": ("de",)},
}


@given(st.sampled_from(sorted(SHORT)))
def test_one_change_opens_what_is_short(gate: str) -> None:
    (lift,) = lifts(FIRM, need(**SHORT[gate]), RULES, TODAY)
    assert (lift.change.attribute, lift.change.kind, lift.opens) == (gate, "change", True)


def test_it_is_explained_in_words() -> None:
    offering = {"processes": [{"area": "P01", "free_capacity": 1, "supply": {"minimum_order": 9}}], "qms": "iso_9001"}
    asked = {"area": "P01", "annual_volume": 1, "minimum_order_max": 5, "languages": ["en"]}
    found = explain_match({"offering": offering | {"languages": ["es"]}, "requirement": asked, "on": "2026-03-02"})
    gates = {each["gate"]: (each["status"], each["reason"], each["need"], each["offer"]) for each in found["gates"]}
    assert gates["minimum_order"] == ("not_met", "minimum_order_too_high", "5", "9")
    assert gates["languages"] == ("not_met", "language_missing", "en", "es")
    assert "distance" not in gates


def test_an_event_tells_the_first_four_unknown_gates_and_the_others_beside_them() -> None:
    asked = requirement(languages=("en",), minimum_order_max=1, ppap_level_min=1, design_min="full", edi=True)
    found = again(Offering(SUPPLIER, profile=SILENT, diagnosis=diagnosed()), asked)
    event = published.match_event(found.offering, found.changes[0])
    assert isinstance(event, MatchFound)
    assert event.unknown == ("minimum_order", "ppap", "design", "delivery")
    assert (event.more_unknown, found.offering.matches[0].unknown[4:]) == (("languages",), ("languages",))
    told = published.alignment_event(SUPPLIER, found.alignment[0], 1, RULES.version)
    assert isinstance(told, OfferingAligned)
    assert told.requirements[0].unknown == event.unknown


def test_a_record_that_was_judged_is_explained_as_it_was() -> None:
    asked = need(certificates=("iso_14001",), programs=("immex",), languages=("es",), distance_km_max=60, **HERE)
    offering = JudgedOffering.of_profile(FIRM).model_dump(mode="json")
    found = explain_match({"offering": offering, "requirement": published.told(asked).model_dump(), "on": str(TODAY)})
    gates = {each["gate"]: each["status"] for each in found["gates"]}
    assert [gates[name] for name in ("certificates", "programs", "languages", "distance")] == ["met"] * 4
