"""Diagnosis and development, each on its own store, with every event of the one brought to the other.

Evidence that raised nothing is returned and mended, a gap that came later enters the plan, and who finished is in a
second cohort.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from services.development.app import build as build_development
from services.diagnosis.app import build as build_diagnosis
from shared.contracts import development, diagnosis
from shared.contracts.event import EventData
from shared.days import day_of
from shared.runtime.clock import now
from shared.service.callers import Role
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated
from tests.development import calls as plans
from tests.development import given
from tests.development.given import supplier
from tests.diagnosis.builders import ANCHOR, levels_at, sheet
from tests.diagnosis.calls import ANY, STEPS
from tests.diagnosis.test_handlers import aligned

FIRM = supplier(1)
KNOWN: dict[str, type[EventData]] = {
    each.TYPE: each
    for each in (
        diagnosis.DiagnosisCompleted,
        diagnosis.GapRescored,
        diagnosis.EvidenceReturned,
        development.ActivityCompleted,
        development.ActivityReopened,
    )
}
"""What one of the two reads of the other."""


@dataclass
class Pair:
    diagnosis: StageUnderTest
    development: StageUnderTest

    async def settle(self) -> None:
        """Bring what each decided to the other, until nobody says anything more."""
        said = True
        while said:
            said = False
            for here, there in ((self.diagnosis, self.development), (self.development, self.diagnosis)):
                for told in await here.told():
                    if told.type in KNOWN:
                        said = True
                        outcome = await there.consume(KNOWN[told.type].model_validate(told.data))
                        assert outcome.applied == 1

    async def answer(self, role: str, step: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = self.diagnosis.headers(role, supplier_id=FIRM if role == "supplier" else None) | ANY
        answer = await self.diagnosis.client.post(f"/diagnoses/{FIRM}/{step}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        await self.settle()
        shown: dict[str, Any] = answer.json()
        return shown

    async def plan(self) -> dict[str, Any]:
        shown: dict[str, Any] = await plans.get(self.development, f"/plans/{FIRM}")
        return shown

    async def post(self, path: str, role: Role = Role.OPERATOR, body: object = None) -> Any:
        bound = {"supplier_id": FIRM} if role == Role.SUPPLIER else {}
        shown = await plans.post(self.development, path, role, body, **bound)
        await self.settle()
        return shown

    async def complete(self, number: int, words: str) -> str:
        """The firm gives evidence of one activity, and its mentor accepts it."""
        activity = (await self.plan())["activities"][number]["activity_id"]
        path = f"/plans/{FIRM}/activities/{activity}"
        shown = await self.post(f"{path}/evidence", Role.SUPPLIER, {"kind": "document", "description": words})
        evidence: str = shown["activities"][number]["evidence"][-1]["evidence_id"]
        await self.post(f"{path}/completion", Role.MENTOR, {"evidence_id": evidence})
        return evidence

    async def select(self) -> str:
        cohort = await plans.open_cohort(self.development)
        await self.post(f"/cohorts/{cohort}/selection")
        return cohort


@pytest.fixture
async def pair(migrated: Migrated) -> AsyncIterator[Pair]:
    """A diagnosed firm with one gap, T04, and an agreed plan for it."""
    async with AsyncExitStack() as open_:
        (assessing, _), (developing, _) = build_diagnosis(), build_development()
        pair = Pair(
            await open_.enter_async_context(StageUnderTest(assessing, await migrated("diagnosis"))),
            await open_.enter_async_context(StageUnderTest(developing, await migrated("development"))),
        )
        asked = aligned((ANCHOR, {}, ())).model_copy(update={"supplier_id": FIRM})
        await pair.diagnosis.consume(asked)
        await pair.development.consume(given.profile(1), given.match_found(9_000))
        people = {"assessor": "assessor-1", "validator": "expert-1"}
        headers = pair.diagnosis.headers("operator") | ANY
        await pair.diagnosis.client.put(f"/diagnoses/{FIRM}/assignment", json=people, headers=headers)
        for role, step in STEPS:
            await pair.answer(role, step, sheet(levels_at(3, T04=1)))
        await pair.select()
        await plans.agree(pair.development, FIRM)
        await pair.settle()
        yield pair


async def test_evidence_that_raises_nothing_is_returned_and_mended(pair: Pair) -> None:
    wrong = await pair.complete(0, "PPAP de otra planta")
    assert (await pair.plan())["status"] == "completed"
    looked = {"question": "T04", "level": 1, "evidence_id": wrong, "note": "otra planta"}
    await pair.answer("assessor", "rescores", looked | {"returned_because": "another_document"})
    plan = await pair.plan()
    assert (plan["status"], plan["activities"][0]["status"]) == ("agreed", "planned")
    assert plan["activities"][0]["evidence"][0]["verdicts"][-1]["reason"] == "another_document"
    right = await pair.complete(0, "PPAP de esta planta")
    shown = await pair.answer("assessor", "rescores", {"question": "T04", "level": 3, "evidence_id": right})
    assert shown["locked"]["result"]["gaps"] == []
    assert [each["standing"] for each in shown["verdicts"]] == ["returned", "accepted"]
    plan = await pair.plan()
    assert (plan["status"], plan["closed"], plan["open"]) == ("completed", ["T04"], [])


async def test_what_the_mentor_takes_back_waits_for_no_assessor(pair: Pair) -> None:
    wrong = await pair.complete(0, "PPAP de otra planta")
    activity = (await pair.plan())["activities"][0]["activity_id"]
    path = f"/plans/{FIRM}/activities/{activity}/evidence/{wrong}/return"
    await pair.post(path, Role.MENTOR, {"reason": "Es de otra planta"})
    gaps = await pair.diagnosis.client.get(f"/diagnoses/{FIRM}/gaps", headers=pair.diagnosis.headers("assessor"))
    assert [each["evidence"] for each in gaps.json()["items"]] == [[]]


async def test_a_level_that_falls_enters_the_plan_and_a_firm_that_finished_is_in_a_second_cohort(pair: Pair) -> None:
    fallen = {"question": "A01", "level": 0, "note": "accidente sin registro"}
    await pair.answer("assessor", "rescores", fallen)
    assert (await pair.plan())["revision"]["activities"][0]["questions"] == ["A01"]
    for role in (Role.SUPPLIER, Role.MENTOR):
        await pair.post(f"/plans/{FIRM}/revision/agreement", role)
    evidence = [await pair.complete(number, "Entregable") for number in (0, 1)]
    plan = await pair.plan()
    assert (plan["status"], plan["open"]) == ("completed", ["A01", "T04"])
    raised = {"question": "A01", "level": 3, "evidence_id": evidence[1]}
    await pair.answer("assessor", "rescores", raised)
    # Nobody has looked at the evidence for T04, which may close what the next plan would be for.
    assert (await plans.get(pair.development, f"/cohorts/{await pair.select()}/candidates"))["items"][0]["reasons"] == [
        "evidence_awaits_verdict"
    ]
    enough_for_less = {"question": "T04", "level": 2, "evidence_id": evidence[0]}
    await pair.answer("assessor", "rescores", enough_for_less)
    second = await pair.select()
    plan = await pair.plan()
    assert (plan["cohort_id"], plan["status"]) == (second, "proposed")
    assert [each["questions"] for each in plan["activities"]] == [["T04"]]
    past = await plans.get(pair.development, f"/plans/{FIRM}/past")
    assert [len(each["plan"]["activities"]) for each in past["items"]] == [2]
    raised = {"question": "T04", "level": 3, "note": "visto", "seen_on": day_of(now()).isoformat()}
    await pair.answer("assessor", "rescores", raised)
    assert (await pair.plan())["activities"] == []


async def test_a_drop_out_is_replaced_and_an_appeal_that_is_upheld_leads_to_a_plan_that_closes(pair: Pair) -> None:
    """k = 1. The firm of the pair and 2 are of P01, 3 and 4 of P09. 2 and 3 are selected; 3 leaves, and 4, the least of
    all, covers P09 anew; the firm appeals, and has a place beside them.
    """
    here = pair.development
    await pair.post(f"/plans/{FIRM}/drop-out", Role.SUPPLIER, {"reason": "Cambió de giro"})
    asked = (given.requirement_published(1, "P01", 1), given.requirement_published(2, "P09", 2))
    await plans.learn(here, *asked, given.match_found(8_000))
    _, third, fourth = [
        await plans.ready(here, number, score, "T04", at=at)
        for number, score, at in ((2, 9_900, 1), (3, 7_500, 2), (4, 7_400, 2))
    ]
    cohort = f"/cohorts/{await plans.open_cohort(here, 2, k=1)}"
    await pair.post(f"{cohort}/selection")
    bye = {"reason": "Cambió de dueño"}
    await plans.post(here, f"/plans/{third}/drop-out", Role.SUPPLIER, bye, supplier_id=third)
    replaced = await pair.post(f"{cohort}/replacements")
    assert [each["replaced_by"] for each in replaced["drop_outs"]] == [str(fourth)]
    await pair.post(f"{cohort}/firms/{FIRM}/appeal", Role.SUPPLIER, {"reason": "La tractora ya nos visitó"})
    upheld = {"verdict": "upheld", "answer": "La visita consta"}
    await plans.post(here, f"{cohort}/firms/{FIRM}/appeal/decision", body=upheld, subject="operator-2")
    assert (await pair.post(f"{cohort}/replacements"))["capacity"] == 3
    await plans.agree(here, FIRM)
    await pair.settle()
    evidence = await pair.complete(0, "PPAP de esta planta")
    await pair.answer("assessor", "rescores", {"question": "T04", "level": 3, "evidence_id": evidence})
    plan = await pair.plan()
    assert (plan["status"], plan["closed"], plan["open"]) == ("completed", ["T04"], [])


async def test_a_gap_is_scored_up_on_evidence_and_down_again_and_the_plan_follows(pair: Pair) -> None:
    """Returned, given anew, accepted, closed; then an assessor sees less than before: it is worked on once more."""
    wrong = await pair.complete(0, "PPAP sin firma")
    looked = {"question": "T04", "level": 1, "evidence_id": wrong, "note": "sin firma"}
    await pair.answer("assessor", "rescores", looked | {"returned_because": "not_enough"})
    right = await pair.complete(0, "PPAP firmado")
    await pair.answer("assessor", "rescores", {"question": "T04", "level": 3, "evidence_id": right})
    plan = await pair.plan()
    assert (plan["status"], plan["closed"], plan["revision"]) == ("completed", ["T04"], None)
    await pair.answer("assessor", "rescores", {"question": "T04", "level": 1, "note": "El PPAP de hoy es otro"})
    plan = await pair.plan()
    assert (plan["open"], [each["module"] for each in plan["revision"]["activities"]]) == (["T04"], ["M03"])
    for role in (Role.SUPPLIER, Role.MENTOR):
        plan = await pair.post(f"/plans/{FIRM}/revision/agreement", role)
    assert [each["status"] for each in plan["activities"]] == ["completed", "planned"]
    kept = (await plans.get(pair.development, f"/plans/{FIRM}/history"))["items"]
    assert [(each["what"], each["role"]) for each in kept][4:] == [
        ("completed", "mentor"),
        ("all_done", "mentor"),
        ("reopened", "assessor"),
        ("completed", "mentor"),
        ("all_done", "mentor"),
        ("revision_proposed", "diagnosis"),
        ("agreed", "supplier"),
        ("agreed", "mentor"),
        ("in_force", "mentor"),
    ]
