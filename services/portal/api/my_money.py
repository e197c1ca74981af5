"""What a firm needs money for: consents given with the words that were shown, referrals asked for and followed."""

import re
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Response
from starlette.datastructures import FormData

from services.portal.api.asking import Anybody, Asking, Form, see
from services.portal.api.candidates import CURRENCIES
from services.portal.api.forms import Trouble, body, trouble, typed
from services.portal.api.my_firm import STAYING, Own
from services.portal.domain import consenting
from services.portal.domain.firm import Firm
from services.portal.domain.money import Need
from services.portal.domain.written import amount
from services.portal.stages import StageProblem
from shared.days import day_of
from shared.runtime.clock import now
from shared.runtime.ids import new_id

MONEY = "/my-firm/money"
MXN = "MXN"
CONSENT = f"{MONEY}/consent"
FIELDS = {
    "amount.amount": "amount",
    "amount.currency": "currency",
    "capacity.annual_sales.amount": "capacity.annual_sales",
    "capacity.annual_sales.currency": "sales_currency",
    "purposes": "purpose",
    "data_classes": "data_class",
}
"""What is a part of an amount to financing, and a field of its own on a page."""
CODE = re.compile(r"[a-z][a-z0-9-]{1,30}")
"""Of a partner: it goes into a path."""
Short = Annotated[str, Query(max_length=60)]
Named = Annotated[list[str], Query(max_length=20)]


def router() -> APIRouter:
    pages = APIRouter(prefix=MONEY)

    @pages.get("")
    async def show_money(asked: Anybody, firm: Own) -> Response:
        """What it needs money for, to what it consented, what was sent to whom, and what partners said."""
        return await _page(asked, firm)

    @pages.post("/consents/{consent_id}/revocation")
    async def revoke_consent(asked: Anybody, firm: Own, consent_id: UUID, _: Form) -> Response:
        """Take back a consent, whatever it says by now."""
        return await _done(asked, firm, f"/consents/{consent_id}/revocation", "*")

    @pages.post("/referrals/{referral_id}/information")
    async def report_information(asked: Anybody, firm: Own, referral_id: UUID, _: Form) -> Response:
        """The partner has what it asked for: the firm gave it the papers on the partner's own way."""
        return await _done(asked, firm, f"/referrals/{referral_id}/information", None)

    _add_consenting(pages)
    _add_referring(pages)
    return pages


def _add_consenting(pages: APIRouter) -> None:
    @pages.get("/consent", dependencies=[STAYING])
    async def ask_consent(
        asked: Anybody,
        firm: Own,
        partner: Short = "",
        purpose: Named = [],  # noqa: B006 - FastAPI copies it
        data_class: Named = [],  # noqa: B006 - FastAPI copies it
        expires_on: Short = "",
    ) -> Response:
        """Choose to whom, for what, which data, until when; then the whole text, and what it is given with."""
        return await _consent(asked, firm, consenting.chosen(partner, purpose, data_class, expires_on))

    @pages.post("/consent")
    async def give_consent(asked: Anybody, firm: Own, form: Form) -> Response:
        """Consent to the text that was shown, which its hash names."""
        choice = consenting.chosen(
            str(form.get("partner", "")),
            [str(each) for each in form.getlist("purpose")],
            [str(each) for each in form.getlist("data_class")],
            str(form.get("expires_on", "")),
        )
        given = _consented(firm, choice, form)
        try:
            done = await asked.send("financing", "POST", "/consents", given, key=str(form.get("key", "")))
        except StageProblem as error:
            return await _consent(asked, firm, choice, _refused(error, asked), typed(form), error.status)
        await asked.arrived(done)
        return see(MONEY)


def _add_referring(pages: APIRouter) -> None:
    @pages.get("/needs/{need_id}", dependencies=[STAYING])
    async def show_need(asked: Anybody, firm: Own, need_id: UUID) -> Response:
        """One need: which products can serve it, and the form that asks for a referral."""
        return await _need(asked, _of(firm, need_id))

    @pages.post("/needs/{need_id}")
    async def ask_referral(asked: Anybody, firm: Own, need_id: UUID, form: Form) -> Response:
        """Have the need sent to a partner, with what the firm's consent names."""
        need = _of(firm, need_id)
        given = body(form, numbers=("term_months",))
        money = _money(str(form.get("amount", "")), str(given.pop("currency", "")))
        asking = {**given, "amount": money, "supplier_id": str(firm.id), "need_id": str(need_id)}
        try:
            done = await asked.send("financing", "POST", "/referrals", asking, key=str(form.get("key", "")))
        except StageProblem as error:
            return await _need(asked, need, _refused(error, asked), typed(form), error.status)
        await asked.arrived(done)
        return see(MONEY)


def _of(firm: Firm, need_id: UUID) -> Need:
    need = next((each for each in firm.needs if each.need_id == need_id), None)
    if need is None:
        raise HTTPException(404)
    return need


