"""Stages that hang: pages of what the portal knows itself come all the same, and say of when that is; of the others it
says who does not answer.
"""

import pytest

from services.portal.views.words import Words
from shared.service.callers import Role
from tests.portal.conftest import Visitors
from tests.portal.events import SUPPLIER
from tests.portal.walks import SHOWN, _of, _with, walk, walked

__all__ = ["walk", "walked"]

EN = Words("en")
WAITS, HANGS = 0.01, 0.1
"""Seconds that a page waits for what it can do without, and after which a stage that hangs is given up."""


@pytest.fixture
def hanging(walked: Visitors, monkeypatch: pytest.MonkeyPatch) -> Visitors:
    monkeypatch.setattr("services.portal.stages.BESIDE_S", WAITS)
    walked.others.hangs = HANGS
    return walked


WHOLE = {
    "/arco",
    "/arco/{request_id}",
    "/arco/consents/{consent_id}",
    "/benchmarks",
    "/agreement",
    "/cohorts",
    "/comparisons/{supplier_id}",
    "/desk",
    "/desk/{referral_id}",
    "/cohorts/{cohort_id}",
    "/cohorts/{cohort_id}/appeals",
    "/cohorts/{cohort_id}/calendar",
    "/cohorts/{cohort_id}/firms/{supplier_id}",
    "/cohorts/{cohort_id}/outcomes/{supplier_id}",
    "/cohorts/{cohort_id}/what-if",
    "/effect",
    "/imports/{kind}/{import_id}",
    "/instruments",
    "/my-firm/money/consents/{consent_id}",
    "/my-firm/money/referrals/{referral_id}/authorisation",
    "/instruments/{version}",
    "/meetings",
    "/meetings/{day_id}",
    "/meetings/{day_id}/{meeting_id}",
    "/my-firm/certificates",
    "/my-firm/comparison",
    "/my-firm/diagnosis",
    "/my-firm/diagnosis/{dimension}",
    "/my-firm/diagnosis/{dimension}/{question}",
    "/my-firm/meetings",
    "/my-firm/people",
    "/my-firm/performance",
    "/my-firm/plan/activities/{activity_id}",
    "/my-firm/profile",
    "/my-firm/profile/changes",
    "/my-firm/profile/certificates",
    "/my-firm/profile/origins",
    "/my-firm/profile/plants",
    "/my-firm/profile/programs",
    "/my-firm/profile/processes",
    "/my-firm/profile/{part}",
    "/my-firm/requirements",
    "/my-firm/requirements/{requirement_id}",
    "/operations/dead-letters/{service}/{letter_id}",
    "/prospects",
    "/prospects/plants",
    "/prospects/{prospect_id}",
    "/registrations/{supplier_id}/changes",
    "/registrations",
    "/registrations/{supplier_id}",
    "/requirements/{requirement_id}/change",
    "/twins",
    "/twins/{twins_id}",
    "/work/calibrations/{supplier_id}",
    "/work/plans/{supplier_id}",
    "/work/scores/{supplier_id}",
    "/work/validations/{supplier_id}",
    "/work/visits/{supplier_id}",
    "/work/visits/{supplier_id}/{dimension}",
    "/work/visits/{supplier_id}/offline",
    "/work/visits/{supplier_id}/{dimension}/{question}",
}
"""Pages that a stage alone knows."""
SAID = ("No answer now from", "does not answer now", "Does not answer")


@pytest.mark.parametrize(("path", "roles"), SHOWN)
async def test_no_page_waits_in_silence(hanging: Visitors, path: str, roles: frozenset[Role] | None) -> None:
    browser = hanging.anybody("en") if roles is None else await _with(hanging, min(roles), "en")
    answer = await browser.get(_of(path))
    assert answer.status_code == (503 if path in WHOLE else 200)
    assert any(said in answer.text for said in SAID) == bool(hanging.others.asked)


async def test_a_page_says_of_when_it_is_and_asks_a_stage_that_hangs_once(hanging: Visitors) -> None:
    """Seen: money took ten seconds while financing hung, and then showed no amounts and no word of why."""
    told = (await hanging.stage.rows("SELECT max(at) AS at FROM story WHERE type LIKE 'financing.%'"))[0]["at"]
    mine = await _with(hanging, Role.SUPPLIER, "en")
    page = (await mine.get("/my-firm/money")).text
    assert f"No answer now from Financing: what is here is of {EN.moment(told)}" in page
    assert [each.url.path for each in hanging.others.asked] == [f"/cases/{SUPPLIER}"]
    hanging.others.asked.clear()
    assert "No answer now from Financing" in (await mine.get("/my-firm/money")).text
    assert hanging.others.asked == []


async def test_a_stage_that_shows_nothing_is_not_away(walked: Visitors) -> None:
    walked.others.answer("financing", f"/cases/{SUPPLIER}", {"title": "case_unknown", "detail": ""}, 404)
    page = (await (await _with(walked, Role.SUPPLIER, "en")).get("/my-firm/money")).text
    assert "No answer now" not in page
