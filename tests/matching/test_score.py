from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.reasons import CriterionName
from services.matching.domain.score import Criterion, Score, score
from tests.matching.given import RULES, TODAY, need, process, profile

FIRM = {"state", "qms", "qms_valid_to", "ppm_12m", "otif_bp_12m", "regional_value_bp"}


def scored(offer: dict[str, Any], asked: dict[str, Any]) -> Score:
    firm = {name: value for name, value in offer.items() if name in FIRM}
    line = {name: value for name, value in offer.items() if name not in FIRM}
    return score(profile(**firm), process(**line), need(**asked), RULES, TODAY)


def criterion(name: str, offer: dict[str, Any], asked: dict[str, Any]) -> Criterion:
    return next(each for each in scored(offer, asked).criteria if each.criterion == name)


def test_there_are_eight_criteria_that_sum_to_ten_thousand() -> None:
    criteria = scored({}, {}).criteria
    assert {each.criterion: each.max for each in criteria} == {
        "capacity": 2000,
        "envelope_force": 1500,
        "tolerance": 1500,
        "qms": 1500,
        "lead_time": 1000,
        "location": 1000,
        "quality_kpis": 1000,
        "origin": 500,
    }
    assert sum(each.max for each in criteria) == 10_000


def test_free_60000_of_100000_pieces_gives_1200_of_2000() -> None:
    found = criterion("capacity", {"free_capacity": 60_000}, {"annual_volume": 100_000})
    assert found == Criterion("capacity", 1200, 2000, "partial", "100000", "60000", "capacity_short")


def test_no_criterion_gives_points_for_what_nobody_knows() -> None:
    """Each criterion of a firm that states nothing, against a requirement that asks for everything."""
    figures = {"ppm_max": 50, "otif_bp_min": 9_500, "regional_value_bp_min": 7_500}
    asked = {"force_t": 400, "tolerance_um": 20, "lead_time_days": 30, **figures}
    criteria = scored({"state": None, "qms": "none", "free_capacity": None}, asked).criteria
    held = {"qms": "fails"}  # a certificate that is not shown is not held
    expected = {name: (held.get(name, "unknown"), 0) for name in get_args(CriterionName)}
    assert {each.criterion: (each.status, each.points) for each in criteria} == expected


@pytest.mark.parametrize(
    ("name", "offer", "asked", "points", "status", "reason"),
    [
        ("capacity", {"free_capacity": 100_000}, {}, 2000, "ok", "met"),
        ("capacity", {"free_capacity": 99_999}, {}, 1999, "partial", "capacity_short"),
        ("capacity", {"free_capacity": 0}, {}, 0, "fails", "no_free_capacity"),
        ("capacity", {"free_capacity": 1}, {}, 0, "fails", "capacity_short"),
        ("capacity", {"free_capacity": None}, {}, 0, "unknown", "not_stated"),
        ("envelope_force", {}, {}, 1500, "ok", "not_asked"),
        ("envelope_force", {"force_t": 400}, {"force_t": 400}, 1500, "ok", "met"),
        ("envelope_force", {"force_t": 399}, {"force_t": 400}, 0, "fails", "force_too_low"),
        ("envelope_force", {}, {"force_t": 400}, 0, "unknown", "not_stated"),
        ("envelope_force", {"force_t": 400}, {"force_t": 400, "envelope_mm": (1, 1, 1)}, 0, "unknown", "not_stated"),
        ("envelope_force", {"envelope_mm": (9, 9, 9)}, {"envelope_mm": (9, 9, 9)}, 1500, "ok", "met"),
        ("envelope_force", {"envelope_mm": (9, 9, 9)}, {"envelope_mm": (9, 9, 10)}, 0, "fails", "part_too_large"),
        ("tolerance", {}, {}, 1500, "ok", "not_asked"),
        ("tolerance", {"tolerance_um": 20}, {"tolerance_um": 20}, 1500, "ok", "met"),
        ("tolerance", {"tolerance_um": 21}, {"tolerance_um": 20}, 0, "fails", "tolerance_too_wide"),
        ("tolerance", {}, {"tolerance_um": 20}, 0, "unknown", "not_stated"),
        ("qms", {"qms": "iso_9001"}, {"qms": "iso_9001"}, 1500, "ok", "met"),
        ("qms", {"qms": "iatf_16949"}, {"qms": "iso_9001"}, 1500, "ok", "met"),
        ("qms", {"qms": "iso_9001"}, {"qms": "iatf_16949"}, 1000, "partial", "qms_below_ladder"),
        ("qms", {"qms": "documented"}, {"qms": "iatf_16949"}, 500, "partial", "qms_below_ladder"),
        ("qms", {"qms": "documented"}, {"qms": "iso_9001"}, 750, "partial", "qms_below_ladder"),
        ("qms", {"qms": "none"}, {"qms": "iso_9001"}, 0, "fails", "qms_below_ladder"),
        ("qms", {"qms": "none"}, {"qms": "none"}, 1500, "ok", "not_asked"),
        ("qms", {"qms": "iso_9001", "qms_valid_to": date(2026, 3, 1)}, {}, 750, "partial", "certificate_expired"),
        ("lead_time", {}, {}, 1000, "ok", "not_asked"),
        ("lead_time", {"lead_time_days": 30}, {"lead_time_days": 30}, 1000, "ok", "met"),
        ("lead_time", {"lead_time_days": 31}, {"lead_time_days": 30}, 0, "fails", "lead_time_too_long"),
        ("lead_time", {}, {"lead_time_days": 30}, 0, "unknown", "not_stated"),
        ("location", {"state": "11"}, {"plant_state": "11"}, 1000, "ok", "met"),
        ("location", {"state": "22"}, {"plant_state": "11"}, 500, "partial", "neighbouring_state"),
        ("location", {"state": "19"}, {"plant_state": "11"}, 0, "fails", "another_region"),
        ("location", {"state": None}, {"plant_state": "11"}, 0, "unknown", "not_stated"),
        ("location", {"state": "11"}, {"plant_state": None}, 1000, "ok", "not_asked"),
        ("origin", {}, {}, 500, "ok", "not_asked"),
        ("origin", {"regional_value_bp": 7500}, {"regional_value_bp_min": 7500}, 500, "ok", "met"),
        ("origin", {"regional_value_bp": 7499}, {"regional_value_bp_min": 7500}, 0, "fails", "regional_value_too_low"),
        ("origin", {}, {"regional_value_bp_min": 7500}, 0, "unknown", "not_stated"),
    ],
)
def test_each_criterion(
    name: str, offer: dict[str, Any], asked: dict[str, Any], points: int, status: str, reason: str
) -> None:
    found = criterion(name, offer, asked)
    assert (found.points, found.status, found.reason) == (points, status, reason)


