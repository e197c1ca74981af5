"""A firm's case, and its needs."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.financing.domain.reasons import (
    Ineligible,
    Purpose,
    Shape,
)
from services.financing.store.tables import ConsentRow, NeedRow, ReferralRow, SendingRow
from services.financing.views.consents import ConsentView
from services.financing.views.referrals import ReferralView
from shared.contracts.event import Money
from shared.service.callers import Caller
from shared.service.http import View


class OptionView(View):
    product: str
    partner: str
    shape: Shape
    eligible: bool
    reasons: tuple[Ineligible, ...]
    edition: int = 1
    """Of the product, as it was judged."""
    proposed: bool = False
    """The best of those that serve; the firm may choose another."""


class NeedView(View):
    id: UUID
    supplier_id: UUID
    purpose: Purpose
    open: bool
    questions: tuple[str, ...]
    modules: tuple[str, ...]
    amount: Money | None
    """An estimate; None until the firm states it with a referral."""
    options: tuple[OptionView, ...]
    terms: str


class SendingView(View):
    """A referral as Kafka acknowledged it on its partner's topic, for the first time or again."""

    event_id: UUID
    """Of the event: the same where it was sent again."""
    referral_id: UUID
    partner: str
    sent_at: datetime
    key_id: str | None
    """The `kid` of the partner's key to which it was encrypted; null: it went in clear."""


class CaseView(View):
    supplier_id: UUID
    needs: list[NeedView]
    consents: list[ConsentView]
    referrals: list[ReferralView]
    sendings: list[SendingView]
    """The oldest first. A referral without any waits to be published, or went before they were recorded."""

    @classmethod
    def of_case(
        cls,
        supplier_id: UUID,
        needs: Sequence[NeedRow],
        consents: Sequence[ConsentRow],
        referrals: Sequence[ReferralRow],
        sendings: Sequence[SendingRow],
        caller: Caller,
    ) -> "CaseView":
        return cls(
            supplier_id=supplier_id,
            needs=[NeedView.of(row) for row in needs],
            consents=sorted((ConsentView.seen_by(caller, row) for row in consents), key=lambda view: view.given_at),
            referrals=sorted((ReferralView.of(row) for row in referrals), key=lambda view: view.sent_at),
            sendings=[SendingView.of(row) for row in sendings],
        )


class RefusedAnswerView(View):
    """What a partner wrote about a referral that had no effect."""

    id: UUID
    partner: str
    referral_id: UUID
    at: datetime
    reason: str
    event_type: str | None
    resolution: str | None
    """What an operator did with it: `replayed`, `discarded`."""
    withheld: bool
    """It names a referral of another firm too: an operator reads it before anybody is given it."""
    said: str | None
    """The partner's words, as they came; null once they are erased, and where they are withheld."""
