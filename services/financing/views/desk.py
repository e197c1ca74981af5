"""Referrals as the institution that they went to sees them, and what it says of them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.financing.domain.answer import Act, possible
from services.financing.domain.reasons import ReferralState, Shape
from services.financing.domain.referral import Referral
from services.financing.handlers.desk import Said
from services.financing.store.rows import Row
from services.financing.views.consents import MoneyBody
from shared.contracts import partner as contract
from shared.contracts.event import Money
from shared.contracts.outsiders import DeclineReason
from shared.service.http import Body, View

Item = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class DeskAnswerBody(Body):
    """An answer: the same words as on the topic."""

    act: Act
    folio: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] | None = None
    """Of a receipt: the institution's own number of the case."""
    items: Annotated[tuple[Item, ...], Field(max_length=20)] = ()
    """Of a request for information: what is lacking, naming no person."""
    amount: MoneyBody | None = None
    """Approved, paid, or paid in all."""
    term_months: Annotated[int, Field(ge=1, le=240)] | None = None
    """Of an approval."""
    reason: DeclineReason | None = None
    """Of a refusal."""

    def said(self) -> Said:
        amount = None if self.amount is None else self.amount.value()
        return Said(self.act, self.folio or None, self.items, amount, self.term_months, self.reason)


class DeskLine(View):
    id: UUID
    product: str
    shape: Shape
    state: ReferralState
    sent_at: datetime
    answer_due_at: datetime | None
    reminded_at: datetime | None


class DeskSaid(View):
    """What the institution said of it."""

    folio: str | None
    items: tuple[str, ...]
    approved: Money | None
    approved_term_months: int | None
    disbursed: Money | None
    payments: int


class DeskView(DeskLine):
    supplier_id: UUID
    """The firm, as the referral names it."""
    changed_at: datetime
    reason: str | None
    ignored_answers: int
    """Answers that said nothing new."""
    acts: tuple[Act, ...]
    """What may be said of it now."""
    referral: contract.Referral
    """As it went to the institution: the classes of data that the firm consented to, and no other."""
    said: DeskSaid | None

    @classmethod
    def of_rows(cls, row: Row, sent: contract.Referral) -> "DeskView":
        """From a row as `referral_rows` makes it, its papers open."""
        named = {
            name: row[name]
            for name in (*DeskLine.model_fields, "supplier_id", "changed_at", "reason", "ignored_answers")
        }
        papers = row["papers"]
        said = None if papers is None else DeskSaid(**{name: papers[name] for name in DeskSaid.model_fields})
        return cls(**named, acts=possible(row["state"]), referral=sent, said=said)


def line_of(referral: Referral) -> DeskLine:
    """A test as a line."""
    return DeskLine(
        id=referral.id,
        product=referral.product,
        shape=referral.shape,
        state=referral.state,
        sent_at=referral.sent_at,
        answer_due_at=referral.lapse_at,
        reminded_at=None,
    )
