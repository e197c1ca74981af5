import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.explain import explain_rfc, explain_size


def results(explained: dict[str, Any], rule: str) -> list[str]:
    return [step["params"]["result"] for step in explained["steps"] if step["code"] == f"explain.{rule}"]


def caps(explained: dict[str, Any]) -> list[str]:
    codes = [step["code"] for step in explained["steps"]]
    return [code.removeprefix("explain.cap.") for code in codes if code.startswith("explain.cap.")]


def test_a_valid_rfc_with_every_step() -> None:
    explained = explain_rfc({"rfc": "gode 561231-gr8"})
    assert {name: explained[name] for name in ("rfc", "kind", "verdict", "reasons")} == {
        "rfc": "GODE561231GR8",
        "kind": "natural",
        "verdict": "valid",
        "reasons": [],
    }
    assert results(explained, "normalise") == ["GODE561231GR8"]
    assert results(explained, "weighted_sum") == ["1026"]
    assert results(explained, "remainder") == ["3"]
    assert results(explained, "check_digit") == ["8"]
    assert explained["rules"]
    assert "0610100135506" in explained["source"]


@pytest.mark.parametrize(
    ("rfc", "kind", "verdict", "reasons"),
    [
        ("MAB9307148T4", "legal", "valid", []),
        ("VACE460910SX6", "natural", "warning", ["rfc_check_digit"]),
        ("XAXX010101000", "natural", "refused", ["rfc_generic"]),
        ("MAB9302308T4", "legal", "refused", ["rfc_date"]),
        ("nobody", None, "refused", ["rfc_length"]),
    ],
)
def test_each_verdict(rfc: str, kind: str | None, verdict: str, reasons: list[str]) -> None:
    explained = explain_rfc({"rfc": rfc})
    assert (explained["kind"], explained["verdict"], explained["reasons"]) == (kind, verdict, reasons)
    if verdict == "refused":
        assert [step["code"] for step in explained["steps"]][1:-1] == reasons


@pytest.mark.parametrize("payload", [{}, {"rfc": None}, {"rfc": 12}, {"rfc": "x" * 65}])
def test_no_rfc_is_one_clear_sentence(payload: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^explain\.rfc_form$"):
        explain_rfc(payload)


@pytest.mark.parametrize("sales", ["100000000.00", 100_000_000, 100_000_000.0])
def test_a_size_with_every_step(sales: object) -> None:
    explained = explain_size({"sector": "industry", "workers": 51, "annual_sales_mxn": sales})
    assert (explained["score"], explained["stratum"], explained["flags"]) == ("95.10", "medium", [])
    assert results(explained, "workers") == ["5.10"]
    assert results(explained, "sales") == ["90.00"]
    assert results(explained, "score") == ["95.10"]
    assert caps(explained) == ["above", "above", "within"]
    assert explained["rules"] == "dof-2009-06-30"
    assert "DOF" in explained["source"]


def test_a_firm_beyond_every_cap_is_large() -> None:
    explained = explain_size({"sector": "industry", "workers": 251, "annual_sales_mxn": "250000000"})
    assert (explained["score"], explained["stratum"]) == ("250.10", "large")
    assert caps(explained) == ["above", "above", "above"]


def test_flags_are_shown() -> None:
    explained = explain_size({"sector": "industry", "workers": 300, "annual_sales_mxn": "100000000"})
    assert (explained["score"], explained["flags"]) == ("120.00", ["workers_above_range"])


WHOLE = {"sector": "trade", "workers": 5, "annual_sales_mxn": "1000.50"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sector": "industria"}, "explain.sector"),
        ({"sector": None}, "explain.sector"),
        ({"workers": -1}, "workers_range"),
        ({"workers": True}, "workers_range"),
        ({"workers": 5.5}, "workers_range"),
        ({"workers": "five"}, "workers_range"),
        ({"workers": "9" * 5000}, "workers_range"),
        ({"annual_sales_mxn": "-1"}, "annual_sales_range"),
        ({"annual_sales_mxn": "1.005"}, "annual_sales_range"),
        ({"annual_sales_mxn": "NaN"}, "annual_sales_range"),
        ({"annual_sales_mxn": "1e99"}, "annual_sales_range"),
        ({"annual_sales_mxn": "mucho"}, "annual_sales_range"),
        ({"annual_sales_mxn": True}, "annual_sales_range"),
        ({"annual_sales_mxn": None}, "annual_sales_range"),
    ],
)
def test_other_input_is_one_clear_sentence(change: dict[str, Any], code: str) -> None:
    with pytest.raises(ValueError, match=f"^{code}$"):
        explain_size(WHOLE | change)


JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.integers())


@given(JSON, JSON, JSON)
def test_any_json_is_explained_or_refused(sector: object, workers: object, sales: object) -> None:
    with contextlib.suppress(ValueError):
        explain_size({"sector": sector, "workers": workers, "annual_sales_mxn": sales})
    with contextlib.suppress(ValueError):
        explain_rfc({"rfc": sector})
