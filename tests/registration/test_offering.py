from datetime import date, timedelta
from typing import Any

import pytest

from services.registration.domain.offering import Offering, SpecialProcess, faults
from shared.areas import CODES
from tests.registration.given import TODAY, process


def reasons(offering: Offering) -> list[tuple[str, str]]:
    return [(fault.field, fault.reason) for fault in faults(offering, TODAY)]


def test_a_whole_offering_has_no_fault() -> None:
    offered = process(
        materials=("acero 1045", "aluminio 6061"),
        force_t=250,
        envelope_mm=(800, 500, 300),
        tolerance_um=10,
        installed_capacity=1_000_000,
        free_capacity=1_000_000,
        lead_time_days=0,
        special_processes=(SpecialProcess(code="CQI-9", assessed_on=TODAY),),
    )
    offering = Offering(processes=(offered,), ppm_12m=1_000_000, otif_bp_12m=10_000, regional_value_bp=0)
    assert reasons(offering) == []


def test_somebody_who_offers_nothing_cannot_supply() -> None:
    assert reasons(Offering(processes=())) == [("processes", "processes_missing")]


def test_each_area_is_described_once() -> None:
    every = tuple(process(area) for area in sorted(CODES))
    assert reasons(Offering(processes=every)) == []
    assert reasons(Offering(processes=(process("P01"), process("P01")))) == [("processes.1.area", "area_repeated")]
    assert reasons(Offering(processes=(*every, process("P01")))) == [("processes", "processes_too_many")]


@pytest.mark.parametrize(
    ("more", "field", "reason"),
    [
        ({"area": "P36"}, "area", "area_unknown"),
        ({"area": "P00"}, "area", "area_unknown"),
        ({"materials": ("",)}, "materials", "materials_form"),
        ({"materials": ("a\x00",)}, "materials", "materials_form"),
        ({"materials": tuple("abcdefghijklmnopqrstu")}, "materials", "materials_form"),
        ({"force_t": -1}, "force_t", "measure_range"),
        ({"tolerance_um": 2**40}, "tolerance_um", "measure_range"),
        ({"lead_time_days": -1}, "lead_time_days", "measure_range"),
        ({"envelope_mm": (10, 0, 10)}, "envelope_mm", "measure_range"),
        ({"installed_capacity": 10, "free_capacity": 11}, "free_capacity", "free_above_installed"),
        (
            {"special_processes": (SpecialProcess(code="CQI9", assessed_on=TODAY),)},
            "special_processes",
            "special_process_form",
        ),
        (
            {"special_processes": (SpecialProcess(code="CQI-9", assessed_on=TODAY),) * 2},
            "special_processes",
            "special_process_form",
        ),
        (
            {"special_processes": (SpecialProcess(code="CQI-9", assessed_on=TODAY + timedelta(days=1)),)},
            "special_processes",
            "special_process_in_future",
        ),
    ],
)
def test_a_process_that_breaks_a_rule(more: dict[str, Any], field: str, reason: str) -> None:
    assert reasons(Offering(processes=(process(**{"area": "P14"} | more),))) == [(f"processes.0.{field}", reason)]


@pytest.mark.parametrize("more", [{"ppm_12m": 1_000_001}, {"otif_bp_12m": 10_001}, {"regional_value_bp": -1}])
def test_a_share_is_a_part_of_the_whole(more: dict[str, Any]) -> None:
    ((field, reason),) = reasons(Offering(processes=(process(),), **more))
    assert (field, reason) == (next(iter(more)), "share_range")


def test_an_old_certificate_is_no_fault_but_matchings_to_judge() -> None:
    assert reasons(Offering(processes=(process(),), qms="iso_9001", qms_valid_to=date(2020, 1, 1))) == []
