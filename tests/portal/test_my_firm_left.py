"""A firm that left the program: what it can still do is there, and nothing that a stage can only refuse."""

from uuid import UUID

import pytest

from services.portal.domain.firm import Firm
from services.portal.domain.tasks import tasks
from shared.contracts.registration import SupplierWithdrawn
from shared.days import day_of
from shared.runtime.clock import now
from shared.service.callers import Role
from tests.portal import one_firm
from tests.portal.conftest import Visitors
from tests.portal.events import SUPPLIER, example
from tests.portal.filled_in import Forms, route_of
from tests.portal.walks import SHOWN, _of, _with, walk, walked

__all__ = ["walk", "walked"]

STILL = {
    "/sign-out",
    "/my-firm/people/{person_id}/removal",
    "/my-firm/money/consents/{consent_id}/revocation",
    "/my-firm/money/referrals/{referral_id}/information",
    "/my-firm/money/referrals/{referral_id}/authorisation",
    "/my-firm/data/requests",
}
"""Forms that the stages take of a firm that left: it takes back, and what was sent goes on."""
GONE = {
    "/my-firm/benchmark",
    "/my-firm/certificates",
    "/my-firm/diagnosis",
    "/my-firm/diagnosis/{dimension}",
    "/my-firm/diagnosis/{dimension}/{question}",
    "/my-firm/lifts",
    "/my-firm/meetings",
    "/my-firm/money/consent",
    "/my-firm/money/needs/{need_id}",
    "/my-firm/performance",
    "/my-firm/profile/certificates",
    "/my-firm/profile/origins",
    "/my-firm/profile/plants",
    "/my-firm/profile/programs",
    "/my-firm/profile/processes",
    "/my-firm/profile/{part}",
    "/my-firm/requirements",
    "/my-firm/requirements/{requirement_id}",
}
"""Pages that are only for a firm that takes part."""
MINE = [path for path, roles in SHOWN if roles == frozenset({Role.SUPPLIER})]
AT_WORK = [path for path, _ in SHOWN if path.startswith("/work/") and "{supplier_id}" in path]


@pytest.fixture
async def left(walked: Visitors) -> Visitors:
    await walked.stage.consume(example(SupplierWithdrawn))
    one_firm.say(walked.others)
    firm = one_firm.PROFILE | {"status": "withdrawn"}
    walked.others.answer("registration", f"/suppliers/{SUPPLIER}", firm, ETag=one_firm.ETAG)
    for stage, path in (("diagnosis", f"/diagnoses/{SUPPLIER}"), ("development", f"/plans/{SUPPLIER}")):
        shown = walked.others.answers[f"{stage}.test", path].json()
        walked.others.answer(stage, path, shown | {"withdrawn": True}, ETag=one_firm.ETAG)
    return walked


@pytest.mark.parametrize("path", MINE)
async def test_a_page_has_no_form_that_can_only_fail(left: Visitors, path: str) -> None:
    answer = await (await _with(left, Role.SUPPLIER, "en")).get(_of(path))
    assert answer.status_code == (410 if path in GONE else 200)
    routes = [route_of(form.action) for form in Forms(answer.text).found]
    assert {route.path for route in routes if route} <= STILL
    for gone in GONE:
        assert f'href="{_of(gone)}"' not in answer.text, gone


@pytest.mark.parametrize("path", AT_WORK)
async def test_nor_has_a_page_of_those_who_work_with_it(left: Visitors, path: str) -> None:
    [role] = dict(SHOWN)[path] or frozenset[Role]()
    answer = await (await _with(left, role, "en")).get(_of(path))
    assert (answer.status_code, "there is only to read" in answer.text) == (200, True)
    assert [form.action for form in Forms(answer.text).found if form.action != "/sign-out"] in ([], [_of(path)])
    assert "<button>" not in answer.text.partition("<main")[2]


async def test_its_first_page_says_what_it_can_still_do(left: Visitors) -> None:
    page = (await (await _with(left, Role.SUPPLIER, "en")).get("/my-firm")).text
    assert "The firm left the program" in page
    for still in ("data", "money", "story"):
        assert f'href="/my-firm/{still}"' in page, still
    assert "/my-firm/plan" not in page


def test_of_its_tasks_those_are_left_that_go_on() -> None:
    firm = Firm(UUID(int=1), withdrawn="own_decision")
    assert [task.name for task in tasks(firm, day_of(now()))] == ["registration"]
