"""Fourth act: a cohort is selected, plans are agreed, a mentor accepts firms' evidence, re-scores close gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from deploy.demo.calls import ANY_VERSION, once
from deploy.demo.people import MENTOR
from deploy.demo.stage import Stage, together
from deploy.demo.texts import tell

ACTIVE_FIRMS = 20
"""Of the best ranked, those that have two activities behind them by the end of the story; the others have one."""
FEWEST = 1
WHOLE_PLANS = 3
"""Firms that complete their whole plan."""
OVERRIDE_REASON = "Caso de control de la demostración: la empresa que no da su consentimiento."
EVIDENCE_UNDERWAY = ("evidence_unknown",)


async def select(stage: Stage, refuser: UUID, name: str) -> tuple[UUID, ...]:
    """Open a cohort of the usual size and select it: its firms by rank.

    The operator asks for a place for the firm that will refuse consent: without one nobody would refer it. So another
    one selects.
    """
    operator = stage.people.operator
    opened = await stage.api.do(operator, "development", "POST", "/cohorts", json={"name": name}, headers=once())
    cohort = opened["id"]
    ranking = await stage.api.items(operator, "development", f"/cohorts/{cohort}/preview")
    if not any(line["selected"] and line["supplier_id"] == str(refuser) for line in ranking):
        override = {"supplier_id": str(refuser), "direction": "in", "reason": OVERRIDE_REASON}
        path = f"/cohorts/{cohort}/overrides"
        await stage.api.do(operator, "development", "POST", path, json=override, headers=ANY_VERSION)
    await stage.api.do(
        stage.people.reviewer,
        "development",
        "POST",
        f"/cohorts/{cohort}/selection",
        done=("cohort_already_selected",),
        headers=ANY_VERSION,
    )
    lines = await stage.api.items(operator, "development", f"/cohorts/{cohort}/candidates", selected=True)
    selected = tuple(UUID(line["supplier_id"]) for line in sorted(lines, key=lambda line: line["rank"]))
    stage.note(tell("note.selected", selected=len(selected), candidates=len(ranking)))
    return selected


async def develop(stage: Stage, selected: Sequence[UUID]) -> tuple[int, int]:
    """Plans are agreed and partly done. The numbers of completed activities and of re-scores."""
    done = await together(_develop(stage, supplier, _share(rank)) for rank, supplier in enumerate(selected))
    activities, rescored = (sum(column) for column in zip(*done, strict=True))
    stage.note(tell("note.developed", plans=len(done), activities=activities, rescored=rescored))
    return activities, rescored


def _share(rank: int) -> int | None:
    """How many of its activities a firm completes; None: all."""
    if rank < WHOLE_PLANS:
        return None
    return 2 if rank < ACTIVE_FIRMS else FEWEST


async def _develop(stage: Stage, supplier: UUID, share: int | None) -> tuple[int, int]:
    firm = stage.people.firm(supplier)
    plan = await stage.api.do(firm, "development", "GET", f"/plans/{supplier}")
    assignment = f"/plans/{supplier}/assignment"
    await stage.api.do(
        stage.people.operator, "development", "PUT", assignment, json={"mentor": MENTOR}, headers=ANY_VERSION
    )
    for side in (firm, stage.people.mentor):
        agreement = f"/plans/{supplier}/agreement"
        await stage.api.do(side, "development", "POST", agreement, done=("plan_already_agreed",), headers=ANY_VERSION)
    activities = plan["activities"][:share]
    evidence: dict[str, str] = {}
    for activity in activities:
        evidence_id = await _complete(stage, supplier, activity)
        evidence.update(dict.fromkeys(activity["questions"], evidence_id))
    targets = await _targets(stage, supplier)
    scored = [question for question in evidence if question in targets]
    for question in scored:
        await _rescore(stage, supplier, question, targets[question], evidence[question])
    return len(activities), len(scored)


async def _complete(stage: Stage, supplier: UUID, activity: Mapping[str, Any]) -> str:
    """The firm gives evidence of the deliverable, and its mentor accepts it: the id of the evidence."""
    evidence = {
        "kind": "document",
        "description": f"Entregable: {activity['deliverable']}",
        "reference": f"EV-{activity['module']}-{str(supplier)[-6:]}",
    }
    path = f"/plans/{supplier}/activities/{activity['activity_id']}"
    firm, mentor = stage.people.firm(supplier), stage.people.mentor
    plan = await stage.api.do(firm, "development", "POST", f"{path}/evidence", json=evidence, headers=ANY_VERSION)
    shown = next(each for each in plan["activities"] if each["activity_id"] == activity["activity_id"])
    evidence_id = str(shown["evidence"][0]["evidence_id"])
    accepted = {"evidence_id": evidence_id}
    await stage.api.do(mentor, "development", "POST", f"{path}/completion", json=accepted, headers=ANY_VERSION)
    return evidence_id


async def _targets(stage: Stage, supplier: UUID) -> dict[str, int]:
    """The level that each open gap has to reach."""
    gaps = await stage.api.items(stage.people.assessor, "diagnosis", f"/diagnoses/{supplier}/gaps")
    return {gap["question"]: gap["target"] for gap in gaps}


async def _rescore(stage: Stage, supplier: UUID, question: str, level: int, evidence_id: str) -> None:
    """The assessor scores the question again on the evidence, which is an event that may still be on its way."""
    await stage.api.do(
        stage.people.assessor,
        "diagnosis",
        "POST",
        f"/diagnoses/{supplier}/rescores",
        json={"question": question, "level": level, "evidence_id": evidence_id},
        awaits=EVIDENCE_UNDERWAY,
        done=("evidence_used",),
        headers=ANY_VERSION,
    )
