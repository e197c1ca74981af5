"""A buyer tells that its anchor buys from a firm, corrects that, tells that it ended, and reports how it delivers."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.datastructures import FormData

from services.portal.api.asking import Anybody, Asking, Form, see
from services.portal.api.candidates import show
from services.portal.api.forms import Trouble, body, trouble, typed
from services.portal.api.requirements import Buyer
from services.portal.domain import written
from services.portal.domain.scope import Scope
from services.portal.stages import StageProblem

OF_MONEY = "annual_value"
AWARD, END = "/award", "/award/end"


def router() -> APIRouter:
    pages = APIRouter(prefix="/requirements/{requirement_id}/candidates/{match_id}")

    @pages.post("/award")
    async def award(asked: Anybody, scope: Buyer, requirement_id: UUID, match_id: UUID, form: Form) -> Response:
        """It buys from the firm; what was unknown of the match is confirmed."""
        return await _send(asked, scope, requirement_id, match_id, form, "POST", AWARD)

    @pages.post("/award/correction")
    async def correct(asked: Anybody, scope: Buyer, requirement_id: UUID, match_id: UUID, form: Form) -> Response:
        """It buys for another amount or volume, with the reason."""
        return await _send(asked, scope, requirement_id, match_id, form, "PUT", AWARD)

    @pages.post("/award/end")
    async def end(asked: Anybody, scope: Buyer, requirement_id: UUID, match_id: UUID, form: Form) -> Response:
        """It no longer buys from the firm, with the reason."""
        return await _send(asked, scope, requirement_id, match_id, form, "POST", END)

    @pages.post("/performance")
    async def report(asked: Anybody, scope: Buyer, requirement_id: UUID, match_id: UUID, form: Form) -> Response:
        """How it delivered in a month."""
        given: dict[str, Any] = body(form, numbers=("ppm", "delivered"))
        wanted: dict[str, Any] = {name: given[name] for name in ("ppm", "otif_bp", "delivered") if name in given}
        share_ = wanted.get("otif_bp")
        if isinstance(share_, str) and (points := written.share(share_)) is not None:
            wanted["otif_bp"] = points
        path = f"/performance/{written.month(str(form.get('month', '')))}"
        return await _put(asked, scope, requirement_id, match_id, form, "PUT", path, wanted)

    @pages.post("/performance/{month}/retraction")
    async def retract(
        asked: Anybody, scope: Buyer, requirement_id: UUID, match_id: UUID, month: str, form: Form
    ) -> Response:
        """What was reported of a month is wrong: nothing is reported of it."""
        path, why = f"/performance/{written.month(month)}/retraction", {"reason": str(form.get("reason", ""))}
        return await _put(asked, scope, requirement_id, match_id, form, "POST", path, why)

    return pages


async def _send(
    asked: Asking, scope: Scope, requirement_id: UUID, match_id: UUID, form: FormData, method: str, path: str
) -> Response:
    given: dict[str, Any] = body(form, numbers=("annual_volume",), lists=("confirmed",))
    wanted: dict[str, Any] = {
        name: given[name] for name in ("annual_value", "annual_volume", "confirmed", "reason") if name in given
    }
    value = wanted.get(OF_MONEY)
    if isinstance(value, dict) and isinstance(value.get("amount"), str):
        wanted[OF_MONEY] = value | {"amount": written.amount(value["amount"])}
    return await _put(asked, scope, requirement_id, match_id, form, method, path, wanted)


async def _put(
    asked: Asking,
    scope: Scope,
    requirement_id: UUID,
    match_id: UUID,
    form: FormData,
    method: str,
    path: str,
    wanted: dict[str, Any],
) -> Response:
    version = str(form.get("version", ""))
    try:
        done = await asked.send("matching", method, f"/matches/{match_id}{path}", wanted, version=version)
    except StageProblem as error:
        refused = _trouble(asked, error)
        return await show(asked, scope, requirement_id, match_id, None, refused, typed(form), error.status)
    await asked.arrived(done)
    return see(f"/requirements/{requirement_id}/candidates/{match_id}")


def _trouble(asked: Asking, error: StageProblem) -> Trouble:
    """Of an amount that is wrong as a whole, at its number; of a percentage, in the unit in which it was written."""
    found = trouble(error, asked.words)
    errors = {f"{name}.amount" if name == OF_MONEY else name: what for name, what in found.errors.items()}
    if "otif_bp" in errors:
        errors["otif_bp"] = asked.words("form.percent")
    return Trouble(found.detail, errors, found.stale)
