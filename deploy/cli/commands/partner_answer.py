"""`pdp partner answer`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal
from uuid import UUID

import typer
from pydantic import ValidationError

from deploy.cli.commands.partner_side import Code, DecryptWith, Secret, side_of, tell_closed
from deploy.cli.console import Refusal, out
from deploy.cli.texts import say
from shared.contracts import partner as contract
from shared.contracts.outsiders import DeclineReason
from shared.contracts.partner import Answer
from shared.i18n.fields import fault
from shared.runtime.clock import now

Action = Literal["acknowledge", "request-information", "approve", "decline", "disburse", "correct-payments"]

EVENTS: dict[Action, tuple[type[Answer], tuple[str, ...]]] = {
    "acknowledge": (contract.ReferralAcknowledged, ()),
    "request-information": (contract.InformationRequested, ("item",)),
    "approve": (contract.ReferralApproved, ("amount", "months")),
    "decline": (contract.ReferralDeclined, ("reason",)),
    "disburse": (contract.CreditDisbursed, ("amount",)),
    "correct-payments": (contract.PaymentsCorrected, ("amount",)),
}
"""The event of each action, and the options that it cannot do without."""


def answer(
    code: Code,
    referral: Annotated[str, typer.Argument(metavar="REFERRAL", help=say("help.partner.referral"))],
    action: Annotated[Action, typer.Argument(help=say("help.partner.action"))],
    folio: Annotated[str | None, typer.Option(help=say("help.answer.folio"))] = None,
    item: Annotated[list[str] | None, typer.Option(help=say("help.answer.item"))] = None,
    *,
    amount: Annotated[str | None, typer.Option(help=say("help.answer.amount"))] = None,
    currency: Annotated[str, typer.Option(help=say("help.answer.currency"))] = "MXN",
    months: Annotated[int | None, typer.Option(help=say("help.answer.months"))] = None,
    reason: Annotated[DeclineReason | None, typer.Option(help=say("help.answer.reason"))] = None,
    secret: Secret = None,
    decrypt_with: DecryptWith = None,
) -> None:
    given: dict[str, Any] = {"folio": folio, "item": item, "amount": amount, "months": months, "reason": reason}
    event, needed = EVENTS[action]
    missing = [f"--{name}" for name in needed if not given[name]]
    if missing:
        raise Refusal(say("error.option", action=action, option=", ".join(missing)), 2)
    given["amount"] = amount and {"amount": _amount(amount, zero=action == "correct-payments"), "currency": currency}
    side = side_of(code, secret, decrypt_with)
    known = side.referrals()
    tell_closed(side)
    id_ = _chosen(code, referral, known)
    sent = _event(event, id_, code, given)
    side.answer(sent, known[id_][1])
    out().print(say("partner.answered", type=sent.TYPE, referral=id_))


def _chosen(code: str, beginning: str, known: Iterable[UUID]) -> UUID:
    """The referral whose id begins or ends so: lines of `tail` show the end."""
    wanted = beginning.lower()
    fitting = [id_ for id_ in known if str(id_).startswith(wanted) or str(id_).endswith(wanted)]
    if len(fitting) != 1:
        raise Refusal(say("error.referrals" if fitting else "error.referral", code=code, id=beginning), 2)
    return fitting[0]


def _event(event: type[Answer], referral: UUID, code: str, given: dict[str, Any]) -> Answer:
    fields = {
        "folio": given["folio"],
        "items": tuple(given["item"] or ()),
        "amount": given["amount"],
        "term_months": given["months"],
        "reason": given["reason"],
    }
    own = {name: value for name, value in fields.items() if name in event.model_fields}
    try:
        return event.model_validate({"referral_id": referral, "partner": code, "answered_at": now(), **own})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        problem = fault(first)
        raise Refusal(f"{where}: {say(problem['code'], **problem['params'])}", 2) from error


def _amount(text: str, *, zero: bool) -> str:
    """An amount as the contract writes it, with its two decimals; of what may be nothing `zero` too."""
    try:
        amount = Decimal(text.replace(",", ""))
        exact = amount.quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise Refusal(say("error.amount"), 2) from error
    if exact != amount or exact < 0 or not (exact or zero):
        raise Refusal(say("error.amount"), 2)
    return f"{exact:f}"
