"""A firm's case, and its needs."""

from collections.abc import Sequence
from uuid import UUID

from services.financing.domain.reasons import (
    Ineligible,
    Purpose,
    Shape,
)
from services.financing.store.tables import ConsentRow, NeedRow, ReferralRow
from services.financing.views.consents import ConsentView
from services.financing.views.referrals import ReferralView
from shared.contracts.event import Money
from shared.service.http import Body


class OptionView(Body):
    product: str
    partner: str
    shape: Shape
    eligible: bool
    reasons: tuple[Ineligible, ...]


class NeedView(Body):
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


class CaseView(Body):
    supplier_id: UUID
    needs: list[NeedView]
    consents: list[ConsentView]
    referrals: list[ReferralView]

    @classmethod
    def of_case(
        cls,
        supplier_id: UUID,
        needs: Sequence[NeedRow],
        consents: Sequence[ConsentRow],
        referrals: Sequence[ReferralRow],
    ) -> "CaseView":
        return cls(
            supplier_id=supplier_id,
            needs=[NeedView.model_validate(row) for row in needs],
            consents=sorted((ConsentView.model_validate(row) for row in consents), key=lambda view: view.given_at),
            referrals=sorted((ReferralView.model_validate(row) for row in referrals), key=lambda view: view.sent_at),
        )


class NeedPage(Body):
    items: list[NeedView]
    cursor: UUID | None
    """Where the next page begins; None: this is the last."""

    @classmethod
    def of_rows(cls, rows: Sequence[NeedRow], limit: int) -> "NeedPage":
        return cls(
            items=[NeedView.model_validate(row) for row in rows[:limit]],
            cursor=rows[limit - 1].id if len(rows) > limit else None,
        )
