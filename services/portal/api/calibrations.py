"""A lead assessor at two who differ, and operators at how far all agree."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.portal.api.acting import UNTRIED, Tried, acted, named
from services.portal.api.asking import Anybody, Asking, Form, Only
from services.portal.api.assignments import Operator
from services.portal.api.forms import body, typed
from services.portal.api.instruments import questions_of
from services.portal.domain.scope import Scope
from shared.service.callers import Role

Lead = Annotated[Scope, Depends(Only(Role.ASSESSOR))]
Version = Annotated[str, Query(max_length=60)]


def router() -> APIRouter:
    pages = APIRouter()

    @pages.get("/agreement")
    async def show_agreement(asked: Anybody, _: Operator, version: Version = "") -> Response:
        """How far assessors who did not see each other's levels agree: over all, by question and by assessor."""
        of = {"version": version} if version else {}
        found = await asked.ask("diagnosis", "/agreement", **of)
        texts = await questions_of(asked, found.body["instrument"])
        return asked.page("agreement.html", agreement=found.body, texts=texts)

    @pages.get("/work/calibrations/{supplier_id}")
    async def show_both(asked: Anybody, scope: Lead, supplier_id: UUID) -> Response:
        """Both assessors' levels beside each other, those that are apart first."""
        return await _page(asked, scope, supplier_id)

    @pages.post("/work/calibrations/{supplier_id}")
    async def reconcile(asked: Anybody, scope: Lead, supplier_id: UUID, form: Form) -> Response:
        """Say which levels hold, and why."""
        path, version = f"/diagnoses/{supplier_id}/calibration/reconciliation", str(form.get("version", ""))
        given = {"levels": {}} | body(form, numbers=[name for name in form if name.startswith("levels.")])
        return await acted(
            asked,
            asked.send("diagnosis", "POST", path, given, version=version),
            lambda tried: _page(asked, scope, supplier_id, tried),
            to="/work",
            typed=typed(form),
        )

    return pages


def _beside(calibration: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the lead assessor has to say something of first: also what one of the two did not see."""
    alone = [one | {"apart": True} for one in calibration.get("alone", ())]
    return sorted([*alone, *calibration["pairs"]], key=lambda pair: not pair["apart"])


async def _page(asked: Asking, scope: Scope, supplier_id: UUID, tried: Tried = UNTRIED) -> Response:
    found = await asked.ask("diagnosis", f"/diagnoses/{supplier_id}/calibration")
    diagnosis = await asked.ask("diagnosis", f"/diagnoses/{supplier_id}")
    return asked.page(
        "calibration.html",
        tried.status,
        id=supplier_id,
        firm=(await named(asked, scope, [str(supplier_id)])).get(str(supplier_id)),
        calibration=found.body,
        pairs=_beside(found.body),
        version=found.etag,
        withdrawn=diagnosis.body["withdrawn"],
        texts=await questions_of(asked, diagnosis.body["instrument"]),
        **tried.shown,
    )
