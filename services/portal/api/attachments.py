"""Files that people give as evidence or certificates: passed on to the stage that keeps them, and opened."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import FormData, UploadFile

from services.portal.api.asking import Anybody, Asking, Only
from services.portal.domain.scope import Scope
from services.portal.stages import StageProblem
from shared.service.callers import Role

Reader = Annotated[Scope, Depends(Only(Role.SUPPLIER, Role.ASSESSOR, Role.EXPERT, Role.MENTOR, Role.OPERATOR))]
LONGEST_NAME = 200
"""Of a file, as it is passed on."""
ACCEPTS = ".pdf,.png,.jpg,.jpeg,.xlsx,.docx"
"""What a browser offers; the stage looks at the content."""
TRIES = 3
"""To add to what colleagues add to at the same moment."""

PLACES = {"diagnosis": "/diagnoses", "development": "/plans", "registration": "/suppliers"}
"""Stages that keep attachments, and where of each firm."""


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/attachments/{service}/{supplier_id}/{attachment_id}")
    async def open_attachment(
        asked: Anybody, _: Reader, service: str, supplier_id: UUID, attachment_id: UUID
    ) -> Response:
        """A file that somebody gave: the stage says who may have it, by a link for this person and this moment."""
        if service not in PLACES:
            raise HTTPException(404)
        link = await asked.ask(service, f"{PLACES[service]}/{supplier_id}/attachments/{attachment_id}/link")
        file = await asked.portal.stages.file(asked.person, asked.language, service, link.body["href"])
        return StreamingResponse(file.parts(), headers=file.headers)

    return pages


async def give(asked: Asking, service: str, supplier_id: UUID, form: FormData) -> dict[str, Any]:
    """Pass a form's file on. Returns what the stage keeps. Raises StageProblem."""
    file = form.get("file")
    sent = ((file.filename or "")[-LONGEST_NAME:], file.file) if isinstance(file, UploadFile) else None
    path, stages = f"{PLACES[service]}/{supplier_id}/attachments", asked.portal.stages
    done = await stages.send_file(asked.person, asked.language, service, path, sent, {}, None)
    kept: dict[str, Any] = done.body
    return kept


async def add_proof(asked: Asking, path: str, kept: dict[str, Any]) -> None:
    """Have an attachment back the answer at this path, beside what backs it already. Raises StageProblem."""
    await _change(asked, path, lambda proofs: [*proofs, {"attachment": kept["id"]}])


async def remove_proof(asked: Asking, path: str, number: int) -> None:
    """Have this one of what backs the answer back it no more. Raises StageProblem."""
    await _change(asked, path, lambda proofs: [each for place, each in enumerate(proofs) if place != number])


async def _change(asked: Asking, path: str, change: Any) -> None:  # noqa: ANN401 - of JSON
    for left in reversed(range(TRIES)):
        present = await asked.ask("diagnosis", path)
        answer = present.body
        proofs = [_named(each) for each in answer["evidence"]]
        given = {name: answer[name] for name in ("level", "why", "reason", "note")} | {"evidence": change(proofs)}
        try:
            await asked.send("diagnosis", "PUT", path, given, version=present.etag)
        except StageProblem as error:
            if error.status != HTTPStatus.PRECONDITION_FAILED or not left:
                raise
        else:
            return


def _named(proof: dict[str, Any]) -> dict[str, Any]:
    """As the stage takes it."""
    if proof["attachment"] is not None:
        return {"attachment": proof["attachment"]}
    return {"reference": proof["reference"], "sha256": proof["sha256"]}
