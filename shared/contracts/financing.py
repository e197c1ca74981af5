"""The published language of `financing`, for the program's own stages: no personal and no credit data."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import StringConstraints

from shared.contracts.event import Moment, Money, PartnerCode, QuestionCode, ReasonCode, SupplierEvent, Value

Purpose = Literal[
    "receivables",
    "purchase_order",
    "tooling",
    "machinery",
    "certification",
    "measuring",
    "energy",
    "export",
    "collateral",
]
DataClass = Literal["identity", "contact", "standing", "need", "capacity", "evidence"]
ReferralShape = Literal["to_intermediary", "buyer_initiated", "direct", "non_financial"]
ReferralState = Literal[
    "sent",
    "acknowledged",
    "in_review",
    "info_requested",
    "approved",
    "declined",
    "withdrawn",
    "lapsed",
    "disbursed",
    "closed",
]


class ProductOption(Value):
    """One product that could serve a need, with why it does or does not."""

    product: str
    partner: PartnerCode
    shape: ReferralShape
    eligible: bool
    reasons: tuple[ReasonCode, ...]


class FinancingEvent(SupplierEvent):
    TOPIC: ClassVar[str] = "financing.referral.v1"


class NeedIdentified(FinancingEvent):
    """What the firm lacks costs money, and who could lend or give it."""

    TYPE: ClassVar[str] = "financing.need-identified"

    need_id: UUID
    purpose: Purpose
    questions: tuple[QuestionCode, ...]
    modules: tuple[str, ...] = ()
    amount: Money | None = None
    options: tuple[ProductOption, ...]
    products: str
    """Version of the product catalogue."""


class ConsentEvent(FinancingEvent):
    consent_id: UUID
    partner: PartnerCode


class ConsentGiven(ConsentEvent):
    """The firm agreed, in express words, that one named partner may receive named classes of data."""

    TYPE: ClassVar[str] = "financing.consent-given"

    purposes: tuple[Purpose, ...]
    data_classes: tuple[DataClass, ...]
    text_version: str
    text_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    given_at: Moment
    expires_on: date


class ConsentRevoked(ConsentEvent):
    """The firm took its consent back."""

    TYPE: ClassVar[str] = "financing.consent-revoked"

    revoked_at: Moment


class ReferralEvent(FinancingEvent):
    referral_id: UUID
    partner: PartnerCode
    product: str
    need_id: UUID


class ReferralSent(ReferralEvent):
    """A referral is on its partner's topic."""

    TYPE: ClassVar[str] = "financing.referral-sent"

    shape: ReferralShape
    consent_id: UUID
    answer_due_at: Moment


class ReferralAnswered(ReferralEvent):
    """The state of a referral moved on: mostly by the partner's answer, also by the firm's information, a withdrawal or
    its closing. Only the outcome, never amounts or terms.
    """

    TYPE: ClassVar[str] = "financing.referral-answered"

    state: ReferralState
    reason: ReasonCode | None = None
    questions: tuple[QuestionCode, ...] = ()
    """Gaps that a refusal's reason points back to."""
    answered_at: Moment


class ReferralLapsed(ReferralEvent):
    """Nobody answered in time."""

    TYPE: ClassVar[str] = "financing.referral-lapsed"

    silent: Literal["partner", "supplier"]
    lapsed_at: Moment
