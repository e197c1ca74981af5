"""An assessor and evidence of completed activities: a question is scored again, or the evidence is returned."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.portal.api.acting import UNTRIED, Tried, acted, named
from services.portal.api.asking import Anybody, Asking, Form, Only
from services.portal.api.forms import body, typed
from services.portal.api.instruments import questions_of
from services.portal.domain.scope import Scope
from shared.service.callers import Role

Line = Annotated[int, Query(ge=0, le=200)]
Assessor = Annotated[Scope, Depends(Only(Role.ASSESSOR))]
EACH = 8
"""Gaps on one page: each has a form of its own."""
ANOTHER = "another-"
"""What the ids of the form begin with that is about any question without a gap."""
FAULTS = ("not_enough", "another_document", "not_legible", "out_of_date")
"""What is wrong with evidence that raises nothing."""


def router() -> APIRouter:
    pages = APIRouter(prefix="/work/scores/{supplier_id}")

    @pages.get("")
    async def show_gaps(asked: Anybody, scope: Assessor, supplier_id: UUID, skip: Line = 0) -> Response:
        """Its open gaps, those with evidence first."""
        return await _page(asked, scope, supplier_id, skip=skip)

    @pages.post("")
    async def score(asked: Anybody, scope: Assessor, supplier_id: UUID, form: Form) -> Response:
        """Score one question again, on evidence or on what was seen."""
        version, given = str(form.get("version", "")), body(form, numbers=("level",))
        another = bool(given.pop("another", ""))
        return await acted(
            asked,
            asked.send("diagnosis", "POST", f"/diagnoses/{supplier_id}/rescores", given, version=version),
            lambda tried: _page(asked, scope, supplier_id, tried),
            to=f"/work/scores/{supplier_id}",
            typed=typed(form),
            at=ANOTHER if another else f"{form.get('question', '')}-",
        )

    return pages


async def _page(asked: Asking, scope: Scope, supplier_id: UUID, tried: Tried = UNTRIED, *, skip: int = 0) -> Response:
    diagnosis = await asked.ask("diagnosis", f"/diagnoses/{supplier_id}")
    gaps = await asked.ask("diagnosis", f"/diagnoses/{supplier_id}/gaps", limit=200)
    plan = await asked.beside("development", f"/plans/{supplier_id}")
    activities = [] if plan is None else plan.body["activities"]
    evidence = {piece["evidence_id"]: _shown(piece, each) for each in activities for piece in each["evidence"]}
    found = sorted(gaps.body["items"], key=lambda gap: not gap["evidence"])
    wrong = [at for at, gap in enumerate(found) if tried.acted == f"{gap['question']}-"]
    skip = wrong[0] // EACH * EACH if wrong else skip
    looked = {(each["question"], each["evidence_id"]): each for each in diagnosis.body["verdicts"]}
    return asked.page(
        "scores.html",
        tried.status,
        id=supplier_id,
        firm=(await named(asked, scope, [str(supplier_id)])).get(str(supplier_id)),
        gaps=found[skip : skip + EACH],
        next=str(skip + EACH) if len(found) > skip + EACH else None,
        open=len(found),
        version=diagnosis.etag,
        withdrawn=diagnosis.body["withdrawn"],
        evidence=evidence,
        looked=looked,
        others=_without_gap(diagnosis.body, {gap["question"] for gap in gaps.body["items"]}),
        another=ANOTHER,
        texts=await questions_of(asked, diagnosis.body["instrument"]),
        faults=FAULTS,
        **tried.shown,
    )


def _without_gap(diagnosis: dict[str, Any], gaps: set[str]) -> list[tuple[str, int | None]]:
    """Questions that meet their target, with the level that counts: one may fall, as surveillance finds it."""
    levels: dict[str, int | None] = {} if diagnosis["locked"] is None else diagnosis["locked"]["levels"]
    return sorted((code, level) for code, level in levels.items() if code not in gaps)


def _shown(piece: dict[str, Any], activity: dict[str, Any]) -> dict[str, Any]:
    return {**piece["evidence"], "module": activity["module"], "name": activity["name"], "at": piece["at"]}
