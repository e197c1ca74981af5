"""What HTTP callers see: never a paper of a consent."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.financing.domain.case import Case
from services.financing.domain.product import Product
from services.financing.domain.reasons import (
    Channel,
    DataClass,
    Ineligible,
    PartnerKind,
    Purpose,
    ReferralState,
    Shape,
    Silent,
)
from services.financing.store.rows import consent_rows, referral_rows
from services.financing.store.tables import ConsentRow, NeedRow, ReferralRow
from shared.contracts.event import Money


class _View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class OptionView(_View):
    product: str
    partner: str
    shape: Shape
    eligible: bool
    reasons: tuple[Ineligible, ...]


class NeedView(_View):
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


class ConsentView(_View):
    id: UUID
    supplier_id: UUID
    partner: str
    purposes: tuple[Purpose, ...]
    data_classes: tuple[DataClass, ...]
    text_version: str
    text_sha256: str
    channel: Channel
    given_at: datetime
    expires_on: date
    revoked_at: datetime | None
    superseded_at: datetime | None
    papers_held: bool

    @classmethod
    def last_to(cls, case: Case, partner: str) -> "ConsentView":
        return cls.model_validate([row for row in consent_rows(case) if row["partner"] == partner][-1])

    @classmethod
    def of(cls, case: Case, consent_id: UUID) -> "ConsentView":
        return cls.model_validate(next(row for row in consent_rows(case) if row["id"] == consent_id))


class ReferralLine(_View):
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


class ReferralPapers(_View):
    amount: Money
    term_months: int
    folio: str | None
    items: tuple[str, ...]
    """What the partner asks for, in its own words: plain text from outside."""
    approved: Money | None
    approved_term_months: int | None
    disbursed: Money | None


class ReferralView(ReferralLine):
    papers: ReferralPapers | None
    """None once erased."""

    @classmethod
    def of(cls, case: Case, referral_id: UUID) -> "ReferralView":
        return cls.model_validate(next(row for row in referral_rows(case) if row["id"] == referral_id))


class CaseView(BaseModel):
    supplier_id: UUID
    needs: list[NeedView]
    consents: list[ConsentView]
    referrals: list[ReferralView]

    @classmethod
    def of(
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


class NeedPage(BaseModel):
    items: list[NeedView]
    cursor: UUID | None
    """Where the next page begins; None: this is the last."""

    @classmethod
    def of(cls, rows: Sequence[NeedRow], limit: int) -> "NeedPage":
        return cls(
            items=[NeedView.model_validate(row) for row in rows[:limit]],
            cursor=rows[limit - 1].id if len(rows) > limit else None,
        )


class ReferralPage(BaseModel):
    items: list[ReferralLine]
    cursor: UUID | None

    @classmethod
    def of(cls, rows: Sequence[ReferralRow], limit: int) -> "ReferralPage":
        return cls(
            items=[ReferralLine.model_validate(row) for row in rows[:limit]],
            cursor=rows[limit - 1].id if len(rows) > limit else None,
        )


class ConsentTextView(BaseModel):
    """The exact words to show, and the hash that the consent sends back."""

    partner: str
    version: str
    body: str
    sha256: str
    purposes: tuple[Purpose, ...]
    data_classes: tuple[DataClass, ...]
    expires_on: date


class PartnerView(_View):
    code: str
    name: str
    kind: PartnerKind
    sla_days: int
    active: bool


class ProductView(_View):
    code: str
    partner: str
    name: str
    shape: Shape
    purposes: tuple[Purpose, ...]
    min_years: int
    max_term_months: int
    strata: tuple[str, ...]

    @classmethod
    def all_of(cls, products: Sequence[Product]) -> "list[ProductView]":
        return [cls.model_validate(product) for product in products]
