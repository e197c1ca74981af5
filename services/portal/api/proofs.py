"""What backs one answer of a diagnosis: a page for the firm's people, and one for the assessor on site."""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Path, Response

from services.portal.api.asking import Anybody, Asking, File, Form, see
from services.portal.api.attachments import ACCEPTS, add_proof, give, remove_proof
from services.portal.api.forms import Trouble, trouble
from services.portal.api.instruments import instrument_of
from services.portal.api.my_firm import STAYING
from services.portal.api.my_profile import Mine
from services.portal.api.visits import Assessor
from services.portal.stages import StageProblem

Code = Annotated[str, Path(pattern=r"^[A-Z]{3}$")]
NUMBER = re.compile(r"[0-9]{1,2}")
Question = Annotated[str, Path(pattern=r"^[A-Z][0-9]{2}$")]


class _Place:
    """Whose answer it is, and where its page and its stage have it."""

    def __init__(self, supplier_id: UUID, sheet: str, page: str, dimension: str, question: str) -> None:
        self.supplier_id, self.sheet, self.question = supplier_id, sheet, question
        self.back, self.address = f"{page}/{dimension}", f"{page}/{dimension}/{question}"
        self.path = f"/diagnoses/{supplier_id}/{sheet}/{question}"


def router() -> APIRouter:
    pages = APIRouter()
    _add_firms(pages)
    _add_assessors(pages)
    return pages


def _add_firms(pages: APIRouter) -> None:
    def of(mine: Mine, dimension: str, question: str) -> _Place:
        return _Place(mine.supplier_id, "draft", "/my-firm/diagnosis", dimension, question)

    @pages.get("/my-firm/diagnosis/{dimension}/{question}", dependencies=[STAYING])
    async def show_proofs(asked: Anybody, mine: Mine, dimension: Code, question: Question) -> Response:
        """What backs the firm's answer."""
        return await _page(asked, of(mine, dimension, question))

    @pages.post("/my-firm/diagnosis/{dimension}/{question}/evidence")
    async def give_proof(asked: Anybody, mine: Mine, dimension: Code, question: Question, form: File) -> Response:
        """A file that backs it."""
        place = of(mine, dimension, question)
        return await _done(asked, place, lambda: _give(asked, place, form))

    @pages.post("/my-firm/diagnosis/{dimension}/{question}/evidence/removal")
    async def take_proof(asked: Anybody, mine: Mine, dimension: Code, question: Question, form: Form) -> Response:
        """One of them backs it no more."""
        place = of(mine, dimension, question)
        return await _done(asked, place, lambda: remove_proof(asked, place.path, _number(form.get("number"))))


def _add_assessors(pages: APIRouter) -> None:
    def of(supplier_id: UUID, dimension: str, question: str) -> _Place:
        return _Place(supplier_id, "visit", f"/work/visits/{supplier_id}", dimension, question)

    @pages.get("/work/visits/{supplier_id}/{dimension}/{question}")
    async def show_seen(
        asked: Anybody, _: Assessor, supplier_id: UUID, dimension: Code, question: Question
    ) -> Response:
        """What backs the assessor's answer, and what the firm gave."""
        return await _page(asked, of(supplier_id, dimension, question))

    @pages.post("/work/visits/{supplier_id}/{dimension}/{question}/evidence")
    async def give_seen(
        asked: Anybody, _: Assessor, supplier_id: UUID, dimension: Code, question: Question, form: File
    ) -> Response:
        """A photo or a file that backs it."""
        place = of(supplier_id, dimension, question)
        return await _done(asked, place, lambda: _give(asked, place, form))

    @pages.post("/work/visits/{supplier_id}/{dimension}/{question}/evidence/removal")
    async def take_seen(
        asked: Anybody, _: Assessor, supplier_id: UUID, dimension: Code, question: Question, form: Form
    ) -> Response:
        """One of them backs it no more."""
        place = of(supplier_id, dimension, question)
        return await _done(asked, place, lambda: remove_proof(asked, place.path, _number(form.get("number"))))


def _number(given: object) -> int:
    """Of none of them, where it is no number."""
    text = str(given)
    return int(text) if NUMBER.fullmatch(text) else -1


async def _give(asked: Asking, place: _Place, form: File) -> None:
    await add_proof(asked, place.path, await give(asked, "diagnosis", place.supplier_id, form))


async def _done(asked: Asking, place: _Place, act: Callable[[], Awaitable[None]]) -> Response:
    try:
        await act()
    except StageProblem as error:
        return await _page(asked, place, trouble(error, asked.words), error.status)
    return see(place.address)


async def _page(asked: Asking, place: _Place, problem: Trouble | None = None, status: int = HTTPStatus.OK) -> Response:
    diagnosis = (await asked.ask("diagnosis", f"/diagnoses/{place.supplier_id}")).body
    answer = (await asked.ask("diagnosis", place.path)).body
    instrument = await instrument_of(asked, diagnosis["instrument"])
    question = next((each for each in instrument["questions"] if each["code"] == place.question), None)
    if question is None:
        raise HTTPException(404)
    own = diagnosis["self_assessment"] or {"evidence": {}}
    going = ("open", "submitted") if place.sheet == "draft" else ("submitted", "assessed")
    return asked.page(
        "proofs.html",
        status,
        place=place,
        question=question,
        answer=answer,
        own=own["evidence"].get(place.question, ()) if place.sheet == "visit" else (),
        open=diagnosis["status"] in going and not diagnosis["withdrawn"],
        withdrawn=diagnosis["withdrawn"],
        accepts=ACCEPTS,
        problem=problem,
    )
