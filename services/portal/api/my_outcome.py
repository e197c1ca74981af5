"""What a selection said of a firm and why, as the firm reads it, and its appeal."""

from fastapi import APIRouter, Response
from starlette.datastructures import FormData

from services.portal.api.acting import UNTRIED, Tried, acted
from services.portal.api.asking import Anybody, Asking, Form
from services.portal.api.forms import body, typed
from services.portal.api.my_firm import Own
from services.portal.domain.firm import Firm

PAGE = "/my-firm/outcome"


def router() -> APIRouter:
    pages = APIRouter(prefix=PAGE)

    @pages.get("")
    async def show_outcome(asked: Anybody, firm: Own) -> Response:
        """What the last selection said of it, why, and until when it may appeal."""
        return await _page(asked, firm)

    @pages.post("/appeal")
    async def appeal(asked: Anybody, firm: Own, form: Form) -> Response:
        """Say why it should have a place."""
        return await _sent(asked, firm, form, "POST", body(form))

    @pages.post("/appeal/end")
    async def withdraw(asked: Anybody, firm: Own, form: Form) -> Response:
        """Take that back."""
        return await _sent(asked, firm, form, "DELETE", None)

    return pages


async def _sent(asked: Asking, firm: Firm, form: FormData, method: str, given: object) -> Response:
    return await acted(
        asked,
        asked.send("development", method, f"{_path(firm)}/appeal", given, version=str(form.get("version", ""))),
        lambda tried: _page(asked, firm, tried),
        to=PAGE,
        typed=typed(form),
        tells=False,
    )


def _path(firm: Firm) -> str:
    """Of a firm that no selection spoke of, a cohort that is none: the stage says so."""
    cohort = firm.id if firm.selection is None else firm.selection.cohort_id
    return f"/cohorts/{cohort}/firms/{firm.id}"


async def _page(asked: Asking, firm: Firm, tried: Tried = UNTRIED) -> Response:
    found = None if firm.selection is None else await asked.beside("development", _path(firm))
    return asked.page(
        "my_outcome.html",
        tried.status,
        firm=firm,
        outcome=None if found is None else found.body,
        version="" if found is None else found.etag,
        **tried.shown,
    )
