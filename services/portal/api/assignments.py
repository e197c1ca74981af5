"""Who assesses, validates and mentors which firm; and where nobody does yet."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from starlette.datastructures import FormData

from services.portal.api.acting import UNTRIED, Tried, acted, named
from services.portal.api.asking import Anybody, Asking, Form, Only
from services.portal.api.forms import typed
from services.portal.domain.scope import Scope
from shared.service.callers import Role

Operator = Annotated[Scope, Depends(Only(Role.OPERATOR))]
Cursor = Annotated[str, Query(max_length=400)]


def router() -> APIRouter:
    pages = APIRouter(prefix="/assignments")

    @pages.get("")
    async def list_assignments(
        asked: Anybody,
        scope: Operator,
        after: Cursor = "",
        plans_after: Cursor = "",
        show: Literal["", "missing", "all"] = "missing",
    ) -> Response:
        """Those where somebody is to be assigned still, or all."""
        missing = {} if show == "all" else {"missing": "true"}
        diagnoses, plans = await asyncio.gather(
            asked.glance("diagnosis", "/diagnoses/assignments", **missing, **({"after": after} if after else {})),
            asked.glance(
                "development", "/plans/assignments", **missing, **({"after": plans_after} if plans_after else {})
            ),
        )
        lists = [each.body["items"] for each in (diagnoses, plans) if each is not None]
        ids = {item["supplier_id"] for items in lists for item in items}
        return asked.page(
            "assignments.html",
            diagnoses=diagnoses,
            plans=plans,
            show=show,
            named=await named(asked, scope, [*ids]),
        )

    @pages.get("/{supplier_id}")
    async def show_assignment(asked: Anybody, scope: Operator, supplier_id: UUID) -> Response:
        """Who acts on one firm."""
        return await _page(asked, scope, supplier_id)

    @pages.post("/{supplier_id}/diagnosis")
    async def assign_people(asked: Anybody, scope: Operator, supplier_id: UUID, form: Form) -> Response:
        """Say who assesses and who validates."""
        path = f"/diagnoses/{supplier_id}/assignment"
        return await _assigned(
            asked, scope, supplier_id, form, "diagnosis", path, ("assessor", "validator"), "diagnosis-"
        )

    @pages.post("/{supplier_id}/calibration")
    async def assign_calibrators(asked: Anybody, scope: Operator, supplier_id: UUID, form: Form) -> Response:
        """Say who assesses for the second time, and who leads."""
        path = f"/diagnoses/{supplier_id}/calibration"
        return await _assigned(asked, scope, supplier_id, form, "diagnosis", path, ("second", "lead"), "calibration-")

    @pages.post("/{supplier_id}/calibration/waiver")
    async def waive_second(asked: Anybody, scope: Operator, supplier_id: UUID, form: Form) -> Response:
        """Let it go on without a second assessor, with the reason."""
        path = f"/diagnoses/{supplier_id}/calibration/waiver"
        given = {"reason": str(form.get("reason", ""))}
        return await acted(
            asked,
            asked.send("diagnosis", "POST", path, given, version=str(form.get("version", ""))),
            lambda tried: _page(asked, scope, supplier_id, tried),
            to=f"/assignments/{supplier_id}",
            typed=typed(form),
            at="waiver-",
        )

    @pages.post("/{supplier_id}/plan")
    async def assign_mentor(asked: Anybody, scope: Operator, supplier_id: UUID, form: Form) -> Response:
        """Say who is the mentor."""
        path = f"/plans/{supplier_id}/assignment"
        return await _assigned(asked, scope, supplier_id, form, "development", path, ("mentor",), "plan-")

    return pages


async def _assigned(
    asked: Asking,
    scope: Scope,
    supplier_id: UUID,
    form: FormData,
    stage: str,
    path: str,
    names: Sequence[str],
    at: str,
) -> Response:
    """Subjects as they were typed; nothing: nobody."""
    given = typed(form)
    people = {name: given.get(name, "").strip() or None for name in names}
    return await acted(
        asked,
        asked.send(stage, "PUT", path, people, version=str(form.get("version", ""))),
        lambda tried: _page(asked, scope, supplier_id, tried),
        to=f"/assignments/{supplier_id}",
        typed=given,
        at=at,
        tells=False,
    )


async def _page(asked: Asking, scope: Scope, supplier_id: UUID, tried: Tried = UNTRIED) -> Response:
    diagnosis, calibration, plan = await asyncio.gather(
        asked.beside("diagnosis", f"/diagnoses/{supplier_id}/assignment"),
        asked.beside("diagnosis", f"/diagnoses/{supplier_id}/calibration"),
        asked.beside("development", f"/plans/{supplier_id}/assignment"),
    )
    shown: dict[str, Any] = {"diagnosis": diagnosis, "calibration": calibration, "plan": plan}
    return asked.page(
        "assignment.html",
        tried.status,
        id=supplier_id,
        firm=(await named(asked, scope, [str(supplier_id)])).get(str(supplier_id)),
        **shown,
        **tried.shown,
    )
