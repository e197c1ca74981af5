"""The limits of a cohort in forms: numbers, and minimums of groups by their names."""

import pytest

from shared.contracts.registration import AnchorJoined
from tests.portal import scripted
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import example
from tests.portal.forms import forms, last_sent
from tests.portal.test_cohorts import AT, COHORT, PAGE, operator, ranked, show

__all__ = ["operator"]

NAMED = {"named.0.group": "area:P01", "named.0.least": "2", "named.1.group": "area:P09", "named.1.least": "1"}


async def test_a_cohort_is_opened_with_minimums_of_groups_by_name(portal: Visitors, operator: Browser) -> None:
    anchor = example(AnchorJoined)
    await portal.stage.consume(anchor)
    page = (await operator.get("/cohorts")).text
    for told in ('value="area:P09"', 'value="state:11"', f'value="anchor:{anchor.key}"'):
        assert told in page, told
    [fields] = forms(page, "/cohorts")
    portal.others.answer("development", "/cohorts", {"id": COHORT}, 201)
    named = NAMED | {"named.2.group": f"anchor:{anchor.key}", "named.2.least": "1", "minimum_per_state": "1"}
    await operator.post("/cohorts", fields | {"name": "Generación 2027"} | named)
    sent = {
        "minimum_per_area": {"P01": 2, "P09": 1},
        "minimum_per_anchor": {str(anchor.key): 1},
        "minimum_per_state": 1,
    }
    assert last_sent(portal.others)[2] == {"name": "Generación 2027"} | sent


@pytest.mark.parametrize(
    ("given", "at"),
    [
        (NAMED | {"named.0.least": "x"}, "named.0.least"),
        ({"named.3.least": "2"}, "named.3.group"),
        (NAMED | {"minimum_per_area": "1"}, "named.1.group"),
        (NAMED | {"named.1.group": "area:P01"}, "named.1.group"),
    ],
)
async def test_what_is_wrong_with_a_named_group_stands_at_it(
    portal: Visitors, operator: Browser, given: dict[str, str], at: str
) -> None:
    before = len(portal.others.asked)
    refused = await operator.post("/cohorts", {"name": "Generación 2027"} | given)
    assert (refused.status_code, f'id="{at}-error"' in refused.text) == (422, True)
    assert [each.method for each in portal.others.asked[before:]] == ["GET"], "nothing is opened"
    assert f'value="{given.get("named.0.least", "2")}"' in refused.text, "what was typed is there"


async def test_limits_are_changed_until_the_selection(portal: Visitors, operator: Browser) -> None:
    show(portal, minimum_per_area={"P01": 1, "P09": 2})
    page = (await operator.get(PAGE)).text
    [fields] = forms(page, f"{PAGE}/limits")
    assert fields["call"] == "call-2026-1"
    assert '<option value="area:P09" selected>' in page
    portal.others.answer("development", PAGE, {}, ETag=scripted.ETAG)
    show(portal)
    changed = {"name": "Otra", "capacity": "40", "named.0.group": "state:11", "named.0.least": "3"}
    done = await operator.post(f"{PAGE}/limits", fields | changed)
    assert (done.status_code, done.headers["location"]) == (303, PAGE)
    body = {"call": "call-2026-1", "name": "Otra", "capacity": 40, "minimum_per_state": {"11": 3}}
    assert last_sent(portal.others) == ("PUT", PAGE, body, scripted.ETAG)
    show(portal, status="selected", selected_at=AT)
    ranked(portal, "candidates")
    assert forms((await operator.get(PAGE)).text, f"{PAGE}/limits") == []
