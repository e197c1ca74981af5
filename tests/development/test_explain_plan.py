"""`pdp explain plan` on given values."""

from typing import Any

import pytest

from services.development.explain import explain_plan
from shared.i18n import NotExplainedError

PLAN = {
    "gaps": [{"question": code} for code in ("T04", "T02", "T05", "T08", "T09")],
    "finance": {"share": 4_999, "tax_level": 3},
    "calendar": {"starts_on": "2027-01-13", "hours_per_week": {"training": 16, "mentoring": 8, "consultancy": 24}},
}


def test_a_plan_is_explained_with_its_order_its_cost_and_its_weeks() -> None:
    told = explain_plan(PLAN)
    plan = told["plans"]["plan"]
    assert plan["modules"] == ["M02", "M04", "M06", "M05", "M03", "M20"]
    assert (plan["hours"], plan["cost_from_mxn"], plan["cost_to_mxn"]) == (160, "195000.00", "455000.00")
    steps = [(each["code"], each["params"].get("module"), each["params"].get("before")) for each in told["steps"]]
    assert ("explain.plan.after", "M03", "M02, M04, M06, M05") in steps
    assert ("explain.plan.finance", "M20", None) in steps
    starts = {each["module"]: each["sessions"][0]["week"] for each in told["calendar"]["courses"]}
    assert starts["M02"] == "2027-01-11"
    assert starts["M06"] < starts["M05"] < starts["M03"]
    bankable = explain_plan(PLAN | {"finance": {}, "calendar": None})
    assert (bankable["plans"]["plan"]["modules"][-1], bankable["calendar"]) == ("M03", None)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({}, "explain.plan.nothing"),
        ({"gaps": [{"question": "T4"}]}, "explain.plan.field"),
        ({"gaps": [{"question": "T04"}, {"question": "T04"}]}, "explain.plan.gaps"),
        ({"firms": [{"id": "A", "gaps": []}, {"id": "A", "gaps": []}]}, "explain.plan.twice"),
        (PLAN | {"calendar": {"starts_on": "mañana", "hours_per_week": {}}}, "explain.plan.field"),
    ],
)
def test_a_plan_that_cannot_be_explained_says_what_is_wrong(payload: dict[str, Any], code: str) -> None:
    with pytest.raises(NotExplainedError) as caught:
        explain_plan(payload)
    assert caught.value.code == code


def test_what_fits_into_no_week_is_said() -> None:
    told = explain_plan(PLAN | {"calendar": {"starts_on": "2027-01-13", "hours_per_week": {"training": 16}}})
    assert {(each["module"], each["reason"]) for each in told["calendar"]["unplaced"]} == {
        ("M06", "session_too_long"),
        ("M20", "session_too_long"),
        ("M05", "waits_for_another"),
        ("M03", "waits_for_another"),
    }
