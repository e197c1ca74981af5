"""What cannot be meant of what is asked, refused with words."""

from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest

from services.matching.domain.asked import asks, bars
from services.matching.domain.reasons import Waivable
from services.matching.domain.requirement import YearVolume
from services.matching.domain.waiver import WAIVABLE
from services.matching.handlers import requirements as handlers
from services.matching.handlers import waivers
from services.matching.views.requirements import AskedSpecification, Delivery, Program, Standard
from shared.messaging.decision import Decision, Refused
from tests.matching.given import NOW, an_id, anchor, need, requirement
from tests.matching.test_files import EXPECTED
from tests.matching.test_waivers import waiver

ID = an_id("requirement")


@pytest.mark.parametrize(
    ("asked", "code", "at"),
    [
        ({"tolerance_must": True}, "tolerance_missing", "tolerance_must"),
        ({"tolerance_um": 5, "tolerance_must": True, "wishes": ("tolerance",)}, "tolerance_wished", "wishes"),
        ({"wishes": ("force",)}, "wish_not_asked", "wishes"),
        ({"qms": "none", "wishes": ("qms",)}, "wish_not_asked", "wishes"),
        ({"production_start": date(2025, 12, 31)}, "start_past", "production_start"),
        ({"ramp": (YearVolume(2025, 1), YearVolume(2026, 1))}, "ramp_past", "ramp"),
    ],
)
def test_what_cannot_be_meant_is_refused(asked: dict[str, Any], code: str, at: str) -> None:
    published = handlers.publish(ID, anchor(), need(**asked), NOW)
    assert isinstance(published, Refused)
    assert (published.kind, published.code, published.at) == ("invalid", code, f"specification.{at}")
    changed = handlers.change(requirement(title="Otra"), need(**asked), NOW)
    assert isinstance(changed, Refused)
    assert (changed.code, changed.at) == (code, at)


def test_what_can_be_meant_is_taken() -> None:
    """A tolerance that is only scored may be called a wish; years that were asked in time may be over."""
    for asked in (
        {"tolerance_um": 5, "wishes": ("tolerance",)},
        {"production_start": date(2026, 1, 1), "ramp": (YearVolume(2026, 1),)},
    ):
        assert isinstance(handlers.publish(ID, anchor(), need(**asked), NOW), Decision)
    old: dict[str, Any] = {"production_start": date(2024, 5, 1), "ramp": (YearVolume(2024, 9), YearVolume(2027, 9))}
    later = old | {"ramp": (YearVolume(2024, 8), YearVolume(2028, 9))}
    assert isinstance(handlers.change(requirement(**old), need(**later), NOW), Decision)


def test_each_gate_is_known_by_what_is_asked_of_it() -> None:
    bare = need(qms="none", materials=(), annual_volume=1)
    full = replace(EXPECTED, salt_spray_h_min=1)
    for gate in WAIVABLE:
        assert not asks(bare, gate)
        assert asks(full, gate)
        assert bars(full, gate)


def test_a_gate_that_is_not_asked_is_not_waived() -> None:
    cases: tuple[tuple[dict[str, Any], Waivable], ...] = (
        ({}, "force"),
        ({"tolerance_um": 5}, "tolerance"),
        ({"qms": "none"}, "qms"),
    )
    for asked, gate in cases:
        refusal = waivers.waive(requirement(**asked), waiver(gate), NOW)
        assert isinstance(refusal, Refused)
        assert (refusal.code, refusal.params) == ("gate_not_asked", {"gate": gate})
    assert isinstance(waivers.waive(requirement(force_t=1), waiver("force"), NOW), Decision)


def test_what_is_said_twice_is_said_once() -> None:
    twice = {
        "deliveries": get_args(Delivery)[:2] * 2,
        "certificates": get_args(Standard)[:2] * 2,
        "programs": (get_args(Program)[0],) * 2,
        "special_processes": ("CQI-9", "CQI-9"),
    }
    least = {"area": "P01", "title": "x", "annual_volume": 1, "plant_state": "01", "open_until": date(2029, 1, 1)}
    found = AskedSpecification.model_validate(least | twice).specification()
    for name, given in twice.items():
        assert getattr(found, name) == tuple(dict.fromkeys(given))


def test_a_distance_from_nowhere_is_told_beside_other_faults() -> None:
    place = {"plant_latitude_e6": 20_588_800, "plant_longitude_e6": -100_389_900}
    told: list[Any] = [("distance_km_max", "fields.distance", {})]
    assert [*AskedSpecification.broken({"distance_km_max": 120}, [])] == told
    assert [*AskedSpecification.broken({**place}, [("specification", "area")])] == told
    assert [*AskedSpecification.broken({**place, "distance_km_max": 120}, [])] == []
    assert [*AskedSpecification.broken({"distance_km_max": 120}, [("plant_latitude_e6",)])] == []
