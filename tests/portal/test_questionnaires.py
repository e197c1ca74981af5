"""Questionnaires as everybody reads them, and versions of a diagnosis beside each other."""

from typing import Any

import pytest

from services.diagnosis.domain.comparison import Scored, compare
from services.diagnosis.views.versions import ComparedView
from tests.diagnosis.builders import INSTRUMENT, levels_at
from tests.portal import scripted
from tests.portal.conftest import Visitors
from tests.portal.events import SUPPLIER

COMPARISON = f"/diagnoses/{SUPPLIER}/comparison"


@pytest.fixture
def asked(portal: Visitors) -> Visitors:
    scripted.answer(portal.others, {"supplier_id": str(SUPPLIER)})
    return portal


async def test_anybody_reads_a_questionnaire_with_all_that_scores(asked: Visitors) -> None:
    listed = {"version": INSTRUMENT.version, "source": "VDA 6.3", "current": True, "questions": 54}
    asked.others.answer("diagnosis", "/instruments", {"items": [listed, listed | {"version": "a/b", "current": False}]})
    page = (await asked.anybody("en").get("/instruments")).text
    for shown in (f'href="/instruments/{INSTRUMENT.version}"', 'href="/instruments/a/b"', "Present", "Earlier"):
        assert shown in page, shown
    page = (await asked.anybody("en").get(f"/instruments/{INSTRUMENT.version}")).text
    for shown in (
        "0 · 4 · 6 · 8 · 10",
        "A 90 %, B 80 %, C1 65 %, C2 50 %",
        "2/3",
        "G01",
        'id="A01"',
        "Legal",
        "64.5 % is in",
    ):
        assert shown in page, shown
    assert "64.5 % is in 50-64" in page
    assert all(f'<tr id="{code}">' in page for code in INSTRUMENT.questions)
    [version] = {each.url.params["version"] for each in asked.others.asked if each.url.path == "/instrument"}
    assert version == INSTRUMENT.version


def _compared(first: dict[str, int | None], second: dict[str, int | None]) -> dict[str, Any]:
    found = compare(Scored(INSTRUMENT, first), Scored(INSTRUMENT, second))
    shares = {"alike_before": found.alike_before, "alike_after": found.alike_after}
    return shares | {"questions": [ComparedView.of(each).model_dump() for each in found.questions]}


async def test_two_versions_stand_beside_each_other(asked: Visitors) -> None:
    shown = asked.others.answers["diagnosis.test", COMPARISON].json()
    both = {of: shown[of] | {"instrument": INSTRUMENT.version} for of in ("first", "second")}
    compared = _compared(levels_at(3, T12=None), levels_at(3, T01=4, T02=1, T12=2))
    asked.others.answer("diagnosis", COMPARISON, shown | both | compared)
    mine = await asked.signed_in("supplier", supplier_id=SUPPLIER, language="en")
    page = (await mine.get("/my-firm/comparison?first=1&second=3")).text
    assert (page.count(">Rose</strong>"), page.count(">Fell</strong>"), page.count("<td>Same</td>")) == (1, 1, 52)
    assert "80.0 %" in page, "what both answered alike before"
    asked_for = [each.url.params for each in asked.others.asked if each.url.path == COMPARISON]
    assert [dict(each) for each in asked_for] == [{"first": "1", "second": "3"}]
    staff = await asked.signed_in("mentor", language="en")
    assert f'href="/firms/{SUPPLIER}"' in (await staff.get(f"/comparisons/{SUPPLIER}")).text


async def test_questionnaires_that_differ_are_said_to(asked: Visitors) -> None:
    shown = asked.others.answers["diagnosis.test", COMPARISON].json()
    first = shown["first"] | {"instrument": "older-1"}
    gone = {"question": "T99", "kinship": "gone", "before": 2, "after": None}
    body = shown | {"first": first, "questions": [gone], "alike_before": None, "alike_after": None}
    asked.others.answer("diagnosis", COMPARISON, body)
    mine = await asked.signed_in("supplier", supplier_id=SUPPLIER, language="en")
    page = (await mine.get("/my-firm/comparison")).text
    for said in ("two questionnaires", "No longer asked", '<td class="number">–</td>'):
        assert said in page, said
