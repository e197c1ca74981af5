"""A firm agrees its plan, brings evidence, reads why some came back, gives its place back: at development itself."""

import re
from uuid import UUID

import httpx
import pytest

from shared.contracts.diagnosis import EvidenceReturned
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.development import given
from tests.development.calls import assign, complete, open_cohort, post, ready
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import example, passed_on

DESCRIBED = {"kind": "document", "description": "PPAP simulado, nivel 3", "reference": "carpeta 7"}


@pytest.fixture
async def development(portal: Visitors) -> StageUnderTest:
    """The stage itself, with one firm that was selected, as the portal knows it."""
    stage = await portal.real("development")
    await ready(stage, 1, 9000, "T04", "T07")
    cohort = await open_cohort(stage)
    await post(stage, f"/cohorts/{cohort}/selection")
    await passed_on(stage, portal)
    return stage


FIRM = given.supplier(1)


async def _mine(portal: Visitors, supplier_id: UUID = FIRM) -> Browser:
    return await portal.signed_in("supplier", supplier_id=supplier_id, language="en")


def _version(page: str) -> str:
    found = re.search(r'name="version" value="([^"]*)"', page)
    assert found is not None
    return found[1].replace("&#34;", '"')


async def _send(mine: Browser, page: str, to: str, **typed: str) -> httpx.Response:
    version = _version((await mine.get(page)).text)
    return await mine.post(to, {"version": version} | typed)


async def _agrees(portal: Visitors, development: StageUnderTest) -> None:
    """The firm's mentor, on the page that shows them the plan."""
    await assign(development, FIRM)
    mentor, work = await portal.signed_in("mentor", subject=given.MENTOR, language="en"), f"/work/plans/{FIRM}"
    assert "Plan proposed" in (await mentor.get(work)).text
    assert (await _send(mentor, work, f"{work}/agreement")).status_code == 303
    await passed_on(development, portal)


async def _agreed(portal: Visitors, development: StageUnderTest, mine: Browser) -> None:
    await _send(mine, "/my-firm/plan", "/my-firm/plan/agreement")
    await _agrees(portal, development)


async def _activity(mine: Browser) -> str:
    found = re.search(r'href="(/my-firm/plan/activities/[^"]+)"', (await mine.get("/my-firm/plan")).text)
    assert found is not None
    return found[1]


async def test_a_plan_is_agreed_as_it_was_read(portal: Visitors, development: StageUnderTest) -> None:
    mine = await _mine(portal)
    assert (await mine.post("/my-firm/plan/agreement", {"version": '"another"'})).status_code == 412
    answer = await _send(mine, "/my-firm/plan", "/my-firm/plan/agreement")
    assert (answer.status_code, answer.headers["location"]) == (303, "/my-firm/plan")
    page = (await mine.get("/my-firm/plan")).text
    assert ("The firm has agreed; the mentor has not yet" in page, "/my-firm/plan/agreement" in page) == (True, False)
    await _agrees(portal, development)
    page = (await mine.get("/my-firm/plan")).text
    assert "Agreed" in page
    assert "its mentor, for the program" in page, "the history of the plan"


async def test_evidence_is_given_and_what_was_returned_says_why(portal: Visitors, development: StageUnderTest) -> None:
    mine = await _mine(portal)
    await _agreed(portal, development, mine)
    activity = await _activity(mine)
    refused = await _send(mine, activity, activity, kind="document", description="", sha256="x")
    assert (refused.status_code, 'href="#description"' in refused.text) == (422, True)
    assert 'value="x"' in refused.text
    assert (await _send(mine, activity, activity, **DESCRIBED)).status_code == 303
    page = (await mine.get(activity)).text
    assert "PPAP simulado, nivel 3" in page
    assert "To be looked at" in page
    await _return(development, activity)
    page = (await mine.get(activity)).text
    assert "Returned" in page
    assert "Falta la firma del cliente" in page
    assert "Returned" in (await mine.get("/my-firm/plan")).text


