"""A buyer reports how a firm delivers, and the firm answers."""

import json
from typing import Any

import httpx
import pytest

from shared.contracts.matching import ContractAwarded, MatchFound, RequirementPublished
from shared.contracts.registration import AnchorJoined, SupplierRegistered
from tests.portal.conftest import Visitors
from tests.portal.events import ANCHOR, MATCH, REQUIREMENT, SUPPLIER, example

REPORT: dict[str, Any] = {
    "match_id": str(MATCH),
    "requirement_id": str(REQUIREMENT),
    "anchor_id": str(ANCHOR),
    "month": "2025-02",
    "ppm": 90,
    "otif_bp": 9_750,
    "delivered": 7_500,
    "reported_at": "2025-03-03T16:00:00Z",
    "replaced": False,
    "answer": "contested",
    "reason": "defects",
    "answered_at": "2025-03-04T16:00:00Z",
}
MEASURED = {"ppm": 70, "otif_bp": 9_800, "anchors": 2, "months": 5, "until": "2026-02-28"}
MINE = {"supplier_id": str(SUPPLIER), "measured": MEASURED, "ppm_12m": 30, "otif_bp_12m": None, "reports": [REPORT]}
PRESENT = {"supplier_id": str(SUPPLIER), "standing": "awarded", "score": 8210, "decline_reason": None}
CANDIDATE = f"/requirements/{REQUIREMENT}/candidates/{MATCH}"
FORM = {"month": "2025-03", "ppm": "1,200", "otif_bp": "97.5 %", "delivered": "7,500", "version": '"v1"'}


@pytest.fixture
async def there(portal: Visitors, nothing_arrives: None) -> Visitors:
    await portal.stage.consume(
        example(AnchorJoined),
        example(SupplierRegistered),
        example(RequirementPublished),
        example(MatchFound, blocked_by=(), standing="found"),
        example(ContractAwarded),
    )
    shown = PRESENT | {"award": None, "performance": [REPORT]}
    portal.others.answer("matching", f"/matches/{MATCH}", shown, ETag='"v1"')
    portal.others.answer("matching", f"/suppliers/{SUPPLIER}/performance", MINE, ETag='"p1"')
    return portal


async def test_a_buyer_reports_a_month_and_reads_what_the_firm_says(there: Visitors) -> None:
    buyer = await there.signed_in("anchor", anchor_id=ANCHOR, language="en")
    page = (await buyer.get(CANDIDATE)).text
    for shown in ("2025-02", "97.5 %", "Contested", "Defective parts", "Report the month"):
        assert shown in page, shown
    there.others.answer("matching", f"/matches/{MATCH}/performance/2025-03", {})
    answer = await buyer.post(f"{CANDIDATE}/performance", FORM)
    sent = there.others.asked[-1]
    assert (answer.status_code, sent.method, sent.url.path) == (303, "PUT", f"/matches/{MATCH}/performance/2025-03")
    assert json.loads(sent.content) == {"ppm": 1_200, "otif_bp": 9_750, "delivered": 7_500}
    assert sent.headers["If-Match"] == '"v1"'


async def test_a_buyer_takes_a_month_back_and_reads_the_worst_of_what_counts(there: Visitors) -> None:
    worst = {"ppm": 90_000, "ppm_in": "2025-01", "otif_bp": 2_500, "otif_in": "2024-12"}
    gone = REPORT | {"month": "2025-01", "retraction": "other_firm", "retracted_at": "2025-03-04T16:00:00Z"}
    shown = PRESENT | {"award": None, "performance": [REPORT, gone], "measured": MEASURED | {"worst": worst}}
    there.others.answer("matching", f"/matches/{MATCH}", shown, ETag='"v1"')
    buyer = await there.signed_in("anchor", anchor_id=ANCHOR, language="en")
    page = (await buyer.get(CANDIDATE)).text
    for text in ("90,000 ppm (2025-01); on time in full: 25.0 % (2024-12)", "Taken back", "of another firm or part"):
        assert text in page, text
    path = f"{CANDIDATE}/performance/2025-02/retraction"
    assert (f'action="{path}"' in page, f'action="{path.replace("02/", "01/")}"' in page) == (True, False)
    there.others.answer("matching", f"/matches/{MATCH}/performance/2025-02/retraction", {})
    answer = await buyer.post(path, {"reason": "other_month", "version": '"v1"'})
    sent = there.others.asked[-1]
    assert (answer.status_code, sent.method, json.loads(sent.content)) == (303, "POST", {"reason": "other_month"})
    assert sent.headers["If-Match"] == '"v1"'
    mine = MINE | {"measured": MEASURED | {"worst": worst}, "reports": [gone]}
    there.others.answer("matching", f"/suppliers/{SUPPLIER}/performance", mine, ETag='"p1"')
    firm = await there.signed_in("supplier", supplier_id=SUPPLIER, language="en")
    read = (await firm.get("/my-firm/performance")).text
    assert ("90,000 ppm" in read, "Taken back" in read, "2025-01/answer" in read) == (True, True, False)


