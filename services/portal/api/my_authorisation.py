"""Whom a firm let ask for its credit report: the authorisation is that lender's, and no report comes here."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.portal.api.acting import UNTRIED, Tried, acted
from services.portal.api.asking import Anybody, Asking, Form
from services.portal.api.forms import body, typed
from services.portal.api.my_firm import Own
from services.portal.api.my_money import MONEY


def router() -> APIRouter:
    pages = APIRouter(prefix=f"{MONEY}/referrals")

    @pages.get("/{referral_id}/authorisation")
    async def ask_authorisation(asked: Anybody, _: Own, referral_id: UUID) -> Response:
        """Who may ask for the credit report, under which folio and until when; nothing that is in one."""
        return await _page(asked, referral_id)

    @pages.post("/{referral_id}/authorisation")
    async def record_authorisation(asked: Anybody, _: Own, referral_id: UUID, form: Form) -> Response:
        """Record it with the referral, with whose papers it goes."""
        given = body(form)
        version = str(form.get("version", ""))
        path = f"/referrals/{referral_id}/credit-authorisation"
        return await acted(
            asked,
            asked.send("financing", "PUT", path, given, version=version),
            lambda tried: _page(asked, referral_id, tried),
            to=MONEY,
            typed=typed(form),
            tells=False,
        )

    return pages


async def _page(asked: Asking, referral_id: UUID, tried: Tried = UNTRIED) -> Response:
    shown = await asked.ask("financing", f"/referrals/{referral_id}")
    return asked.page("my_authorisation.html", tried.status, referral=shown.body, version=shown.etag, **tried.shown)
