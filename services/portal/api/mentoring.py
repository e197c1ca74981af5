"""A mentor and a firm's plan: evidence is looked at, accepted or returned; the plan is changed by both."""

import re
from collections.abc import Awaitable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Response
from starlette.datastructures import FormData

from services.portal.api.acting import UNTRIED, Tried, acted
from services.portal.api.asking import Anybody, Asking, File, Form, Only
from services.portal.api.attachments import ACCEPTS, give
from services.portal.api.forms import body, typed
from services.portal.api.instruments import questions_of
from services.portal.api.my_plan import Cursor, history_of, looks_at
from services.portal.domain.scope import Scope
from services.portal.stages import Answer
from shared.days import day_of
from shared.runtime.clock import now
from shared.service.callers import Role

Mentor = Annotated[Scope, Depends(Only(Role.MENTOR))]
NUMBER = re.compile("[1-9][0-9]{0,2}")
KINDS = ("document", "photo", "measurement", "audit_report", "certificate")
"""Of evidence."""


def router() -> APIRouter:
    pages = APIRouter(prefix="/work/plans/{supplier_id}")

    @pages.get("")
    async def show_plan(asked: Anybody, _: Mentor, supplier_id: UUID, history_after: Cursor = "") -> Response:
        """Its activities, what was given for each, what is to change, and what became of the plan."""
        return await _page(asked, supplier_id, history_after=history_after)

    @pages.post("/agreement")
    async def agree_plan(asked: Anybody, _: Mentor, supplier_id: UUID, form: Form) -> Response:
        """Agree, for the program, to the plan that was read."""
        return await _acted(asked, supplier_id, "/agreement", form, tells=False)

    @pages.post("/revision")
    async def agree_revision(asked: Anybody, _: Mentor, supplier_id: UUID, form: Form) -> Response:
        """Agree to the change of the plan that was read."""
        return await _acted(asked, supplier_id, "/revision/agreement", form)

    _add_evidence(pages)
    _add_sessions(pages)
    _add_removal(pages)
    return pages


def _add_evidence(pages: APIRouter) -> None:
    @pages.post("/activities/{activity_id}/evidence")
    async def give_evidence(asked: Anybody, _: Mentor, supplier_id: UUID, activity_id: UUID, form: Form) -> Response:
        """Give a piece of evidence, which somebody else looks at."""
        path, given = f"/activities/{activity_id}/evidence", body(form)
        evidence: dict[str, Any] = {name: given[name] for name in ("kind", "description", "reference") if name in given}
        return await _acted(asked, supplier_id, path, form, evidence, at=f"{activity_id}-new-", tells=False)

    @pages.post("/activities/{activity_id}/completion")
    async def accept(asked: Anybody, _: Mentor, supplier_id: UUID, activity_id: UUID, form: Form) -> Response:
        """Accept a piece of evidence: the activity is completed on it."""
        piece = str(form.get("evidence_id", ""))
        path = f"/activities/{activity_id}/completion"
        return await _acted(asked, supplier_id, path, form, {"evidence_id": piece}, at=f"{piece}-")

    @pages.post("/activities/{activity_id}/evidence/{evidence_id}/return")
    async def give_back(
        asked: Anybody, _: Mentor, supplier_id: UUID, activity_id: UUID, evidence_id: UUID, form: Form
    ) -> Response:
        """Return a piece of evidence with what is wrong with it."""
        path = f"/activities/{activity_id}/evidence/{evidence_id}/return"
        return await _acted(asked, supplier_id, path, form, _reason(form), at=f"{evidence_id}-")


