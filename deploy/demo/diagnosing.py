"""Second act: aligned firms answer the diagnosis, an assessor visits them, an expert validates; both are assigned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from deploy.demo.calls import ANY_VERSION
from deploy.demo.enrolment import Enrolled
from deploy.demo.people import ASSESSOR, EXPERT
from deploy.demo.sample import diagnosis as answers
from deploy.demo.sample.prepare import Firm
from deploy.demo.stage import Stage, together
from deploy.demo.texts import tell

NOT_HERE_YET = ("offering_unknown", "diagnosis_not_found", "diagnosis_not_open")
"""Problems of a firm whose events are still on their way."""


@dataclass(frozen=True)
class Diagnosed:
    """What became of each firm before anybody is selected."""

    aligned: frozenset[UUID]
    missing: Mapping[UUID, tuple[str, ...]] = field(default_factory=dict)
    """The gates that each firm without an alignment failed."""


async def diagnose(stage: Stage, enrolled: Enrolled) -> Diagnosed:
    """Take every firm as far as it gets."""
    instrument = await stage.api.do(stage.people.operator, "diagnosis", "GET", "/instrument")
    questions = [question["code"] for question in instrument["questions"]]
    found = await together(
        _through(stage, supplier, stage.sample.firms[rfc], questions) for rfc, supplier in enrolled.suppliers.items()
    )
    outcome = dict(zip(enrolled.suppliers.values(), found, strict=True))
    missing = {supplier: gates for supplier, gates in outcome.items() if gates}
    aligned = frozenset(outcome.keys() - missing.keys())
    stage.note(tell("note.diagnosed", aligned=len(aligned), missing=len(missing)))
    return Diagnosed(aligned, missing)


async def _through(stage: Stage, supplier: UUID, firm: Firm, questions: list[str]) -> tuple[str, ...]:
    """One firm: the gates that it failed, or nothing once it is validated."""
    alignment = await stage.api.do(
        stage.people.firm(supplier), "matching", "GET", f"/suppliers/{supplier}/alignment", awaits=NOT_HERE_YET
    )
    if not alignment["aligned"]:
        return tuple(sorted({missing["gate"] for missing in alignment["missing"]}))
    seed = stage.sample.seed
    own = answers.self_assessed(firm, questions, seed)
    found = answers.assessed(firm, questions, seed)
    await _answer(stage, stage.people.firm(supplier), supplier, "self-assessment", own)
    await stage.api.do(
        stage.people.operator,
        "diagnosis",
        "PUT",
        f"/diagnoses/{supplier}/assignment",
        json={"assessor": ASSESSOR, "validator": EXPERT},
        headers=ANY_VERSION,
    )
    await _answer(stage, stage.people.assessor, supplier, "assessment", found)
    await _answer(stage, stage.people.expert, supplier, "validation", found)
    return ()


async def _answer(stage: Stage, token: str, supplier: UUID, state: str, given: answers.Answered) -> None:
    why = dict.fromkeys(given.reasons, "not_applicable")
    sheet: dict[str, Any] = {"levels": given.levels, "why": why, "reasons": given.reasons, "notes": given.notes}
    path = f"/diagnoses/{supplier}/{state}"
    await stage.api.do(token, "diagnosis", "POST", path, awaits=NOT_HERE_YET, json=sheet, headers=ANY_VERSION)
