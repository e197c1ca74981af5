"""How a simulated institution answers a referral: by a policy, the first rule that fits. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts import partner as contract
from shared.contracts.event import Money
from shared.contracts.financing import Purpose
from shared.contracts.outsiders import DeclineReason
from shared.contracts.partner import Answer, Referral

FULL = 10_000
"""Basis points of the whole."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(Part):
    """What fits a referral, and what is said of it then. Without a condition it fits every one."""

    purposes: tuple[Purpose, ...] = ()
    products: tuple[str, ...] = ()
    above: Decimal | None = None
    """Amounts greater than this, in their own currency."""
    without: Annotated[tuple[str, ...], Field(max_length=6)] = ()
    """Any of these parts is missing."""
    decline: DeclineReason | None = None
    ask_for: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    approve_bp: Annotated[int, Field(ge=1, le=11_000)] | None = None
    """This share of what was asked, in hundredths of a percent."""
    pay: Annotated[int, Field(ge=0, le=12)] = 0
    """Payments of an approval, of equal parts."""

    def fits(self, referral: Referral) -> bool:
        need = referral.need
        return (
            (not self.purposes or (need is not None and need.purpose in self.purposes))
            and (not self.products or referral.product in self.products)
            and (self.above is None or (need is not None and Decimal(need.amount.amount) > self.above))
            and (not self.without or any(getattr(referral, part, None) is None for part in self.without))
        )


class Policy(Part):
    """Rules in their order; what none fits is only acknowledged."""

    acknowledge: bool = True
    folio: Annotated[str, Field(max_length=40)] = "SIM"
    rules: Annotated[tuple[Rule, ...], Field(max_length=100)] = ()


def answers(policy: Policy, referral: Referral, now: datetime) -> Iterator[Answer]:
    """What the institution says, in its order."""
    said: dict[str, Any] = {"referral_id": referral.referral_id, "partner": referral.partner, "answered_at": now}
    if policy.acknowledge:
        yield contract.ReferralAcknowledged(**said, folio=f"{policy.folio}-{str(referral.referral_id)[:8]}")
    rule = next((each for each in policy.rules if each.fits(referral)), None)
    if rule is None:
        return
    if rule.ask_for:
        yield contract.InformationRequested(**said, items=rule.ask_for)
    if rule.decline is not None:
        yield contract.ReferralDeclined(**said, reason=rule.decline)
    elif rule.approve_bp is not None and referral.need is not None:
        yield from _approved(rule, rule.approve_bp, referral.need, said)


def _approved(rule: Rule, share_bp: int, need: contract.Need, said: dict[str, Any]) -> Iterator[Answer]:
    amount = (Decimal(need.amount.amount) * share_bp / FULL).quantize(Decimal("0.01"))
    yield contract.ReferralApproved.model_validate(
        {**said, "amount": _money(amount, need), "term_months": need.term_months}
    )
    part = (amount / max(rule.pay, 1)).quantize(Decimal("0.01"))
    for number in range(rule.pay):
        paid = part if number + 1 < rule.pay else amount - part * (rule.pay - 1)
        yield contract.CreditDisbursed.model_validate({**said, "amount": _money(paid, need)})


def _money(amount: Decimal, need: contract.Need) -> Money:
    return Money(amount=f"{amount:.2f}", currency=need.amount.currency)
