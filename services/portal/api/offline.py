"""A visit without a connection: one page with all questions, which a phone takes along. What is noted on it waits in
the phone, is sent question by question, and the script that keeps it is told what became of it.
"""

import hashlib
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from services.portal.api.acting import named
from services.portal.api.asking import Anybody, Asking, File, Form
from services.portal.api.attachments import add_proof, give
from services.portal.api.forms import trouble, typed
from services.portal.api.instruments import instrument_of
from services.portal.api.visits import WHY, Assessor, Code, answer_of, sheet_of
from services.portal.domain.questionnaire import same
from services.portal.stages import StageProblem
from services.portal.views import assets

WORKER = "worker.js"


def router() -> APIRouter:
    pages = APIRouter(prefix="/work/visits")

    @pages.get(f"/{WORKER}")
    async def give_worker() -> Response:
        """What a browser runs beside the pages below this address; asked for anew each time."""
        return Response(assets.content(WORKER), media_type="text/javascript", headers={"Cache-Control": "no-cache"})

    @pages.get("/{supplier_id}/offline")
    async def show_offline(asked: Anybody, scope: Assessor, supplier_id: UUID) -> Response:
        """All questions of a visit on one page."""
        sheet = await sheet_of(asked, supplier_id)
        return asked.page(
            "visit_offline.html",
            id=supplier_id,
            firm=(await named(asked, scope, [str(supplier_id)])).get(str(supplier_id)),
            instrument=await instrument_of(asked, sheet["diagnosis"]["instrument"]),
            whys=WHY,
            owner=_mark(asked),
            **sheet,
        )

    @pages.post("/{supplier_id}/offline/{question}")
    async def note_offline(asked: Anybody, _: Assessor, supplier_id: UUID, question: Code, form: Form) -> Response:
        """Keep one answer that waited, under the version that the phone saw."""
        path, given = f"/diagnoses/{supplier_id}/visit/{question}", answer_of(typed(form))
        try:
            done = await asked.send("diagnosis", "PUT", path, given, version=str(form.get("version", "")))
        except StageProblem as error:
            if error.status != HTTPStatus.PRECONDITION_FAILED:
                return _refused(asked, error)
        else:
            return JSONResponse({"version": done.etag})
        present = await asked.ask("diagnosis", path)
        if same(given, present.body):
            # An answer whose receipt was lost on its way.
            return JSONResponse({"version": present.etag})
        theirs = {name: present.body[name] for name in ("level", "why", "reason", "note")}
        return JSONResponse({"version": present.etag, "theirs": theirs}, HTTPStatus.PRECONDITION_FAILED)

    @pages.post("/{supplier_id}/offline/{question}/photo")
    async def give_photo(asked: Anybody, _: Assessor, supplier_id: UUID, question: Code, form: File) -> Response:
        """Have a photo that waited back its answer. One whose receipt was lost is there, and backs it once."""
        path = f"/diagnoses/{supplier_id}/visit/{question}"
        try:
            kept = await give(asked, "diagnosis", supplier_id, form)
            present = await asked.ask("diagnosis", path)
            if all(each["attachment"] != kept["id"] for each in present.body["evidence"]):
                await add_proof(asked, path, kept)
                present = await asked.ask("diagnosis", path)
        except StageProblem as error:
            return _refused(asked, error)
        return JSONResponse({"version": present.etag})

    return pages


def _refused(asked: Asking, error: StageProblem) -> Response:
    """With the sentence where a person has to do something; without it is sent again."""
    away = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR or error.status == HTTPStatus.TOO_MANY_REQUESTS
    said: dict[str, Any] = {} if away else {"detail": trouble(error, asked.words).detail}
    return JSONResponse(said, error.status)


def _mark(asked: Asking) -> str:
    """Whose what waits in the phone is: another person who signs in there sends none of it."""
    subject = "" if asked.person is None else asked.person.subject
    return hashlib.sha256(f"visits {subject}".encode()).hexdigest()[:16]
