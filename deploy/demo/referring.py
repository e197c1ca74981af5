"""Fifth act: firms with a need consent and are referred; partners answer; firms bring what partners ask for."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from deploy.demo.calls import FIRST_PAUSE, PATIENCE, StoryError, once
from deploy.demo.partner import PartnerSession
from deploy.demo.sample.prepare import Firm
from deploy.demo.stage import Stage, together
from deploy.demo.texts import tell

DATA_CLASSES = ("identity", "contact", "standing", "need", "capacity", "evidence")
CREDIT_CLASSES = frozenset({"capacity"})
"""What a partner that gives no credit may not receive."""

LARGEST_TERM, SHORT_TERM = 24, 6
NATURAL = 13
"""Characters of a natural person's RFC."""
AMOUNTS: Mapping[str, Mapping[str, str]] = {
    "cluster-certification-grant": {"amount": "350000.00", "currency": "MXN"},
    "bancomext-direct": {"amount": "45000000.00", "currency": "MXN"},
    "bancomext-export-factoring": {"amount": "180000.00", "currency": "USD"},
}
"""Invented amounts of the products that do not serve the usual one."""
USUAL_AMOUNT = {"amount": "2400000.00", "currency": "MXN"}

Option = tuple[dict[str, Any], dict[str, Any]]
"""A need, and the product that could serve it."""


async def refer(stage: Stage, firms: Mapping[UUID, Firm]) -> Counter[str]:
    """Every firm asks each partner for what that one could best do for it. The referrals sent, by partner."""
    operator = stage.people.operator
    products = {product["code"]: product for product in await stage.api.items(operator, "financing", "/products")}
    kinds = {each["code"]: each["kind"] for each in await stage.api.items(operator, "financing", "/partners")}
    found = await together(_refer(stage, supplier, firm, products, kinds) for supplier, firm in firms.items())
    sent = Counter(dict.fromkeys(kinds, 0))
    sent.update(partner for partners in found for partner in partners)
    stage.note(tell("note.referred", referred=sent.total(), **{code: sent[code] for code in sorted(kinds)}))
    return sent


async def refused_without_consent(stage: Stage, selected: Sequence[UUID], planned: UUID) -> tuple[UUID, str]:
    """A firm that signs nothing is referred all the same: the firm, and the code of the refusal.

    It is the planned one if a product is open to it, which depends on the seed, else the last selected that has one.
    """
    for supplier in [*(each for each in selected if each == planned), *reversed(selected)]:
        for need, option in _options(await _case(stage, supplier)).values():
            body = _referral(supplier, need, option, SHORT_TERM)
            reply = await stage.api.ask(stage.people.operator, "financing", "POST", "/referrals", json=body)
            return supplier, reply.code or "sent"
    raise StoryError(tell("error.no_option"))


async def bring_papers(stage: Stage, sessions: Mapping[str, PartnerSession], sent: Mapping[str, int]) -> int:
    """Until every partner has answered all that it got: firms bring what is asked for. How many did."""
    deadline, brought = time.monotonic() + PATIENCE, set[str]()
    while any(sessions[code].settled() < number for code, number in sent.items()):
        if time.monotonic() > deadline:
            raise StoryError(tell("error.partners"))
        waiting = [line for line in await _asked_for_papers(stage) if line["id"] not in brought]
        await together(_bring(stage, sessions, line) for line in waiting)
        brought |= {line["id"] for line in waiting}
        if not waiting:
            await asyncio.sleep(FIRST_PAUSE)
    stage.note(tell("note.answered", answered=sum(sent.values()), papers=len(brought)))
    return len(brought)


async def _refer(
    stage: Stage, supplier: UUID, firm: Firm, products: Mapping[str, Any], kinds: Mapping[str, str]
) -> list[str]:
    options = _options(await _case(stage, supplier))
    for partner, (need, option) in options.items():
        credit = kinds[partner] != "non_financial"
        consent = await _consent(stage, supplier, firm, partner, need["purpose"], credit=credit)
        if len(firm["rfc"]) == NATURAL:
            await _compare(stage, firm, consent)
        term = min(products[option["product"]]["max_term_months"], LARGEST_TERM)
        await stage.api.do(
            stage.people.firm(supplier),
            "financing",
            "POST",
            "/referrals",
            json=_referral(supplier, need, option, term),
            headers=once(),
        )
    return list(options)


