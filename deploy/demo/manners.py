"""How a partner deals with a referral: invented, and the same each time for the same firm and product."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal, get_args

from shared.contracts.event import Money
from shared.contracts.outsiders import DeclineReason
from shared.contracts.partner import (
    Answer,
    CreditDisbursed,
    InformationRequested,
    Referral,
    ReferralAcknowledged,
    ReferralApproved,
    ReferralDeclined,
)
from shared.runtime.clock import now

Manner = Literal["pays", "approves", "asks_first", "declines", "reviews"]
"""Acknowledges, and then: approves and pays out, approves, asks for papers, declines, or is still looking."""

MANNERS: tuple[Manner, ...] = get_args(Manner)
WEIGHTS = (35, 15, 20, 20, 10)
REASONS: tuple[DeclineReason, ...] = ("insufficient_guarantee", "low_liquidity", "incomplete_file", "no_funds")
ITEMS = ("Estados financieros dictaminados de los dos últimos ejercicios", "Constancia de situación fiscal")
SHARE_APPROVED = Decimal("0.90")
CENT = Decimal("0.01")
DEFAULT_AMOUNT = Money(amount="500000.00")
DEFAULT_TERM = 12


def manner(referral: Referral, rng: random.Random) -> Manner:
    """What the partner will do with it. Who gives no credit pays nothing out."""
    chosen = rng.choices(MANNERS, weights=WEIGHTS)[0]
    return "approves" if chosen == "pays" and referral.shape == "non_financial" else chosen


def opening(referral: Referral, chosen: Manner, rng: random.Random) -> Iterator[Answer]:
    """What the partner says at once, in order."""
    said: dict[str, Any] = {"referral_id": referral.referral_id, "partner": referral.partner, "answered_at": now()}
    yield ReferralAcknowledged(**said, folio=f"{referral.partner.upper()}-{str(referral.referral_id)[-8:]}")
    match chosen:
        case "pays":
            yield _approval(referral)
            yield CreditDisbursed(**said, amount=_approved(referral))
        case "approves":
            yield _approval(referral)
        case "asks_first":
            yield InformationRequested(**said, items=ITEMS)
        case "declines":
            yield ReferralDeclined(**said, reason=rng.choice(REASONS))
        case "reviews":
            return


def closing(referral: Referral) -> Iterator[Answer]:
    """What the partner says once it has the papers that it asked for."""
    yield _approval(referral)


def _approval(referral: Referral) -> ReferralApproved:
    term = referral.need.term_months if referral.need else DEFAULT_TERM
    return ReferralApproved(
        referral_id=referral.referral_id,
        partner=referral.partner,
        answered_at=now(),
        amount=_approved(referral),
        term_months=term,
    )


def _approved(referral: Referral) -> Money:
    asked = referral.need.amount if referral.need else DEFAULT_AMOUNT
    return Money(amount=str((Decimal(asked.amount) * SHARE_APPROVED).quantize(CENT)), currency=asked.currency)
