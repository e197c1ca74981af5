from typing import Any

import pytest

from services.registration.domain.limits import PartLimits, SupplyTerms, faults


@pytest.mark.parametrize(
    ("parts", "supply", "found"),
    [
        ({"weight_g": (0, 0), "salt_spray_h": 0}, {"ppap_level": 1, "shifts": 4, "oee_bp": 10_000}, []),
        ({"weight_g": (2, 1)}, {}, [("parts.weight_g", "interval_backwards")]),
        ({"diameter_um": (-1, 1)}, {}, [("parts.diameter_um", "measure_range")]),
        ({"thickness_um": (1, 2**31)}, {}, [("parts.thickness_um", "measure_range")]),
        ({"surface_ra_nm": -1}, {}, [("parts.surface_ra_nm", "measure_range")]),
        ({}, {"ppap_level": 0}, [("supply.ppap_level", "number_range")]),
        ({}, {"ppap_level": 6}, [("supply.ppap_level", "number_range")]),
        ({}, {"shifts": 5}, [("supply.shifts", "number_range")]),
        ({}, {"oee_bp": 10_001}, [("supply.oee_bp", "number_range")]),
        ({}, {"sample_days": 2**31}, [("supply.sample_days", "measure_range")]),
        ({}, {"deliveries": ("fca", "fca")}, [("supply.deliveries", "repeated")]),
    ],
)
def test_limits(parts: dict[str, Any], supply: dict[str, Any], found: list[tuple[str, str]]) -> None:
    given = faults(PartLimits(**parts), SupplyTerms(**supply), "processes.0")
    assert [(each.field.removeprefix("processes.0."), each.reason) for each in given] == found


def test_what_is_not_stated_has_no_fault() -> None:
    assert [*faults(None, None, "processes.0")] == []
