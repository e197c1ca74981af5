"""What a mentor does with a plan, and how its forms bring it to the stage."""

import re
from uuid import UUID

import pytest

from shared.service.callers import Role
from tests.portal import scripted
from tests.portal.conftest import Visitors
from tests.portal.events import SUPPLIER
from tests.portal.forms import forms, last_sent, refuse

ACTIVITY, PIECE = str(UUID(int=8)), str(UUID(int=9))
PLAN, MENTORING = f"/plans/{SUPPLIER}", f"/work/plans/{SUPPLIER}"


def _plan(at_work: Visitors, **changed: object) -> None:
    given = {"kind": "document", "description": "PPAP", "reference": None, "sha256": None, "attachment": None}
    piece = {"evidence_id": PIECE, "evidence": given, "role": "supplier", "standing": "waiting", "verdicts": []}
    shown = at_work.others.answers["development.test", PLAN].json()
    activity = shown["activities"][0] | {"activity_id": ACTIVITY, "status": "planned", "completion": None}
    plan = {
        "supplier_id": str(SUPPLIER),
        "status": "agreed",
        "activities": [activity | {"evidence": [piece | {"at": "2026-03-02T15:04:05Z"}]}],
    }
    at_work.others.answer("development", PLAN, shown | plan | changed, ETag=scripted.ETAG)


ACTS = [
    (f"activities/{ACTIVITY}/completion", "POST", f"activities/{ACTIVITY}/completion", {"evidence_id": PIECE}),
    (
        f"activities/{ACTIVITY}/evidence/{PIECE}/return",
        "POST",
        f"activities/{ACTIVITY}/evidence/{PIECE}/return",
        {"reason": "No se lee"},
    ),
    (
        f"activities/{ACTIVITY}/evidence",
        "POST",
        f"activities/{ACTIVITY}/evidence",
        {"kind": "photo", "description": "Línea nueva"},
    ),
    (f"activities/{ACTIVITY}/removal", "POST", f"activities/{ACTIVITY}/removal", {"reason": "Ya se hizo"}),
    (f"activities/{ACTIVITY}/removal/end", "DELETE", f"activities/{ACTIVITY}/removal", None),
    ("revision", "POST", "revision/agreement", None),
]


async def test_a_mentor_agrees_to_a_plan_for_the_program(at_work: Visitors) -> None:
    _plan(at_work, status="proposed", agreed_by_firm=True, agreed_by_program=False, revision=None)
    at_work.others.answer("development", f"{PLAN}/agreement", {})
    browser = await at_work.signed_in(str(Role.MENTOR))
    [fields] = forms((await browser.get(MENTORING)).text, f"{MENTORING}/agreement")
    assert (await browser.post(f"{MENTORING}/agreement", fields)).status_code == 303
    assert last_sent(at_work.others) == ("POST", f"{PLAN}/agreement", None, scripted.ETAG)
    _plan(at_work, status="proposed", agreed_by_firm=False, agreed_by_program=True, revision=None)
    page = (await browser.get(MENTORING)).text
    assert ("Usted está de acuerdo" in page, f"{MENTORING}/agreement" in page) == (
        True,
        False,
    )


@pytest.mark.parametrize(("form", "method", "path", "body"), ACTS, ids=[each[0] for each in ACTS])
async def test_what_a_mentor_does_comes_to_the_stage_as_it_was_seen(
    at_work: Visitors, form: str, method: str, path: str, body: dict[str, str] | None
) -> None:
    removal = {"activity_id": ACTIVITY, "reason": "x", "role": "supplier", "at": "2026-03-02T15:04:05Z"}
    revision = {"number": 1, "activities": [], "removals": [removal], "modules": "1"}
    _plan(at_work, revision=revision | {"agreed_by_firm": True, "agreed_by_mentor": False})
    at_work.others.answer("development", f"{PLAN}/{path}", {})
    browser = await at_work.signed_in(str(Role.MENTOR))
    page = await browser.get(MENTORING)
    assert page.status_code == 200, page.text
    [fields] = forms(page.text, f"{MENTORING}/{form}")
    answer = await browser.post(f"{MENTORING}/{form}", fields | (body or {}))
    assert (answer.status_code, answer.headers["location"]) == (303, MENTORING)
    assert last_sent(at_work.others) == (method, f"{PLAN}/{path}", body, scripted.ETAG)
    refuse(at_work.others, "development", f"{PLAN}/{path}", 412)
    stale = await browser.post(f"{MENTORING}/{form}", fields | (body or {}) | {"seen_status": "proposed"})
    assert (stale.status_code, "<td>Propuesto</td><td>Acordado</td>" in stale.text) == (412, True)


async def test_why_evidence_is_not_returned_stands_at_that_piece(at_work: Visitors) -> None:
    _plan(at_work)
    refuse(at_work.others, "development", f"{PLAN}/activities/{ACTIVITY}/evidence/{PIECE}/return", 422, reason="Falta.")
    answer = await (await at_work.signed_in("mentor")).post(
        f"{MENTORING}/activities/{ACTIVITY}/evidence/{PIECE}/return"
    )
    assert re.search(rf'<a href="#{PIECE}-reason">[^<]+: Falta.</a>', answer.text)
    assert f'id="{PIECE}-reason-error"' in answer.text
