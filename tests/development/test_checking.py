"""The validator of a call's file: every fault, all at once, in words."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.development import catalogue
from services.development.catalogue import calls, check_call, read_call
from services.development.catalogue.checking import faults

FILE = Path(catalogue.__file__).parent / "call.json"
TABLE: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))

BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"version": "Call 1"}, "version"),
    ({"version": 3}, "version"),
    ({"source": " "}, "text"),
    ({"appeal_days": 0}, "range"),
    ({"appeal_days": True}, "range"),
    ({"note": "x"}, "unknown"),
    ({"conditions": {}}, "parts"),
    ({"conditions": TABLE["conditions"] | {"match_min": 10_001}}, "range"),
    ({"conditions": TABLE["conditions"] | {"bands": []}}, "bands"),
    ({"conditions": TABLE["conditions"] | {"bands": ["B", "B"]}}, "bands"),
    ({"conditions": TABLE["conditions"] | {"bands": ["D"]}}, "bands"),
    ({"conditions": TABLE["conditions"] | {"commitment_min": 5}}, "range"),
    ({"weights": TABLE["weights"] | {"readiness": 31}}, "weights"),
    ({"weights": TABLE["weights"] | {"readiness": -1}}, "range"),
    ({"weights": []}, "parts"),
    ({"limits": TABLE["limits"] | {"capacity": 0}}, "range"),
    ({"limits": TABLE["limits"] | {"k": "2"}}, "range"),
    ({"limits": TABLE["limits"] | {"budget_mxn": 1000}}, "budget"),
    ({"limits": TABLE["limits"] | {"minimum_per_area": {"P01": -1}}}, "range"),
    ({"limits": TABLE["limits"] | {"minimum_per_state": None}}, "range"),
    ({"limits": TABLE["limits"] | {"minimum_per_area": {"P99": 1}}}, "group_unknown"),
    ({"limits": TABLE["limits"] | {"minimum_per_state": {"33": 1}}}, "group_unknown"),
    ({"limits": None}, "parts"),
]


@pytest.mark.parametrize(("changed", "code"), BROKEN)
def test_each_fault_has_its_code(changed: dict[str, Any], code: str) -> None:
    assert [each.code for each in faults(TABLE | changed)] == [f"call.{code}"]


def test_all_faults_are_told_at_once() -> None:
    weights, limits = TABLE["weights"] | {"readiness": 31}, TABLE["limits"] | {"capacity": 0, "k": 0}
    found = faults(TABLE | {"source": "", "appeal_days": 400, "weights": weights, "limits": limits})
    assert [each.params.get("where") for each in found] == [
        "source",
        "appeal_days",
        None,
        "limits.capacity",
        "limits.k",
    ]


def test_what_is_no_object_and_what_lacks_parts() -> None:
    assert [each.code for each in faults([])] == ["call.no_object"]
    assert faults({"version": "x"})[0].params == {"names": "source, conditions, weights, limits, appeal_days"}


def test_a_version_is_one_content_for_ever() -> None:
    assert check_call(TABLE) == ()
    assert check_call(TABLE | {"version": "call-2027-1", "appeal_days": 5}) == ()
    assert [each.code for each in check_call(TABLE | {"appeal_days": 5})] == ["call.version_taken"]


def test_a_file_that_is_not_sound_is_not_read(tmp_path: Path) -> None:
    wrong = tmp_path / "call.json"
    wrong.write_text(json.dumps(TABLE | {"appeal_days": 0}), encoding="utf-8")
    with pytest.raises(ValueError, match=r"call\.range"):
        read_call(wrong)
    assert calls().of(None) is calls().of("call-2026-1") is calls().current
