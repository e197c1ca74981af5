"""An assessor at a firm's plant: each dimension's questions, what the firm said beside what was seen, one by one."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Path, Response

from services.portal.api.acting import UNTRIED, Tried, acted, named
from services.portal.api.asking import Anybody, Asking, Form, Only, see
from services.portal.api.forms import trouble, typed
from services.portal.api.instruments import instrument_of
from services.portal.domain.scope import Scope
from services.portal.stages import StageProblem
from shared.service.callers import Role

Assessor = Annotated[Scope, Depends(Only(Role.ASSESSOR))]
Code = Annotated[str, Path(pattern=r"^[A-Z0-9]{1,10}$")]
WHY = ("not_applicable", "not_running", "no_access", "records_missing")
"""Why a question has no level."""
NO_LEVEL = "none"
LEVELS: Mapping[str, int | None] = {NO_LEVEL: None, **{str(level): level for level in range(5)}}
"""What a form says of a question, and the level that it means."""


def router() -> APIRouter:
    pages = APIRouter(prefix="/work/visits/{supplier_id}")

    @pages.get("")
    async def show_visit(asked: Anybody, scope: Assessor, supplier_id: UUID) -> Response:
        """How far each dimension is."""
        return await _overview(asked, scope, supplier_id)

    @pages.post("")
    async def end_visit(asked: Anybody, scope: Assessor, supplier_id: UUID, form: Form) -> Response:
        """Give the sheet as a whole."""
        version = str(form.get("version", ""))
        return await acted(
            asked,
            asked.send("diagnosis", "POST", f"/diagnoses/{supplier_id}/visit/submission", version=version),
            lambda tried: _overview(asked, scope, supplier_id, tried),
            to="/work",
            typed=typed(form),
        )

    @pages.get("/{dimension}")
    async def show_dimension(asked: Anybody, scope: Assessor, supplier_id: UUID, dimension: Code) -> Response:
        """Its questions, each with a form of its own."""
        return await _dimension(asked, scope, supplier_id, dimension)

    @pages.post("/{dimension}/{question}")
    async def note_question(
        asked: Anybody, scope: Assessor, supplier_id: UUID, dimension: Code, question: Code, form: Form
    ) -> Response:
        """Keep one answer. A script is given the question alone, for its place."""
        path, given = f"/diagnoses/{supplier_id}/visit/{question}", typed(form)
        tried = UNTRIED
        try:
            await asked.send("diagnosis", "PUT", path, answer_of(given), version=str(form.get("version", "")))
        except StageProblem as error:
            tried = Tried(trouble(error, asked.words), given, f"{question}-", error.status)
        if "hx-request" in asked.request.headers:
            return await _question(asked, supplier_id, dimension, question, tried)
        if tried.problem is not None:
            return await _dimension(asked, scope, supplier_id, dimension, tried)
        return see(f"/work/visits/{supplier_id}/{dimension}#{question}")

    return pages


def answer_of(given: dict[str, str]) -> dict[str, Any]:
    """What the form says, as the stage takes it: no level at all is left to the stage to refuse."""
    level, why = given.get("level", ""), given.get("why", "")
    said: dict[str, Any] = {name: given[name].strip() for name in ("reason", "note") if given.get(name, "").strip()}
    if level in LEVELS:
        said["level"] = LEVELS[level]
    return said | ({"why": why} if why else {})


async def sheet_of(asked: Asking, supplier_id: UUID) -> dict[str, Any]:
    """What the firm said, and what was seen so far. Raises StageProblem."""
    diagnosis = await asked.ask("diagnosis", f"/diagnoses/{supplier_id}")
    visit = await asked.ask("diagnosis", f"/diagnoses/{supplier_id}/visit")
    return {
        "diagnosis": diagnosis.body,
        "own": diagnosis.body["self_assessment"] or {"levels": {}, "notes": {}, "reasons": {}, "evidence": {}},
        "seen": {each["question"]: each for each in visit.body["answers"]},
        "missing": visit.body["missing"],
        "version": visit.etag,
    }


async def _overview(asked: Asking, scope: Scope, supplier_id: UUID, tried: Tried = UNTRIED) -> Response:
    sheet = await sheet_of(asked, supplier_id)
    instrument = await instrument_of(asked, sheet["diagnosis"]["instrument"])
    codes = [each["code"] for each in instrument["dimensions"]]
    questions = {
        code: [each["code"] for each in instrument["questions"] if each["dimension"] == code] for code in codes
    }
    return asked.page(
        "visit.html",
        tried.status,
        id=supplier_id,
        firm=(await named(asked, scope, [str(supplier_id)])).get(str(supplier_id)),
        questions=questions,
        **sheet,
        **tried.shown,
    )


async def _dimension(
    asked: Asking, scope: Scope, supplier_id: UUID, dimension: str, tried: Tried = UNTRIED
) -> Response:
    sheet = await sheet_of(asked, supplier_id)
    questions = await _questions(asked, sheet, dimension)
    return asked.page(
        "visit_dimension.html",
        tried.status,
        id=supplier_id,
        firm=(await named(asked, scope, [str(supplier_id)])).get(str(supplier_id)),
        dimension=dimension,
        questions=questions,
        whys=WHY,
        saved=False,
        alone=False,
        **sheet,
        **tried.shown,
    )


async def _question(asked: Asking, supplier_id: UUID, dimension: str, code: str, tried: Tried) -> Response:
    """One question, as it stands now. A script puts only what went well into its place, so all of it does."""
    sheet = await sheet_of(asked, supplier_id)
    found = [each for each in await _questions(asked, sheet, dimension) if each["code"] == code]
    if not found:
        raise HTTPException(404)
    return asked.page(
        "visit_question.html",
        id=supplier_id,
        dimension=dimension,
        question=found[0],
        whys=WHY,
        saved=tried.problem is None,
        alone=True,
        **sheet,
        **tried.shown,
    )


async def _questions(asked: Asking, sheet: Mapping[str, Any], dimension: str) -> list[dict[str, Any]]:
    instrument = await instrument_of(asked, sheet["diagnosis"]["instrument"])
    found = [each for each in instrument["questions"] if each["dimension"] == dimension]
    if not found:
        raise HTTPException(404)
    return found