async def _case(stage: Stage, supplier: UUID) -> dict[str, Any]:
    case: dict[str, Any] = await stage.api.do(
        stage.people.firm(supplier), "financing", "GET", f"/cases/{supplier}", awaits=("supplier_unknown",)
    )
    return case


def _options(case: Mapping[str, Any]) -> dict[str, Option]:
    """By partner, the first product of an open need that the firm is eligible for."""
    chosen: dict[str, Option] = {}
    for need in sorted(case["needs"], key=lambda need: need["purpose"]):
        for option in need["options"] if need["open"] else ():
            if option["eligible"]:
                chosen.setdefault(option["partner"], (need, option))
    return chosen


async def _consent(stage: Stage, supplier: UUID, firm: Firm, partner: str, purpose: str, *, credit: bool) -> str:
    """The firm reads the words and agrees to them; what it hands over are the classes that it names."""
    classes = [name for name in DATA_CLASSES if credit or name not in CREDIT_CLASSES]
    person = stage.people.firm(supplier)
    shown = await stage.api.do(
        person,
        "financing",
        "GET",
        f"/consent-texts/{partner}",
        params={"purpose": [purpose], "data_class": classes},
    )
    consent = {
        "supplier_id": str(supplier),
        "partner": partner,
        "purposes": [purpose],
        "data_classes": classes,
        "text_sha256": shown["sha256"],
        "expires_on": shown["expires_on"],
        **_papers(firm, credit=credit),
    }
    given = await stage.api.do(person, "financing", "POST", "/consents", json=consent, headers=once())
    return str(given["id"])


async def _compare(stage: Stage, firm: Firm, consent: str) -> None:
    """An operator compares a natural person's identity with the registration: no event has either."""
    registered = {"rfc": firm["rfc"], "legal_name": firm["razon_social"]}
    path = f"/consents/{consent}/identity"
    await stage.api.do(stage.people.operator, "financing", "POST", path, json=registered)


def _papers(firm: Firm, *, credit: bool) -> dict[str, Any]:
    papers: dict[str, Any] = {
        "identity": {
            "rfc": firm["rfc"],
            "legal_name": firm["razon_social"],
            "representative": firm["contacto_nombre"],
        },
        "contact": {"email": firm["contacto_correo"], "phone": firm["contacto_telefono"]},
    }
    if credit:
        sales = {"amount": firm["ventas_anuales_mxn"], "currency": "MXN"}
        papers["capacity"] = {"annual_sales": sales, "workers": int(firm["trabajadores"])}
    return papers


def _referral(supplier: UUID, need: Mapping[str, Any], option: Mapping[str, Any], term: int) -> dict[str, Any]:
    amount = AMOUNTS.get(option["product"], USUAL_AMOUNT)
    return {
        "supplier_id": str(supplier),
        "need_id": need["id"],
        "product": option["product"],
        "amount": amount,
        "term_months": term,
    }


async def _asked_for_papers(stage: Stage) -> Sequence[dict[str, Any]]:
    return await stage.api.items(stage.people.operator, "financing", "/referrals", state="info_requested")


async def _bring(stage: Stage, sessions: Mapping[str, PartnerSession], line: Mapping[str, Any]) -> None:
    await stage.api.do(
        stage.people.firm(UUID(line["supplier_id"])),
        "financing",
        "POST",
        f"/referrals/{line['id']}/information",
        done=("nothing_requested",),
    )
    sessions[line["partner"]].hand_over(UUID(line["id"]))


def firms_of(suppliers: Mapping[str, UUID], firms: Mapping[str, Firm], wanted: Iterable[UUID]) -> dict[UUID, Firm]:
    """The rows of these suppliers."""
    chosen = set(wanted)
    return {supplier: firms[rfc] for rfc, supplier in suppliers.items() if supplier in chosen}
