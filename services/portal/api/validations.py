"""An expert at a firm's diagnosis: what the firm said beside what was seen, validated or sent back."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.portal.api.acting import UNTRIED, Tried, acted, named
from services.portal.api.asking import Anybody, Asking, Form, Only
from services.portal.api.forms import body, typed
from services.portal.api.instruments import instrument_of
from services.portal.api.visits import LEVELS, NO_LEVEL, WHY
from services.portal.domain.scope import Scope
from shared.service.callers import Role

Expert = Annotated[Scope, Depends(Only(Role.EXPERT))]


def router() -> APIRouter:
    pages = APIRouter(prefix="/work/validations/{supplier_id}")

    @pages.get("")
    async def show_sheets(asked: Anybody, scope: Expert, supplier_id: UUID) -> Response:
        """Both sheets side by side, and a third to give."""
        return await _page(asked, scope, supplier_id)

    @pages.post("")
    async def validate(asked: Anybody, scope: Expert, supplier_id: UUID, form: Form) -> Response:
        """Lock a version."""
        version = str(form.get("version", ""))
        path = f"/diagnoses/{supplier_id}/validation"
        return await acted(
            asked,
            asked.send("diagnosis", "POST", path, _sheet(body(form)), version=version),
            lambda tried: _page(asked, scope, supplier_id, tried),
            to="/work",
            typed=typed(form),
        )

    @pages.post("/return")
    async def send_back(asked: Anybody, scope: Expert, supplier_id: UUID, form: Form) -> Response:
        """Have the assessor look again, with the reason."""
        version, reason = str(form.get("version", "")), {"reason": str(form.get("reason", ""))}
        path = f"/diagnoses/{supplier_id}/assessment/return"
        return await acted(
            asked,
            asked.send("diagnosis", "POST", path, reason, version=version),
            lambda tried: _page(asked, scope, supplier_id, tried),
            to="/work",
            typed=typed(form),
            at="back-",
        )

    return pages


def _sheet(given: dict[str, Any]) -> dict[str, Any]:
    levels = given.get("levels")
    answered = levels.items() if isinstance(levels, dict) else ()
    said = {code: LEVELS[level] for code, level in answered if isinstance(level, str) and level in LEVELS}
    return {"levels": said, **{name: given[name] for name in ("why", "reasons", "notes") if name in given}}


async def _page(asked: Asking, scope: Scope, supplier_id: UUID, tried: Tried = UNTRIED) -> Response:
    diagnosis = await asked.ask("diagnosis", f"/diagnoses/{supplier_id}")
    return asked.page(
        "validation.html",
        tried.status,
        id=supplier_id,
        firm=(await named(asked, scope, [str(supplier_id)])).get(str(supplier_id)),
        diagnosis=diagnosis.body,
        version=diagnosis.etag,
        instrument=await instrument_of(asked, diagnosis.body["instrument"]),
        since=_since(diagnosis.body),
        twice=await asked.glance("diagnosis", f"/diagnoses/{supplier_id}/calibration"),
        whys=WHY,
        no_level=NO_LEVEL,
        **tried.shown,
    )


def _since(diagnosis: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """By question, the scores since the last validation: levels that evidence or a visit gave it."""
    locked = diagnosis["locked"]
    found: dict[str, list[dict[str, Any]]] = {}
    for each in diagnosis["rescores"]:
        if locked is not None and each["at"] > locked["validated_at"]:
            found.setdefault(each["question"], []).append(each)
    return found
