"""Appeals over HTTP: made in time by the firm, answered by an operator who took no part, and what follows."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.development.api import appeals, outcomes
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest, types
from tests.development.calls import ANY, get, open_cohort, post, ready, refusal

WHY = {"reason": "La tractora ya nos visitó"}
UPHELD = {"verdict": "upheld", "answer": "La visita consta en el expediente"}
REJECTED = {"verdict": "rejected", "answer": "La vinculación no llega al umbral"}


async def rejected(stage: StageUnderTest, match: int = 5_000) -> tuple[str, UUID, UUID]:
    """A cohort of one place, who has it, and who has none; `operator-1` selected."""
    holder, other = await ready(stage, 1, 9_000, "T04"), await ready(stage, 2, match, "T04")
    cohort = await open_cohort(stage, 1)
    await post(stage, f"/cohorts/{cohort}/selection")
    await stage.told()
    return f"/cohorts/{cohort}", holder, other


async def appeal(stage: StageUnderTest, cohort: str, firm: UUID) -> Any:
    return await post(stage, f"{cohort}/firms/{firm}/appeal", Role.SUPPLIER, WHY, supplier_id=firm)


async def answers(stage: StageUnderTest, cohort: str, firm: UUID, body: object, by: str) -> httpx.Response:
    headers = stage.headers(Role.OPERATOR, subject=by) | ANY
    return await stage.client.post(f"{cohort}/firms/{firm}/appeal/decision", json=body, headers=headers)


async def test_a_firm_appeals_and_reads_the_answer(stage: StageUnderTest) -> None:
    cohort, _, firm = await rejected(stage)
    mine = stage.headers(Role.SUPPLIER, supplier_id=firm)
    seen = (await stage.client.get(f"{cohort}/firms/{firm}", headers=mine)).headers["ETag"]
    path = f"{cohort}/firms/{firm}/appeal"
    made = (await stage.client.post(path, json=WHY, headers=mine | {"If-Match": seen})).json()
    assert (made["appeal"]["status"], made["may_appeal"]) == ("waiting", False)
    assert (await stage.client.post(path, json=WHY, headers=mine | {"If-Match": seen})).status_code == 412
    assert await refusal(stage, "POST", f"{cohort}/firms/{firm}/appeal", Role.SUPPLIER, WHY) == (403, "not_yours")
    (waiting,) = (await get(stage, f"{cohort}/appeals?status=waiting"))["items"]
    assert (waiting["supplier_id"], waiting["reason"], "by" in waiting) == (str(firm), WHY["reason"], False)
    by_selector = await answers(stage, cohort, firm, REJECTED, "operator-1")
    assert (by_selector.status_code, by_selector.json()["title"]) == (403, "same_person")
    assert (await answers(stage, cohort, firm, REJECTED, "operator-2")).status_code == 200
    again = await answers(stage, cohort, firm, UPHELD, "operator-2")
    assert (again.status_code, again.json()["title"]) == (409, "appeal_already_decided")
    read = await get(stage, f"{cohort}/firms/{firm}", Role.SUPPLIER, supplier_id=firm)
    assert (read["appeal"]["status"], read["appeal"]["answer"]) == ("rejected", REJECTED["answer"])
    listed = (await get(stage, f"/plans/{firm}/outcomes", Role.SUPPLIER, supplier_id=firm))["items"]
    assert [(each["cohort_id"], each["appeal"]["answer"]) for each in listed] == [
        (read["cohort_id"], REJECTED["answer"])
    ]
    late = await stage.client.post(
        f"{cohort}/firms/{firm}/appeal", json=WHY, headers=stage.headers(Role.SUPPLIER, supplier_id=firm) | ANY
    )
    assert late.json()["title"] == "appeal_already_made"


async def test_an_appeal_that_is_upheld_is_an_override_and_gives_the_next_place(stage: StageUnderTest) -> None:
    """Who has a place keeps it: a cohort that is full has one more."""
    cohort, holder, firm = await rejected(stage)
    await appeal(stage, cohort, firm)
    await answers(stage, cohort, firm, UPHELD, "operator-2")
    shown = await get(stage, cohort)
    (word,) = shown["overrides"]
    assert (word["direction"], word["reason"], word["by"]) == ("in", UPHELD["answer"], "operator-2")
    assert shown["capacity"] == 2
    assert [each["supplier_id"] for each in (await get(stage, f"{cohort}/waiting-list"))["items"]] == [str(firm)]
    assert types(await stage.told()) == []
    await post(stage, f"{cohort}/replacements", subject="operator-3")
    (told,) = await stage.told()
    assert (told.type, told.key, told.data["rank"]) == ("development.supplier-selected", firm, 2)
    assert told.data["reasons"] == ["place_freed", "appeal_upheld", "no_match_at_threshold"]
    assert (await get(stage, f"/plans/{firm}"))["status"] == "proposed"
    assert (await get(stage, f"/plans/{holder}"))["status"] == "proposed"
    assert (await get(stage, f"{cohort}/waiting-list"))["items"] == []


async def test_nobody_is_put_in_by_an_appeal_who_is_left_out_whatever_is_said(stage: StageUnderTest) -> None:
    cohort, holder, firm = await rejected(stage)
    await post(stage, f"/plans/{holder}/drop-out", Role.SUPPLIER, {"reason": "Cambió de giro"}, supplier_id=holder)
    await appeal(stage, cohort, holder)
    refused = await answers(stage, cohort, holder, UPHELD, "operator-2")
    assert (refused.status_code, refused.json()["title"]) == (409, "candidate_excluded")
    assert (await answers(stage, cohort, firm, UPHELD, "operator-2")).json()["title"] == "appeal_not_found"


async def test_an_appeal_is_taken_back_and_made_anew_until_it_is_answered(stage: StageUnderTest) -> None:
    cohort, holder, firm = await rejected(stage)
    await appeal(stage, cohort, firm)
    headers = stage.headers(Role.SUPPLIER, supplier_id=firm) | ANY
    path = f"{cohort}/firms/{firm}/appeal"
    taken = await stage.client.delete(path, headers=headers)
    assert (taken.json()["appeal"]["status"], taken.json()["may_appeal"]) == ("withdrawn", True)
    assert (await stage.client.delete(path, headers=headers)).json()["title"] == "appeal_already_decided"
    assert (await appeal(stage, cohort, firm))["appeal"]["status"] == "waiting"
    has_place = stage.headers(Role.SUPPLIER, supplier_id=holder) | ANY
    refused = await stage.client.post(f"{cohort}/firms/{holder}/appeal", json=WHY, headers=has_place)
    assert (refused.status_code, refused.json()["title"]) == (409, "candidate_already_selected")


async def test_after_the_last_day_nobody_appeals(stage: StageUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    cohort, _, firm = await rejected(stage)
    until = datetime.fromisoformat((await get(stage, cohort))["appeals_until"])
    for module in (appeals, outcomes):
        monkeypatch.setattr(module, "now", lambda: until + timedelta(seconds=1))
    assert not (await get(stage, f"{cohort}/firms/{firm}"))["may_appeal"]
    headers = stage.headers(Role.SUPPLIER, supplier_id=firm) | ANY
    late = await stage.client.post(f"{cohort}/firms/{firm}/appeal", json=WHY, headers=headers)
    assert (late.status_code, late.json()["title"]) == (409, "appeal_too_late")
    monkeypatch.undo()
    await stage.rows("UPDATE timer SET at = now() - interval '1 second' RETURNING kind")
    await stage.tick()
    assert (await get(stage, cohort))["appeals_ended_at"] is not None
    ended = await stage.client.post(f"{cohort}/firms/{firm}/appeal", json=WHY, headers=headers)
    assert ended.json()["title"] == "appeal_too_late"