def _add_sessions(pages: APIRouter) -> None:
    @pages.post("/activities/{activity_id}/file")
    async def give_file(asked: Anybody, _: Mentor, supplier_id: UUID, activity_id: UUID, form: File) -> Response:
        """Give a file as evidence, which somebody else looks at: it is kept, and then named."""
        said = {name: str(form.get(name, "")).strip() for name in ("kind", "description")}
        path, version = f"/plans/{supplier_id}/activities/{activity_id}/evidence", str(form.get("version", ""))

        async def act() -> Answer:
            kept = await give(asked, "development", supplier_id, form)
            return await asked.send("development", "POST", path, said | {"attachment": kept["id"]}, version=version)

        return await acted(
            asked,
            act(),
            lambda tried: _page(asked, supplier_id, tried),
            to=f"/work/plans/{supplier_id}",
            typed=said,
            at=f"{activity_id}-file-",
            tells=False,
        )

    @pages.post("/activities/{activity_id}/attendance")
    async def note_attendance(asked: Anybody, _: Mentor, supplier_id: UUID, activity_id: UUID, form: Form) -> Response:
        """Note whether the firm came to a session."""
        number = str(form.get("number", ""))
        if not NUMBER.fullmatch(number):
            raise HTTPException(404)
        path = f"/activities/{activity_id}/sessions/{number}/attendance"
        came = {"true": True, "false": False}.get(str(form.get("came", "")))
        given = ({} if came is None else {"came": came}) | {"note": str(form.get("note", "")).strip()}
        return await _acted(asked, supplier_id, path, form, given, at=f"{activity_id}-session-", tells=False)

    @pages.post("/activities/{activity_id}/delay")
    async def put_off(asked: Anybody, _: Mentor, supplier_id: UUID, activity_id: UUID, form: Form) -> Response:
        """Put an activity off: its sessions to come move."""
        given = {name: str(form.get(name, "")).strip() for name in ("until", "reason")}
        path = f"/activities/{activity_id}/delay"
        return await _acted(asked, supplier_id, path, form, given, at=f"{activity_id}-delay-", tells=False)


def _add_removal(pages: APIRouter) -> None:
    @pages.post("/activities/{activity_id}/removal")
    async def propose_removal(asked: Anybody, _: Mentor, supplier_id: UUID, activity_id: UUID, form: Form) -> Response:
        """Propose that the plan does without an activity."""
        path = f"/activities/{activity_id}/removal"
        return await _acted(asked, supplier_id, path, form, _reason(form), at=f"{activity_id}-", tells=False)

    @pages.post("/activities/{activity_id}/removal/end")
    async def take_removal_back(
        asked: Anybody, _: Mentor, supplier_id: UUID, activity_id: UUID, form: Form
    ) -> Response:
        """Have the activity stay."""
        path = f"/activities/{activity_id}/removal"
        return await _acted(asked, supplier_id, path, form, method="DELETE", tells=False)


def _reason(form: FormData) -> dict[str, str]:
    return {"reason": str(form.get("reason", ""))}


async def _acted(
    asked: Asking,
    supplier_id: UUID,
    path: str,
    form: FormData,
    given: dict[str, Any] | None = None,
    *,
    method: str = "POST",
    at: str = "",
    tells: bool = True,
) -> Response:
    """`tells`: what only one of two has said is told by no event."""
    version = str(form.get("version", ""))
    act: Awaitable[Answer] = asked.send("development", method, f"/plans/{supplier_id}{path}", given, version=version)
    return await acted(
        asked,
        act,
        lambda tried: _page(asked, supplier_id, tried),
        to=f"/work/plans/{supplier_id}",
        typed=typed(form),
        at=at,
        tells=tells,
    )


async def _page(asked: Asking, supplier_id: UUID, tried: Tried = UNTRIED, *, history_after: str = "") -> Response:
    plan = await asked.ask("development", f"/plans/{supplier_id}")
    shown: dict[str, Any] = plan.body
    return asked.page(
        "mentoring.html",
        tried.status,
        plan=shown,
        version=plan.etag,
        history=await history_of(asked, supplier_id, history_after),
        texts=await questions_of(asked, None),
        kinds=KINDS,
        accepts=ACCEPTS,
        today=day_of(now()).isoformat(),
        looks=await looks_at(asked, supplier_id, [piece for each in shown["activities"] for piece in each["evidence"]]),
        **tried.shown,
    )
