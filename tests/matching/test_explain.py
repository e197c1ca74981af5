from datetime import date
from typing import Any

import pytest

from services.matching.explain import explain_match
from shared.contracts.matching import Specification
from shared.contracts.offering import Offering
from shared.i18n import NotExplainedError

ASKED: dict[str, Any] = {"area": "P01", "annual_volume": 100_000, "plant_state": "11"}
FLAT: dict[str, Any] = {"area": "P01", "free_capacity": 60_000, "qms": "iso_9001", "state": "22"}


def explained(offering: dict[str, Any], requirement: dict[str, Any], **more: Any) -> dict[str, Any]:
    return explain_match({"offering": offering, "requirement": requirement, **more})


def failed(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(gate["gate"], gate["reason"]) for gate in found["gates"] if not gate["passed"]]


def test_the_score_with_its_reasons() -> None:
    found = explained(FLAT, ASKED)
    assert failed(found) == []
    assert found["score"] == 10_000 - 800 - 500
    assert found["score"] == sum(each["points"] for each in found["criteria"])
    assert found["criteria"][0] == {
        "criterion": "capacity",
        "points": 1200,
        "max": 2000,
        "status": "partial",
        "need": "100000",
        "offer": "60000",
        "reason": "capacity_short",
        "measured": False,
    }
    assert found["rules"] == "match-2026-5"
    assert found["source"]


def test_flat_and_nested_offerings_say_the_same() -> None:
    nested = {"processes": [{"area": "P01", "free_capacity": 60_000}], "qms": "iso_9001", "state": "22"}
    assert explained(nested, ASKED) == explained(FLAT, ASKED)


def test_the_contracts_themselves_are_taken() -> None:
    offering = Offering.model_validate({"processes": [{"area": "P01", "free_capacity": 1}]})
    asked = Specification.model_validate({**ASKED, "title": "x", "open_until": "2026-12-31"})
    found = explained(offering.model_dump(mode="json"), asked.model_dump(mode="json"))
    assert failed(found) == [("qms", "qms_below_ladder")]


def test_when_a_gate_fails_the_score_is_zero_and_the_criteria_are_listed() -> None:
    found = explained(FLAT | {"list_69b": "definitive", "materials": ["zinc"]}, ASKED | {"materials": ["acero"]})
    assert failed(found) == [("list_69b", "listed_definitive"), ("materials", "no_common_material")]
    assert found["score"] == 0
    assert sum(each["max"] for each in found["criteria"]) == 10_000
    assert found["criteria"][0]["points"] == 1200


def test_an_offering_of_another_area() -> None:
    found = explained(FLAT | {"area": "P02"}, ASKED)
    assert failed(found) == [("process", "area_not_offered")]
    assert found["criteria"][0]["status"] == "unknown"


def test_validity_is_judged_on_the_day_that_is_asked() -> None:
    asked = ASKED | {"special_processes": ["CQI-9"], "qms_waivable": False}
    offer = FLAT | {
        "qms_valid_to": "2026-03-02",
        "special_processes": [{"code": "CQI-9", "assessed_on": "2025-03-02"}],
    }
    assert failed(explained(offer, asked, on="2026-03-02")) == []
    assert failed(explained(offer, asked, on=date(2026, 3, 3))) == [
        ("special_process", "cqi_expired"),
        ("qms", "certificate_expired"),
    ]


def test_what_is_left_out_is_not_asked() -> None:
    found = explained({"area": "P01", "free_capacity": 5, "qms": "iso_9001"}, {"area": "P01", "annual_volume": 5})
    assert found["score"] == 10_000


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ([], "payload"),
        ({}, "offering"),
        ({"offering": FLAT}, "requirement"),
        ({"offering": {}, "requirement": ASKED}, "offering.processes.0.area"),
        ({"offering": FLAT, "requirement": {"area": "P01"}}, "requirement.annual_volume"),
        ({"offering": FLAT | {"area": "P99"}, "requirement": ASKED}, "offering.processes.0.area"),
        ({"offering": FLAT | {"free_capacity": "many"}, "requirement": ASKED}, "offering.processes.0.free_capacity"),
        ({"offering": FLAT | {"free_capacity": -1}, "requirement": ASKED}, "offering.processes.0.free_capacity"),
        ({"offering": FLAT | {"qms": "iso"}, "requirement": ASKED}, "offering.qms"),
        ({"offering": FLAT | {"state": "99"}, "requirement": ASKED}, "offering.state"),
        ({"offering": FLAT, "requirement": ASKED | {"annual_volume": 0}}, "requirement.annual_volume"),
        ({"offering": FLAT, "requirement": ASKED, "on": "yesterday"}, "on"),
        ({"offering": FLAT, "requirement": ASKED, "on": "9999-12-31"}, "on"),
        ({"offering": FLAT | {"qms_stated_on": "9999-12-31"}, "requirement": ASKED}, "offering.qms_stated_on"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(payload: Any, field: str) -> None:
    with pytest.raises(NotExplainedError, match=r"^explain\.field$") as refused:
        explain_match(payload)
    assert refused.value.params["field"] == field


def test_what_would_lift_it_is_told_the_best_first() -> None:
    found = explained(FLAT, ASKED | {"force_t": 400})
    assert [(each["attribute"], each["kind"], each["after"] - each["before"]) for each in found["lifts"]] == [
        ("force", "state", 1_500),
        ("capacity", "change", 800),
    ]
    assert [step["code"] for step in found["steps"][-2:]] == ["explain.lift.state", "explain.lift.change"]


@pytest.mark.parametrize(("on", "step"), [("2026-03-02", "explain.measured"), ("2026-03-03", "explain.measured.past")])
def test_both_figures_are_explained(on: str, step: str) -> None:
    given = {"ppm": 60, "otif_bp": 9_000, "anchors": 2, "months": 5, "until": "2026-03-02"}
    offering = {"area": "P01", "free_capacity": 1, "qms": "iso_9001", "ppm_12m": 40, "measured": given}
    asked = {"area": "P01", "annual_volume": 1, "ppm_max": 50}
    found = explain_match({"offering": offering, "requirement": asked, "on": on})
    counts = step == "explain.measured"
    assert found["score"] == (9_500 if counts else 10_000)
    assert next(each["measured"] for each in found["criteria"] if each["criterion"] == "quality_kpis") is counts
    [said] = [each["params"] for each in found["steps"] if each["code"] == step]
    worst = {"ppm": 90_000, "ppm_in": "2026-01", "otif_bp": 2_500, "otif_in": "2025-12"}
    beside = explain_match(
        {"offering": offering | {"measured": given | {"worst": worst}}, "requirement": asked, "on": on}
    )
    [terrible] = [each["params"] for each in beside["steps"] if each["code"] == "explain.measured.worst"]
    assert terrible == {"ppm": 90_000, "ppm_in": "2026-01", "otif": "25.00 %", "otif_in": "2025-12"}
    assert beside["score"] == found["score"], "no rule reads it"
    assert (said["ppm"], said["stated_ppm"], said["otif"], said["stated_otif"]) == (60, "40", "90.00 %", "—")


def test_a_person_reads_names_and_grouped_figures() -> None:
    steps = explained(FLAT, ASKED | {"annual_volume": 1_200_000})["steps"]
    told = {one["params"]["criterion"]["code"]: one["params"] for one in steps if one["code"] == "explain.criterion"}
    capacity, location = told["criterion.capacity"], told["criterion.location"]
    assert (capacity["need"], capacity["offer"]) == ("1,200,000", "60,000")
    assert (location["need"], location["offer"]) == ("Guanajuato", "Querétaro")
