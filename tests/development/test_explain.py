"""`pdp explain selection` on given values."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy import demo
from services.development.explain import explain_selection
from shared.i18n import NotExplainedError

EXAMPLE = json.loads((Path(demo.__file__).parent / "sample" / "explain" / "selection.json").read_text(encoding="utf-8"))


def changed(**call: object) -> dict[str, Any]:
    return EXAMPLE | {"call": EXAMPLE["call"] | call}


def refused(payload: dict[str, Any]) -> NotExplainedError:
    with pytest.raises(NotExplainedError) as caught:
        explain_selection(payload)
    return caught.value


def test_it_gives_every_part_with_the_greedy_cohort_beside_it() -> None:
    """k = 1. 101, 104, 105: areas P04, P09, P12 and anchors A1, A2 = 5, 8600 + 7100 + 7000 = 22700, 300 + 300 + 280 =
    880 thousand. By rank: 101, 102, 104: P04, P09, A1, A2 = 4, 8600 + 8400 + 7100 = 24100.
    """
    told = explain_selection(EXAMPLE)
    assert told["selected"] == ["PDP-000101", "PDP-000104", "PDP-000105"]
    assert told["objective"] == told["bound"] == {"coverage": 5, "potential": 22700}
    assert (told["optimal"], told["cost_mxn"]) == (True, "880000.00")
    assert told["greedy"]["objective"] == {"coverage": 4, "potential": 24100}
    assert {id_[-1]: each["code"].rsplit(".")[-1] for id_, each in told["reasons"].items()} == {
        "1": "loses",
        "2": "budget",
        "3": "override_out",
        "4": "needed",
        "5": "scarce",
        "6": "excluded",
    }


def test_a_firm_that_is_out_is_told_with_how_many_places_it_would_be_in() -> None:
    """Without a budget 102 has the fourth place: nothing else is left."""
    told = explain_selection(changed(budget_mxn=None))["reasons"]["PDP-000102"]
    assert told["params"] == {"places": 4, "capacity": 3}


def test_two_runs_and_another_order_give_the_same_bytes() -> None:
    mixed = EXAMPLE | {"candidates": EXAMPLE["candidates"][::-1]}
    assert json.dumps(explain_selection(EXAMPLE)) == json.dumps(explain_selection(mixed))


def test_one_number_is_the_minimum_of_every_area() -> None:
    why = refused(changed(capacity=2, minimum_per_area=1, minimum_per_state={})).params["why"]
    assert isinstance(why, list)
    assert why[-1]["params"] == {"code": "", "given": "2", "would_do": "3"}


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "field"),
        (changed(capacity=0), "field"),
        (changed(places=3), "field"),
        (EXAMPLE | {"candidates": EXAMPLE["candidates"] * 2}, "twice"),
        (EXAMPLE | {"overrides": [{"id": "nobody", "direction": "in"}]}, "unknown"),
        (EXAMPLE | {"overrides": [{"id": "PDP-000106", "direction": "in"}]}, "excluded_in"),
        (changed(budget_mxn="1.00"), "infeasible"),
    ],
)
def test_what_cannot_be_explained_says_why(payload: dict[str, Any], code: str) -> None:
    assert refused(payload).code == f"explain.selection.{code}"


@pytest.mark.parametrize("payload", [{}, changed(capacity=0), changed(capacity="x"), changed(places=3)])
def test_a_field_that_is_wrong_is_told_by_a_code(payload: dict[str, Any]) -> None:
    problem = refused(payload).params["problem"]
    assert isinstance(problem, dict)
    assert problem["code"].startswith("field.")
