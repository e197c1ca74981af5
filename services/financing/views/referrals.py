"""Referrals as callers send and see them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.financing.domain.authorisation import CreditAuthorisation
from services.financing.domain.case import Case
from services.financing.domain.reasons import (
    Purpose,
    ReferralState,
    Shape,
    Silent,
)
from services.financing.handlers.referrals import Refer
from services.financing.store.rows import referral_rows
from services.financing.views.consents import MoneyBody
from shared.contracts.event import Day, Money
from shared.service.http import Body, Named, View


class ReferralBody(Body):
    supplier_id: UUID
    need_id: UUID
    product: Annotated[str, StringConstraints(max_length=60)]
    amount: MoneyBody
    term_months: Annotated[int, Field(ge=1, le=240)]

    def asked(self) -> Refer:
        return Refer(self.need_id, self.product, self.amount.value(), self.term_months)


class AuthorisationBody(Body):
    """Whom the firm let ask for its credit report: never the report, nor what is in it."""

    lender: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200), Named]
    """The bank, SOFOM or institution that asks."""
    folio: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    """Its own number of the authorisation."""
    given_on: Day
    """Day on which the firm signed it."""
    expires_on: Day
    """Its last day: three years later at most."""

    def authorisation(self) -> CreditAuthorisation:
        return CreditAuthorisation(self.lender, self.folio, self.given_on, self.expires_on)


class AuthorisationView(View):
    lender: str
    folio: str
    given_on: date
    expires_on: date


class ReferralLine(View):
    """A referral as it stands, without amounts."""

    id: UUID
    supplier_id: UUID
    need_id: UUID
    consent_id: UUID
    purpose: Purpose
    partner: str
    product: str
    shape: Shape
    state: ReferralState
    sent_at: datetime
    changed_at: datetime
    awaits: Silent | None
    answer_due_at: datetime | None
    reminded_at: datetime | None
    """Since when the partner is late enough to be called."""
    reason: str | None
    questions: tuple[str, ...]
    silent: Silent | None
    ignored_answers: int
    last_ignored: str | None


class ReferralPapers(View):
    amount: Money
    term_months: int
    folio: str | None
    items: tuple[str, ...]
    """What the partner asks for, in its own words: plain text from outside."""
    approved: Money | None
    approved_term_months: int | None
    disbursed: Money | None
    """Sum of the payments."""
    payments: int = 0
    authorisation: AuthorisationView | None = None
    """To ask for a credit report, as the firm says that it gave it to a lender."""


class ReferralView(ReferralLine):
    papers: ReferralPapers | None
    """None once erased."""

    @classmethod
    def of_referral(cls, case: Case, referral_id: UUID) -> "ReferralView":
        return cls.of(next(row for row in referral_rows(case) if row["id"] == referral_id))
