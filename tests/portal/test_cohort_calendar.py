"""A cohort's calendar: planned by an operator, seen by firm and mentor, who say who came and what is put off."""

import re
from datetime import timedelta

import httpx
import pytest

from services.development.domain.session import monday
from shared.days import day_of
from shared.runtime.clock import now
from shared.testing.stage import StageUnderTest
from tests.attachments import given as files
from tests.development import given
from tests.development.calls import agree, open_cohort, post, ready
from tests.portal.conftest import Browser, Visitors
from tests.portal.events import passed_on
from tests.portal.forms import forms

pytestmark = pytest.mark.usefixtures("nothing_arrives")

FIRM = given.supplier(1)
WORK = f"/work/plans/{FIRM}"
HOURS = {"training_hours": "16", "mentoring_hours": "8", "consultancy_hours": "8", "firm_hours": "16"}


@pytest.fixture
async def planning(portal: Visitors) -> tuple[StageUnderTest, str]:
    """Development itself, with a firm that agreed on its plan, and the address of its cohort's calendar."""
    stage = await portal.real("development")
    await ready(stage, 1, 9000, "T04")
    cohort = await open_cohort(stage)
    await post(stage, f"/cohorts/{cohort}/selection", subject="operator-2")
    await agree(stage, FIRM)
    await passed_on(stage, portal)
    return stage, f"/cohorts/{cohort}/calendar"


async def _send(browser: Browser, page: str, to: str, **typed: str) -> httpx.Response:
    [fields] = forms((await browser.get(page)).text, to)
    return await browser.post(to, fields | typed)


async def test_a_calendar_is_planned_and_what_became_of_its_sessions_is_seen_by_both(
    portal: Visitors, planning: tuple[StageUnderTest, str]
) -> None:
    _, calendar = planning
    operator = await portal.signed_in("operator", language="en")
    this_week = monday(day_of(now()))
    refused = await _send(operator, calendar, calendar, starts_on="", **HOURS)
    assert (refused.status_code, 'href="#starts_on"' in refused.text) == (422, True)
    assert "Without sessions to come" in refused.text
    assert (await _send(operator, calendar, calendar, starts_on=this_week.isoformat(), **HOURS)).status_code == 303
    page = (await operator.get(calendar)).text
    assert ("M03-1" in page, "Without sessions to come" in page) == (True, False)
    table = (await operator.get(f"{calendar}?as=csv")).text
    assert "M03-1" in table

    mine = await portal.signed_in("supplier", supplier_id=FIRM, language="en")
    found = re.search(r'href="(/my-firm/plan/activities/[^"]+)"', (await mine.get("/my-firm/plan")).text)
    assert found is not None
    activity = found[1]
    its = activity.replace("/my-firm/plan", WORK)
    mentor = await portal.signed_in("mentor", subject=given.MENTOR, language="en")
    noted = await _send(mentor, WORK, f"{its}/attendance", number="1", came="false", note="Paro de línea")
    assert noted.status_code == 303
    page = (await mine.get(activity)).text
    assert ("Did not come" in page, "Paro de línea" in page) == (True, True)

    soon = await _send(mine, activity, f"{activity}/delay", until=this_week.isoformat(), reason="Paro de planta")
    assert (soon.status_code, "Choose a later one" in soon.text or "choose a later one" in soon.text) == (409, True)
    later = (this_week + timedelta(weeks=9)).isoformat()
    assert (await _send(mine, activity, f"{activity}/delay", until=later, reason="Paro de planta")).status_code == 303
    page = (await mentor.get(WORK)).text
    assert ("Put off to the week of" in page, "Activity put off" in page) == (True, True)
    assert (await _send(mentor, WORK, f"{its}/delay", until="", reason="x")).status_code == 422


async def test_a_mentor_gives_a_file_as_evidence(portal: Visitors, planning: tuple[StageUnderTest, str]) -> None:
    mentor = await portal.signed_in("mentor", subject=given.MENTOR, language="en")
    page = (await mentor.get(WORK)).text
    found = re.search(rf'action="({WORK}/activities/[^"]+/file)"', page)
    assert found is not None
    version = page.partition('name="version" value="')[2].partition('"')[0].replace("&#34;", '"')
    form = {"version": version, "kind": "photo", "description": "Tablero de control"}
    wrong = await mentor.upload(found[1], {"file": ("foto.png", b"<html>")}, form)
    assert (wrong.status_code, "Tablero de control" in wrong.text) == (422, True)
    assert (await mentor.upload(found[1], {"file": ("informe.pdf", files.PDF)}, form)).status_code == 303
    assert "informe.pdf</a>" in (await mentor.get(WORK)).text