async def test_a_done_activity_is_shown_as_it_is(portal: Visitors, development: StageUnderTest) -> None:
    mine = await _mine(portal)
    await _agreed(portal, development, mine)
    activity = await _activity(mine)
    await complete(development, activity.replace("/my-firm/plan", f"/plans/{FIRM}"), FIRM)
    await passed_on(development, portal)
    assert "Accepted" in (await mine.get(activity)).text
    assert "Done" in (await mine.get("/my-firm/plan")).text


async def test_a_place_is_given_back_with_its_reason(portal: Visitors, development: StageUnderTest) -> None:
    mine = await _mine(portal)
    refused = await _send(mine, "/my-firm/plan", "/my-firm/plan/drop-out")
    assert (refused.status_code, 'href="#reason"' in refused.text) == (422, True)
    assert (await _send(mine, "/my-firm/plan", "/my-firm/plan/drop-out", reason="Sin capacidad")).status_code == 303
    await passed_on(development, portal)
    page = (await mine.get("/my-firm/plan")).text
    assert "/my-firm/plan/drop-out" not in page
    assert "<dd>Sin capacidad</dd>" in page
    for told in ("No answer now", "<dt>Rank", "<dt>Score", "one is proposed once"):
        assert told not in page, told
    del portal.others.real["development"]
    assert "gave its place back" in (await mine.get("/my-firm/plan")).text


async def test_whether_a_firm_has_a_plan_is_not_said_while_development_is_away(
    portal: Visitors, development: StageUnderTest
) -> None:
    del portal.others.real["development"]
    assert "No answer now from Development" in (await (await _mine(portal)).get("/my-firm/plan")).text


async def test_another_firm_acts_on_no_plan_but_its_own(portal: Visitors, development: StageUnderTest) -> None:
    mine = await _mine(portal)
    activity = await _activity(mine)
    other = await _mine(portal, given.supplier(2))
    assert "activities/" not in (await other.get("/my-firm/plan")).text
    assert (await other.get(activity)).status_code == 404
    for path, typed in (
        (activity, DESCRIBED),
        ("/my-firm/plan/agreement", {}),
        ("/my-firm/plan/drop-out", {"reason": "x y z"}),
    ):
        assert (await other.post(path, {"version": "*"} | typed)).status_code == 404
    page = (await mine.get("/my-firm/plan")).text
    assert "Proposed" in page


async def test_while_development_is_away_what_was_agreed_is_shown(
    portal: Visitors, development: StageUnderTest
) -> None:
    mine = await _mine(portal)
    await _agreed(portal, development, mine)
    await passed_on(development, portal)
    del portal.others.real["development"]
    page = (await mine.get("/my-firm/plan")).text
    assert "No answer now from Development" in page
    assert "activities/" in page
    assert '<form method="post" action="/my-firm' not in page


async def test_evidence_that_was_returned_is_sent_again_and_looked_at_anew(
    portal: Visitors, development: StageUnderTest
) -> None:
    mine = await _mine(portal)
    await _agreed(portal, development, mine)
    activity = await _activity(mine)
    await _send(mine, activity, activity, **DESCRIBED)
    await _return(development, activity)
    assert "send the same" in (await mine.get(activity)).text
    assert (await _send(mine, activity, activity, **DESCRIBED)).status_code == 303
    page = (await mine.get(activity)).text
    assert (page.count("To be looked at</strong>"), page.count(">Returned</strong>")) == (1, 1)


