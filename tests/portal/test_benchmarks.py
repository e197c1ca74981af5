"""A firm among others like it, as its people read it, and the operator who publishes."""

import pytest

from tests.portal import scripted
from tests.portal.conftest import Visitors
from tests.portal.events import SUPPLIER
from tests.portal.forms import forms, last_sent

PATH = f"/diagnoses/{SUPPLIER}/benchmark"
GES = {"dimension": "GES", "own": 8_012, "lower": 6_000, "median": 7_500, "upper": 8_500, "quarter": 3}
GROUP = {"kind": "state", "code": "19", "firms": 20, "published_at": "2026-05-01T00:00:00Z", "dimensions": [GES]}


@pytest.fixture
def asked(portal: Visitors) -> Visitors:
    scripted.answer(portal.others, {"supplier_id": str(SUPPLIER)})
    return portal


async def test_a_firm_sees_where_it_is_among_others_and_what_is_not_told(asked: Visitors) -> None:
    none = GROUP | {"kind": "area", "code": "P09", "firms": 0, "published_at": None, "dimensions": []}
    body = {"supplier_id": str(SUPPLIER), "instrument": "pdp-1", "least": 10, "groups": [none, GROUP]}
    asked.others.answer("diagnosis", PATH, body)
    mine = await asked.signed_in("supplier", supplier_id=SUPPLIER, language="en")
    page = (await mine.get("/my-firm/benchmark")).text
    for shown in ("State: Nuevo León", "80.12 %", "75.0 %", "Above the half", "20 firms or more", "Not shown"):
        assert shown in page, shown
    report = await mine.get("/my-firm/benchmark?as=pdf")
    assert (report.status_code, report.content[:5]) == (200, b"%PDF-")


async def test_an_operator_publishes_once(asked: Visitors) -> None:
    operator = await asked.signed_in("operator")
    [fields] = forms((await operator.get("/benchmarks")).text, "/benchmarks")
    answer = await operator.post("/benchmarks", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/benchmarks")
    assert last_sent(asked.others)[:2] == ("POST", "/benchmarks")
    assert asked.others.asked[-1].headers["Idempotency-Key"] == fields["key"]
