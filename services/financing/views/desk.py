"""Referrals as the institution that they went to sees them, and what it says of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.financing.domain.answer import Act, possible
from services.financing.domain.reasons import ReferralState, Shape
from services.financing.domain.referral import Referral, on_its_way
from services.financing.handlers.desk import EVENTS, Said
from services.financing.store.desk import Sent
from services.financing.store.rows import Row
from services.financing.views.consents import MoneyBody
from shared.contracts import partner as contract
from shared.contracts.event import Money
from shared.contracts.outsiders import DeclineReason
from shared.service.http import Body, View

ACTS = {event: act for act, (event, _) in EVENTS.items()}
Outcome = Literal["on_its_way", "taken", "without_effect"]
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
    changed_at: datetime
    answer_due_at: datetime | None
    reminded_at: datetime | None
    reason: str | None
    """Why it ended so, where that is known."""


class DeskGiven(View):
    """An answer that was given at the desk, and what became of it."""

    at: datetime
    act: Act
    folio: str | None
    items: tuple[str, ...]
    amount: Money | None
    term_months: int | None
    reason: str | None
    outcome: Outcome | None
    """Null where it is no longer known."""
    problem: str | None
    """Why it had no effect."""

    @classmethod
    def of_answer(cls, answer: contract.Answer, outcomes: Mapping[datetime, str | None]) -> "DeskGiven":
        """An answer as it was sent, with the outcome of each moment's answer."""
        outcome = outcomes.get(answer.answered_at, ...)
        known: dict[object, Outcome | None] = {...: None, None: "on_its_way", "taken": "taken"}
        said = {name: getattr(answer, name, None) for name in ("folio", "amount", "term_months", "reason")}
        return cls(
            at=answer.answered_at,
            act=ACTS[type(answer)],
            items=getattr(answer, "items", ()),
            outcome=known.get(outcome, "without_effect"),
            problem=None if outcome in known else str(outcome),
            **said,
        )


class DeskSaid(View):
    """What the institution said of it."""

    folio: str | None
    items: tuple[str, ...]
    approved: Money | None
    approved_term_months: int | None
    disbursed: Money | None
    payments: int


class DeskView(DeskLine):
    supplier_id: UUID | None
    """The firm, as the referral names it; null once it ended."""
    ignored_answers: int
    """Answers that said nothing new."""
    acts: tuple[Act, ...]
    """What may be said of it now: nothing while an answer is on its way."""
    on_its_way_since: datetime | None
    """When the answer was given that is to be read before another one is taken."""
    referral: contract.Referral | None
    """As it went to the institution: the classes of data that the firm consented to; null once it ended."""
    said: DeskSaid | None
    given: tuple[DeskGiven, ...]
    """The last answers from the desk, the newest first."""

    @classmethod
    def of_referral(cls, referral: Referral, row: Row, sent: Sent | None, now: datetime) -> "DeskView":
        """From a referral, its row as `referral_rows` makes it, and what the journal has of it."""
        named = {name: row[name] for name in (*DeskLine.model_fields, "ignored_answers")}
        waits = on_its_way(referral, now)
        if sent is None:
            nothing: dict[str, Any] = {"supplier_id": None, "referral": None, "said": None}
            return cls(**named, **nothing, acts=(), on_its_way_since=waits, given=())
        outcomes = {each.at: each.outcome for each in referral.desk}
        papers = row["papers"]
        return cls(
            **named,
            supplier_id=row["supplier_id"],
            acts=() if waits else possible(referral.state),
            on_its_way_since=waits,
            referral=sent.referral,
            said=None if papers is None else DeskSaid(**{name: papers[name] for name in DeskSaid.model_fields}),
            given=tuple(DeskGiven.of_answer(each, outcomes) for each in sent.answers),
        )


def line_of(referral: Referral) -> DeskLine:
    """A test as a line."""
    return DeskLine(
        id=referral.id,
        product=referral.product,
        shape=referral.shape,
        state=referral.state,
        sent_at=referral.sent_at,
        changed_at=referral.changed_at,
        answer_due_at=referral.lapse_at,
        reminded_at=None,
        reason=referral.reason,
    )
