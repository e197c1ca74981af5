"""The desk of a financing partner without Kafka: what firms had sent to it, and its answers."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.portal.api.acting import UNTRIED, Tried, acted
from services.portal.api.asking import Anybody, Asking, Form, Only
from services.portal.api.candidates import CURRENCIES
from services.portal.api.forms import body, typed
from services.portal.domain.scope import Scope
from services.portal.domain.written import amount
from shared.runtime.ids import new_id
from shared.service.callers import Role

Desk = Annotated[Scope, Depends(Only(Role.PARTNER))]
Cursor = Annotated[str, Query(max_length=400)]
REASONS = (
    "not_eligible",
    "statements_not_reliable",
    "low_liquidity",
    "high_leverage",
    "no_payment_source",
    "tax_not_in_order",
    "insufficient_guarantee",
    "incomplete_file",
    "credit_history",
    "no_funds",
    "supplier_declined",
    "other",
)
"""Those for which financing takes a refusal."""


def router() -> APIRouter:
    pages = APIRouter(prefix="/desk")

    @pages.get("")
    async def show_desk(asked: Anybody, _: Desk, after: Cursor = "", *, ended: bool = False) -> Response:
        """What firms had sent to the institution and it has something to say of, and tests of the exchange; or what
        ended, with its outcome and nothing of the firm.
        """
        only = ({"after": after} if after else {}) | ({"ended": "true"} if ended else {})
        found = await asked.ask("financing", "/desk/referrals", **only)
        tests = None if ended else await asked.beside("financing", "/desk/tests")
        listed = [] if tests is None else tests.body["items"]
        return asked.page("desk.html", found=found.body, ended=ended, tests=listed)

    @pages.get("/{referral_id}")
    async def show_at_desk(asked: Anybody, _: Desk, referral_id: UUID) -> Response:
        """One referral: the data that the firm consented to hand over, what was answered and became of it, and what may
        be answered now; once it ended, how.
        """
        return await _page(asked, referral_id)

    @pages.post("/{referral_id}")
    async def answer_at_desk(asked: Anybody, _: Desk, referral_id: UUID, form: Form) -> Response:
        """Answer it, by the rules of answers over Kafka."""
        given = _answer(body(form, numbers=("term_months",)))
        path = f"/desk/referrals/{referral_id}/answers"
        sent = asked.send("financing", "POST", path, given, key=str(form.get("key", "")))
        at, to = f"{given.get('act', '')}-", f"/desk/{referral_id}"
        return await acted(asked, sent, lambda tried: _page(asked, referral_id, tried), to=to, typed=typed(form), at=at)

    return pages


def _answer(given: dict[str, Any]) -> dict[str, Any]:
    """As financing takes it: an amount with its currency, and of a text a line for each thing."""
    currency = given.pop("currency", None)
    if "amount" in given:
        given["amount"] = {"amount": amount(given["amount"])} | ({} if currency is None else {"currency": currency})
    if "items" in given:
        given["items"] = [line.strip() for line in given["items"].splitlines() if line.strip()]
    return given


async def _page(asked: Asking, referral_id: UUID, tried: Tried = UNTRIED) -> Response:
    shown = await asked.ask("financing", f"/desk/referrals/{referral_id}")
    return asked.page(
        "desk_referral.html",
        tried.status,
        each=shown.body,
        reasons=REASONS,
        currencies=CURRENCIES,
        key=str(new_id()),
        **tried.shown,
    )