async def test_a_month_that_is_none_is_said_at_its_field(there: Visitors) -> None:
    buyer = await there.signed_in("anchor", anchor_id=ANCHOR, language="en")
    said = {"title": "invalid_request", "detail": "x", "errors": [{"field": "path.month", "problem": "As 2026-10."}]}
    path = f"/matches/{MATCH}/performance/0000-00"
    there.others.refused["PUT", "matching.test", path] = httpx.Response(422, json=said)
    answer = await buyer.post(f"{CANDIDATE}/performance", FORM | {"month": "../x", "otif_bp": "many"})
    assert (answer.status_code, 'id="month-error">As 2026-10.' in answer.text) == (422, True)
    assert 'value="1,200"' in answer.text
    [sent] = [each for each in there.others.asked if each.method == "PUT"]
    assert json.loads(sent.content) == {"ppm": 1_200, "otif_bp": "many", "delivered": 7_500}


async def test_a_percentage_that_may_be_a_fraction_is_asked_again(there: Visitors) -> None:
    buyer = await there.signed_in("anchor", anchor_id=ANCHOR, language="en")
    said = {"title": "invalid_request", "detail": "x", "errors": [{"field": "otif_bp", "problem": "A whole number."}]}
    there.others.refused["PUT", "matching.test", f"/matches/{MATCH}/performance/2025-03"] = httpx.Response(
        422, json=said
    )
    answer = await buyer.post(f"{CANDIDATE}/performance", FORM | {"otif_bp": "0.95"})
    assert (answer.status_code, "as 0.95 %: without it" in answer.text) == (422, True)
    [sent] = [each for each in there.others.asked if each.method == "PUT"]
    assert json.loads(sent.content)["otif_bp"] == "0.95"


async def test_a_firm_reads_what_was_reported_and_contests_it(there: Visitors) -> None:
    firm = await there.signed_in("supplier", supplier_id=SUPPLIER, language="en")
    page = (await firm.get("/my-firm/performance")).text
    for shown in (
        "Armadora del Norte",
        "70 ppm; on time in full: 98.0 %",
        "30 ppm; on time in full: –",
        "7,500",
        "Bracket, stamped",
    ):
        assert shown in page, shown
    path = f"/suppliers/{SUPPLIER}/performance/{MATCH}/2025-02/answer"
    there.others.answer("matching", path, MINE)
    form = {"answer": "contested", "reason": "volume", "version": '"p1"'}
    answer = await firm.post(f"/my-firm/performance/{MATCH}/2025-02/answer", form)
    sent = there.others.asked[-1]
    assert (answer.status_code, sent.method, sent.url.path) == (303, "PUT", path)
    assert (json.loads(sent.content), sent.headers["If-Match"]) == ({"answer": "contested", "reason": "volume"}, '"p1"')
    stale = httpx.Response(412, json={"title": "version_differs", "detail": "x"}, headers={"ETag": '"p2"'})
    there.others.refused["PUT", "matching.test", path] = stale
    assert (await firm.post(f"/my-firm/performance/{MATCH}/2025-02/answer", form)).status_code == 412
