"""The published language of `financing`, for the program's own stages: no personal and no credit data."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import (
    Count,
    Day,
    Modules,
    Moment,
    Money,
    PartnerCode,
    ProductCode,
    Questions,
    ReasonCode,
    Reasons,
    RulesVersion,
    Sha256,
    SupplierEvent,
    Value,
)

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
Purposes = Annotated[tuple[Purpose, ...], Field(max_length=20)]
DataClasses = Annotated[tuple[DataClass, ...], Field(max_length=20)]
TextVersion = Annotated[str, Field(max_length=60, examples=["credit-es-2026.1"])]
ReferralShape = Literal["to_intermediary", "buyer_initiated", "direct", "non_financial"]
"""Through a bank or SOFOM, started by the buyer, to the development bank itself, or no credit."""
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

    product: ProductCode
    """The product."""
    partner: PartnerCode
    """Who offers it."""
    shape: ReferralShape
    """Direction of a referral: through a bank, started by the buyer, to the development bank itself, or no credit."""
    eligible: bool
    """Whether the firm could be referred for it now."""
    reasons: Reasons
    """Why, or why not."""
    edition: Count | None = None
    """Of the product, as it was judged: operators change products without a release. Null from before they could."""
    proposed: bool = False
    """The best of those that serve; the firm may choose another."""


class FinancingEvent(SupplierEvent):
    """Something about one firm's financing."""

    TOPIC: ClassVar[str] = "financing.referral.v1"


class NeedIdentified(FinancingEvent):
    """What the firm lacks costs money, and who could lend or give it."""

    TYPE: ClassVar[str] = "financing.need-identified"
    ABOUT: ClassVar[tuple[str, ...]] = ("need", "need_id")

    need_id: UUID
    """The need, within every event that follows from it."""
    purpose: Purpose
    """What the money is for."""
    questions: Questions
    """Gaps that it would help to close."""
    modules: Modules = ()
    """Development modules that it would pay for."""
    amount: Money | None = None
    """What it takes, where that is known."""
    options: Annotated[tuple[ProductOption, ...], Field(max_length=100)]
    """Every product that was looked at."""
    products: RulesVersion
    """Version of the product catalogue."""


class ConsentEvent(FinancingEvent):
    """Something about one consent."""

    consent_id: UUID
    """The consent."""
    partner: PartnerCode
    """The one partner that it names."""


class ConsentGiven(ConsentEvent):
    """The firm agreed, in express words, that one named partner may receive named classes of data."""

    TYPE: ClassVar[str] = "financing.consent-given"
    ABOUT: ClassVar[tuple[str, ...]] = ("consent", "consent_id")

    purposes: Purposes
    """What the data may be used for."""
    data_classes: DataClasses
    """What may be handed over."""
    text_version: TextVersion
    """Version of the words that the firm agreed to."""
    text_sha256: Sha256
    """Digest of those words."""
    given_at: Moment
    """When it was given."""
    expires_on: Day
    """Last day on which it holds."""


class ConsentRevoked(ConsentEvent):
    """The firm took its consent back."""

    TYPE: ClassVar[str] = "financing.consent-revoked"
    ABOUT: ClassVar[tuple[str, ...]] = ("consent", "consent_id")

    revoked_at: Moment
    """When it was taken back."""


class ReferralEvent(FinancingEvent):
    """Something about one referral."""

    referral_id: UUID
    """The referral, as the partner knows it too."""
    partner: PartnerCode
    """To whom the firm is referred."""
    product: ProductCode
    """For which product."""
    need_id: UUID
    """For which need."""


class ReferralSent(ReferralEvent):
    """A referral is on its partner's topic."""

    TYPE: ClassVar[str] = "financing.referral-sent"
    ABOUT: ClassVar[tuple[str, ...]] = ("referral", "referral_id")

    shape: ReferralShape
    """Direction of the referral."""
    consent_id: UUID
    """The consent on whose ground it was sent."""
    answer_due_at: Moment
    """Until when the partner should answer."""


class ReferralAnswered(ReferralEvent):
    """The state of a referral moved on: mostly by the partner's answer, also by the firm's information, a withdrawal or
    its closing. Only the outcome, never amounts or terms.
    """

    TYPE: ClassVar[str] = "financing.referral-answered"
    ABOUT: ClassVar[tuple[str, ...]] = ("referral", "referral_id")

    state: ReferralState
    """The state from now on."""
    reason: ReasonCode | None = None
    """Why it was declined, where it was; null from when that is erased, which is told once more."""
    questions: Questions = ()
    """Gaps that a refusal's reason points back to."""
    for_plan: Questions = ()
    """Those that the firm agreed, in its consent, to have its development plan address."""
    answered_at: Moment
    """When the state moved on."""


class ReferralLapsed(ReferralEvent):
    """Nobody answered in time."""

    TYPE: ClassVar[str] = "financing.referral-lapsed"
    ABOUT: ClassVar[tuple[str, ...]] = ("referral", "referral_id")

    silent: Literal["partner", "supplier"]
    """Who should have said something."""
    lapsed_at: Moment
    """When the time was up."""
