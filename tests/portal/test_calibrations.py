"""Two assessors beside each other, who assigns them, and how far all agree."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.portal.domain.firm import Firm
from services.portal.domain.steps import waits
from services.portal.handlers.firms import assessments_compared, diagnosis_moved
from services.portal.handlers.news import WAITS_AT
from shared.contracts.diagnosis import (
    AssessmentReturned,
    AssessmentsCompared,
    DiagnosisAssessed,
    DiagnosisOpened,
    DiagnosisSubmitted,
)
from shared.contracts.event import EventData
from shared.service.callers import Role
from tests.portal import scripted
from tests.portal.conftest import Visitors
from tests.portal.events import SUPPLIER, example
from tests.portal.forms import forms, last_sent, refuse

PATH = f"/diagnoses/{SUPPLIER}/calibration"
PAGE, ASSIGNMENT = f"/work/calibrations/{SUPPLIER}", f"/assignments/{SUPPLIER}"
PAIR = {"question": "T01", "first": 1, "second": 3, "apart": True, "first_note": "Sin firma", "second_note": "Firmado"}
FOUND = {"pairs": 54, "kappa": 5999, "exact": 9259, "apart": 4, "lean": -15}


def _calibration(**changed: object) -> dict[str, Any]:
    bounds = {"kappa_min": 6000, "apart": 2, "apart_max": 3}
    alike = PAIR | {"question": "A01", "second": 1, "apart": False}
    shown = {"supplier_id": str(SUPPLIER), "standing": "out", "second": "s-2", "lead": None, "second_in": True}
    more = {"compared_at": "2026-05-01T00:00:00Z", "reconciliation": None, "pairs": [alike, PAIR]}
    return shown | more | {"agreement": FOUND, "bounds": bounds} | changed


@pytest.fixture
def twice(at_work: Visitors) -> Visitors:
    scripted.answer(at_work.others, {"supplier_id": str(SUPPLIER)})
    at_work.others.answer("diagnosis", PATH, _calibration(), ETag=scripted.ETAG)
    return at_work


async def _get(portal: Visitors, role: Role, path: str) -> str:
    answer = await (await portal.signed_in(str(role), language="en")).get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_lead_says_which_levels_hold_and_why(twice: Visitors) -> None:
    page = await _get(twice, Role.ASSESSOR, PAGE)
    for shown in ("Out of bounds", "<dd>0.59</dd>", "<dd>0.60</dd>", "3 Firmado", "1 Sin firma"):
        assert shown in page, shown
    assert page.index('id="q-T01"') < page.index('id="q-A01"'), "what is apart comes first"
    assert ('name="levels.T01"' in page, 'name="levels.A01"' in page) == (True, False)
    [fields] = forms(page, PAGE)
    path = f"{PATH}/reconciliation"
    twice.others.answer("diagnosis", path, {})
    browser = await twice.signed_in("assessor", language="en")
    given = fields | {"levels.T01": "3", "levels.T02": "x", "reason": "Lo vi firmado"}
    assert (await browser.post(PAGE, given)).headers["location"] == "/work"
    body = {"levels": {"T01": 3, "T02": "x"}, "reason": "Lo vi firmado"}
    assert last_sent(twice.others) == ("POST", path, body, scripted.ETAG)
    refuse(twice.others, "diagnosis", path, 422, reason="Diga por qué.")
    refused = await browser.post(PAGE, given)
    assert (refused.status_code, "Diga por qué." in refused.text, "Lo vi firmado" in refused.text) == (422, True, True)
    assert "<option selected>3</option>" in refused.text


async def test_a_lead_says_the_level_of_what_one_of_the_two_did_not_see(twice: Visitors) -> None:
    alone = {"question": "T03", "first": None, "second": 2, "first_note": "Sin acceso", "second_note": "Visto"}
    twice.others.answer("diagnosis", PATH, _calibration(alone=[alone]), ETag=scripted.ETAG)
    page = await _get(twice, Role.ASSESSOR, PAGE)
    for shown in ("— Sin acceso", "2 Visto", 'name="levels.T03"'):
        assert shown in page, shown


async def test_before_both_are_in_there_are_no_levels_and_no_form(twice: Visitors) -> None:
    blind = _calibration(standing="drawn", agreement=None, pairs=[], compared_at=None)
    twice.others.answer("diagnosis", PATH, blind, ETag=scripted.ETAG)
    page = await _get(twice, Role.ASSESSOR, PAGE)
    assert ("once both assessments are in" in page, forms(page, PAGE)) == (True, [])


async def test_kappa_that_says_nothing_is_said_not_to(twice: Visitors) -> None:
    undefined = _calibration(agreement=FOUND | {"kappa": None})
    twice.others.answer("diagnosis", PATH, undefined, ETag=scripted.ETAG)
    assert "<dd>Not defined</dd>" in await _get(twice, Role.ASSESSOR, PAGE)


async def test_an_expert_sees_both_and_what_the_lead_said(twice: Visitors) -> None:
    held = {"levels": {"T01": 4, "T02": 2}, "reason": "Vi el certificado", "at": "2026-05-02T00:00:00Z"}
    alone = [{"question": "T02", "first": 2, "second": None, "first_note": "", "second_note": "Sin acceso"}]
    twice.others.answer("diagnosis", PATH, _calibration(standing="reconciled", reconciliation=held, alone=alone))
    page = await _get(twice, Role.EXPERT, f"/work/validations/{SUPPLIER}")
    for shown in (
        "Reconciled",
        "Vi el certificado",
        "Second assessor: 3. Firmado",
        "Holds: 4",
        "Second assessor: —. Sin acceso",
    ):
        assert shown in page, shown
    row = page[page.index('id="levels.T01"') :].partition("</select>")[0]
    assert "<option selected>4</option>" in row, "what holds is chosen already"


async def test_an_operator_assigns_the_second_and_the_lead(twice: Visitors) -> None:
    page = await _get(twice, Role.OPERATOR, ASSIGNMENT)
    [fields] = forms(page, f"{ASSIGNMENT}/calibration")
    assert (fields["seen_second"], fields["seen_lead"], fields["version"]) == ("s-2", "", scripted.ETAG)
    browser = await twice.signed_in("operator")
    answer = await browser.post(f"{ASSIGNMENT}/calibration", fields | {"second": "s-2", "lead": " lead-1 "})
    assert answer.headers["location"] == ASSIGNMENT
    assert last_sent(twice.others) == ("PUT", PATH, {"second": "s-2", "lead": "lead-1"}, scripted.ETAG)
    del twice.others.answers["diagnosis.test", PATH]
    assert forms(await _get(twice, Role.OPERATOR, ASSIGNMENT), f"{ASSIGNMENT}/calibration") == []


async def test_an_operator_does_without_the_second_with_a_reason(twice: Visitors) -> None:
    path, action = f"{PATH}/waiver", f"{ASSIGNMENT}/calibration/waiver"
    assert forms(await _get(twice, Role.OPERATOR, ASSIGNMENT), action) == [], "the two differ"
    twice.others.answer("diagnosis", PATH, _calibration(standing="drawn", agreement=None), ETag=scripted.ETAG)
    [fields] = forms(await _get(twice, Role.OPERATOR, ASSIGNMENT), action)
    twice.others.answer("diagnosis", path, {})
    browser = await twice.signed_in("operator", language="en")
    done = await browser.post(action, fields | {"reason": "Nobody can come"})
    assert (done.status_code, done.headers["location"]) == (303, ASSIGNMENT)
    assert last_sent(twice.others) == ("POST", path, {"reason": "Nobody can come"}, scripted.ETAG)
    refuse(twice.others, "diagnosis", path, 422, reason="Say why.")
    refused = await browser.post(action, fields)
    assert (refused.status_code, 'id="waiver-reason-error"' in refused.text) == (422, True)
    waiver = {"reason": "Nobody can come", "at": "2026-05-01T00:00:00Z"}
    waived = _calibration(standing="waived", waiver=waiver, agreement=None, pairs=[], second_in=False)
    twice.others.answer("diagnosis", PATH, waived, ETag=scripted.ETAG)
    page = await _get(twice, Role.OPERATOR, ASSIGNMENT)
    assert ("Second assessment waived" in page, "Nobody can come" in page, forms(page, action)) == (True, True, [])
    page = await _get(twice, Role.EXPERT, f"/work/validations/{SUPPLIER}")
    assert ("Nobody can come" in page, "Two people assess it" in page) == (True, False)


def test_an_expert_is_told_of_what_may_be_validated_alone() -> None:
    """Seen: while two assessors were out of bounds, which holds the validation, experts had news that it waits."""
    firm, at = Firm(SUPPLIER), datetime(2026, 5, 1, tzinfo=UTC)

    def then(firm: Firm, event: type[EventData], hours: int, **changed: object) -> Firm:
        handler = assessments_compared if event is AssessmentsCompared else diagnosis_moved
        after = handler(firm, example(event, **changed), at + timedelta(hours=hours), at, None).state  # type: ignore[arg-type]
        assert after is not None
        return after

    firm = then(then(firm, DiagnosisSubmitted, 0), DiagnosisAssessed, 1)
    assert waits(firm)["validation"] == at + timedelta(hours=1)
    out = then(firm, AssessmentsCompared, 1, standing="out")
    assert waits(out)["validation"] is None
    again = then(then(out, AssessmentReturned, 2), DiagnosisAssessed, 3)
    assert waits(again)["validation"] is None, "given again, it is as far apart"
    reconciled = then(again, AssessmentsCompared, 4, standing="reconciled")
    assert waits(reconciled)["validation"] == at + timedelta(hours=4)
    assert waits(then(then(out, DiagnosisOpened, 5), DiagnosisAssessed, 6))["validation"] == at + timedelta(hours=6)
    assert WAITS_AT[AssessmentsCompared] == "validations", "from then on it is news"


async def test_operators_read_how_far_all_agree(twice: Visitors) -> None:
    all_ = {"instrument": "pdp-1", "share": 1000, "bounds": None, "standings": {"out": 2}, "all": FOUND}
    questions = [FOUND | {"question": "T01", "kappa": None}, FOUND | {"question": "T02", "kappa": -1234}]
    people = [FOUND | {"assessor": "assessor-9", "lean": 115}]
    twice.others.answer("diagnosis", "/agreement", all_ | {"questions": questions, "assessors": people})
    page = await _get(twice, Role.OPERATOR, "/agreement?version=pdp-1")
    for shown in ("10.0 %", '<td class="number">Not defined</td>', ">-0.12<", "assessor-9", ">1.15<", ">-0.15<"):
        assert shown in page, shown
    assert [each.url.params["version"] for each in twice.others.asked if each.url.path == "/agreement"] == ["pdp-1"]