async def _need(
    asked: Asking,
    need: Need,
    problem: Trouble | None = None,
    said: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    served = await _served(asked, [each.product for each in need.options if each.eligible])
    known, _, currency = (need.amount or "").partition(" ")
    among = {each for currencies in served.values() for each in currencies}
    [first, *others] = sorted(among) or [currency or MXN]
    chosen = first if not others else currency or MXN
    return asked.page(
        "my_need.html",
        status,
        need=need,
        served=served,
        currencies=CURRENCIES,
        currency=chosen,
        amount=known if chosen == currency else "",
        key=str(new_id()),
        problem=problem,
        typed=said or {},
    )


async def _served(asked: Asking, products: list[str]) -> dict[str, list[str]]:
    """Of each of these products the currencies that it is given in, while financing tells."""
    found = await asked.beside("financing", "/products", limit=200)
    listed = [] if found is None else found.body["items"]
    return {each["code"]: each["currencies"] for each in listed if each["code"] in products}


def _money(text: str, currency: str) -> dict[str, str]:
    """An amount as stages take it, in the currency that was chosen for it."""
    return {"amount": amount(text)} | ({"currency": currency} if currency else {})


def _consented(firm: Firm, choice: dict[str, Any], form: FormData) -> dict[str, Any]:
    """As financing takes it: papers only of the classes that were named."""
    given = body(form, numbers=("capacity.workers",))
    named = {"identity", "contact", "capacity"} & {*choice["data_class"]} & given.keys()
    papers = {name: given[name] for name in sorted(named)}
    capacity = papers.get("capacity")
    if isinstance(capacity, dict) and "annual_sales" in capacity:
        sales = _money(str(capacity["annual_sales"]), str(given.get("sales_currency", "")))
        papers["capacity"] = {**capacity, "annual_sales": sales}
    return {
        "supplier_id": str(firm.id),
        "partner": choice["partner"],
        "purposes": choice["purpose"],
        "data_classes": choice["data_class"],
        "text_sha256": str(form.get("text_sha256", "")),
        "expires_on": choice["expires_on"],
        "channel": "portal",
        **papers,
    }


async def _consent(
    asked: Asking,
    firm: Firm,
    choice: consenting.Choice,
    problem: Trouble | None = None,
    said: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    listed = await asked.beside("financing", "/partners", limit=200)
    products = await _offered(asked, choice)
    today = day_of(now())
    lacking = consenting.lacking(choice, today)
    text, unread = (None, None) if lacking else await _text(asked, choice)
    chosen = [each for each in firm.consents if each.partner == choice["partner"]]
    before = max(chosen, key=lambda each: each.order, default=None)
    return asked.page(
        "my_consent.html",
        status if problem or unread is None else unread.status,
        partners=[(each["code"], each["name"]) for each in listed.body["items"] if each["active"]] if listed else [],
        choice=consenting.as_before(choice, before, products),
        least=consenting.least(products),
        unserved=consenting.unserved(products, choice),
        lacking=lacking,
        replaced=[each for each in firm.consents_standing(today) if choice["partner"] in ("", each.partner)],
        over=before if before and firm.standing(before, today) == "expired" else None,
        text=text,
        purposes=consenting.PURPOSES,
        classes=consenting.DATA,
        currencies=CURRENCIES,
        key=str(new_id()),
        problem=problem or (unread and _refused(unread, asked)),
        typed=said or {},
    )


async def _offered(asked: Asking, choice: consenting.Choice) -> list[consenting.Product]:
    """The products that the choice may be for, while financing tells."""
    found = await asked.beside("financing", "/products", limit=200)
    return [] if found is None else consenting.fitting(found.body["items"], choice)


async def _text(asked: Asking, choice: dict[str, Any]) -> tuple[Any, StageProblem | None]:
    """The exact words of a choice; None while it is not made, or where financing says what is wrong with it."""
    if not (CODE.fullmatch(choice["partner"]) and choice["purpose"] and choice["data_class"]):
        return None, None
    query = {name: choice[name] for name in ("purpose", "data_class")}
    if choice["expires_on"]:
        query["expires_on"] = choice["expires_on"]
    try:
        return (await asked.ask("financing", f"/consent-texts/{choice['partner']}", **query)).body, None
    except StageProblem as error:
        return None, error


async def _done(asked: Asking, firm: Firm, path: str, version: str | None) -> Response:
    try:
        done = await asked.send("financing", "POST", path, version=version)
    except StageProblem as error:
        return await _page(asked, firm, trouble(error, asked.words), error.status)
    await asked.arrived(done)
    return see(MONEY)


async def _page(asked: Asking, firm: Firm, problem: Trouble | None = None, status: int = HTTPStatus.OK) -> Response:
    """Amounts and what partners ask for are on no topic: financing shows them, while it answers."""
    present = await asked.beside("financing", f"/cases/{firm.id}") if firm.referrals else None
    papers = {} if present is None else {each["id"]: each for each in present.body["referrals"]}
    return asked.page("my_money.html", status, firm=firm, papers=papers, today=day_of(now()), problem=problem)


def _refused(error: StageProblem, asked: Asking) -> Trouble:
    """An amount of money is one field of a page."""
    refused = trouble(error, asked.words)
    errors = {FIELDS.get(name, name): what for name, what in refused.errors.items()}
    return Trouble(refused.detail, errors, refused.stale)