@pytest.mark.parametrize(
    ("offer", "points", "status", "reason"),
    [
        ({"ppm_12m": 50, "otif_bp_12m": 9500}, 1000, "ok", "met"),
        ({"ppm_12m": 51, "otif_bp_12m": 9500}, 500, "partial", "ppm_too_high"),
        ({"ppm_12m": 50, "otif_bp_12m": 9499}, 500, "partial", "otif_too_low"),
        ({"ppm_12m": 51, "otif_bp_12m": 9499}, 0, "fails", "ppm_and_otif_short"),
        ({"ppm_12m": 50}, 500, "partial", "otif_not_stated"),
        ({"otif_bp_12m": 9500}, 500, "partial", "ppm_not_stated"),
        ({"ppm_12m": 51}, 0, "fails", "ppm_too_high"),
        ({"otif_bp_12m": 9499}, 0, "fails", "otif_too_low"),
        ({}, 0, "unknown", "not_stated"),
    ],
)
def test_the_quality_kpis_are_two_halves(offer: dict[str, Any], points: int, status: str, reason: str) -> None:
    found = criterion("quality_kpis", offer, {"ppm_max": 50, "otif_bp_min": 9500})
    assert (found.points, found.status, found.reason, found.need) == (points, status, reason, "50 ppm, 95.00 %")


def test_quality_kpis_that_nobody_asks() -> None:
    assert criterion("quality_kpis", {}, {}).reason == "not_asked"
    assert criterion("quality_kpis", {"ppm_12m": 10}, {"ppm_max": 50}).reason == "met"


measures = st.none() | st.integers(0, 300)
shares = st.none() | st.integers(0, 10_000)
sides = st.none() | st.tuples(*[st.integers(1, 20)] * 3)
rungs = st.sampled_from(["none", "documented", "iso_9001", "iatf_16949"])
offers = st.fixed_dictionaries(
    {
        "free_capacity": measures,
        "force_t": measures,
        "envelope_mm": sides,
        "tolerance_um": measures,
        "lead_time_days": measures,
        "state": st.sampled_from([None, "11", "22", "19"]),
        "qms": rungs,
        "ppm_12m": measures,
        "otif_bp_12m": shares,
        "regional_value_bp": shares,
    }
)
needs = st.fixed_dictionaries(
    {
        "annual_volume": st.integers(1, 300),
        "force_t": measures,
        "envelope_mm": sides,
        "tolerance_um": measures,
        "lead_time_days": measures,
        "plant_state": st.sampled_from([None, "11", "22"]),
        "qms": rungs,
        "ppm_max": measures,
        "otif_bp_min": shares,
        "regional_value_bp_min": shares,
    }
)


@given(offers, needs)
def test_status_and_points_say_the_same(offer: dict[str, Any], asked: dict[str, Any]) -> None:
    found = scored(offer, asked)
    for each in found.criteria:
        assert (each.status == "ok") == (each.points == each.max)
        assert (each.status == "partial") == (0 < each.points < each.max)
        assert each.reason != "met" or each.status == "ok"
    assert 0 <= found.points == sum(each.points for each in found.criteria) <= 10_000


@given(offers, needs, st.integers(1, 1000))
def test_more_free_capacity_never_scores_less(offer: dict[str, Any], asked: dict[str, Any], more: int) -> None:
    free = offer["free_capacity"] or 0
    assert scored(offer | {"free_capacity": free + more}, asked).points >= scored(offer, asked).points