async def test_what_an_assessor_said_of_evidence_is_in_words_with_their_note(
    portal: Visitors, development: StageUnderTest
) -> None:
    """Seen: `not_enough`, and no note."""
    mine = await _mine(portal)
    await _agreed(portal, development, mine)
    activity = await _activity(mine)
    path = activity.replace("/my-firm/plan", f"/plans/{FIRM}")
    await complete(development, path, FIRM)
    piece = await _piece(development, path)
    told = example(EvidenceReturned, supplier_id=FIRM, evidence_id=UUID(piece), reason="not_enough", question="T04")
    await development.consume(told)
    look = {"question": "T04", "evidence_id": piece, "note": "Falta la firma", "at": "2026-03-02T15:04:05Z"}
    portal.others.answer("diagnosis", f"/diagnoses/{FIRM}", {"verdicts": [look, look | {"evidence_id": str(FIRM)}]})
    page = (await mine.get(activity)).text
    assert "not_enough" not in page
    assert "The evidence is not enough for a higher level" in page
    assert (page.count("Falta la firma"), "the assessor: Returned" in page) == (1, True)
    mentor = await portal.signed_in("mentor", subject=given.MENTOR, language="en")
    page = (await mentor.get(f"/work/plans/{FIRM}")).text
    assert ("Falta la firma" in page, "not_enough" in page) == (True, False)


async def test_a_firm_proposes_that_an_activity_goes_and_its_mentor_agrees(
    portal: Visitors, development: StageUnderTest
) -> None:
    mine = await _mine(portal)
    await _agreed(portal, development, mine)
    activity = await _activity(mine)
    refused = await _send(mine, activity, f"{activity}/removal")
    assert (refused.status_code, 'href="#removal-reason"' in refused.text) == (422, True)
    proposed = await _send(mine, activity, f"{activity}/removal", reason="Ya se hizo")
    assert (proposed.status_code, proposed.headers["location"]) == (303, "/my-firm/plan")
    page = (await mine.get("/my-firm/plan")).text
    assert "Ya se hizo" in page
    assert 'action="/my-firm/plan/revision"' not in page, "they proposed it: it waits for the mentor"
    assert f'action="{activity}/removal"' not in (await mine.get(activity)).text
    assert (await _send(mine, "/my-firm/plan", f"{activity}/removal/end")).status_code == 303
    page = (await mine.get("/my-firm/plan")).text
    assert (f'action="{activity}/removal/end"' in page, page.count("Ya se hizo")) == (False, 1), "in its history"


async def test_what_a_mentor_proposes_waits_for_the_firm_alone(portal: Visitors, development: StageUnderTest) -> None:
    mine, mentor = await _mine(portal), await portal.signed_in("mentor", subject=given.MENTOR, language="en")
    await _agreed(portal, development, mine)
    work = f"/work/plans/{FIRM}"
    activity = (await _activity(mine)).replace("/my-firm/plan", work)
    assert (await _send(mentor, work, f"{activity}/removal", reason="Ya se hizo")).status_code == 303
    page = (await mentor.get(work)).text
    assert ("The firm has said nothing yet" in page, f'action="{work}/revision"' in page) == (True, False)
    page = (await mine.get("/my-firm/plan")).text
    assert ("The mentor has agreed" in page, 'action="/my-firm/plan/revision"' in page) == (True, True)
    assert (await _send(mine, "/my-firm/plan", "/my-firm/plan/revision")).status_code == 303
    assert activity.replace(work, "/my-firm/plan") not in (await mine.get("/my-firm/plan")).text


async def _piece(development: StageUnderTest, path: str) -> str:
    headers = development.headers("supplier", supplier_id=FIRM)
    plan = (await development.client.get(f"/plans/{FIRM}", headers=headers)).json()
    [*_, last] = next(each["evidence"] for each in plan["activities"] if path.endswith(each["activity_id"]))
    return str(last["evidence_id"])


async def _return(development: StageUnderTest, activity: str) -> None:
    path = activity.replace("/my-firm/plan", f"/plans/{FIRM}")
    piece = await _piece(development, path)
    await post(development, f"{path}/evidence/{piece}/return", Role.MENTOR, {"reason": "Falta la firma del cliente"})
