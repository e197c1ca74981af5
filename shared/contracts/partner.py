"""The published language between the program and one financing partner: the only topics with personal data."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.event import BasisPoints, EventData, Moment, Money, PartnerCode, StateCode, Text, Value
from shared.contracts.financing import DataClass, Purpose, ReferralShape
from shared.contracts.registration import Stratum, TaxOpinion

DeclineReason = Literal[
    "not_eligible",
    "statements_not_reliable",
    "low_liquidity",
    "high_leverage",
    "no_payment_source",
    "tax_not_in_order",
    "insufficient_guarantee",
    "incomplete_file",
    "credit_history",
    "no_funds",
    "supplier_declined",
    "other",
]


class ConsentReference(Value):
    """On what ground the partner receives this."""

    consent_id: UUID
    data_classes: tuple[DataClass, ...]
    text_version: str
    text_sha256: str
    given_at: Moment
    expires_on: date


class Identity(Value):
    rfc: str
    legal_name: Text
    kind: Literal["legal", "natural"]
    scian: str
    state: StateCode
    stratum: Stratum
    operating_since: date
    representative: Text


class Contact(Value):
    email: Text
    phone: Text | None = None


class Standing(Value):
    tax_opinion: TaxOpinion
    list_69b: str
    list_date: date | None


class Need(Value):
    purpose: Purpose
    amount: Money
    term_months: Annotated[int, Field(ge=1, le=240)]
    gaps: tuple[str, ...]
    requirement_id: UUID | None = None


class Capacity(Value):
    annual_sales: Money
    workers: Annotated[int, Field(ge=0)]


class Evidence(Value):
    diagnosis_id: UUID
    version: int
    grade: str
    band: str
    overall: BasisPoints
    activities_completed: int
    activities_planned: int


class Referral(EventData):
    """A firm with a need that the partner's product could serve: all that the consent names, nothing more."""

    TYPE: ClassVar[str] = "partner.referral"

    referral_id: UUID
    supplier_id: UUID
    partner: PartnerCode
    product: str
    shape: ReferralShape
    consent: ConsentReference
    identity: Identity | None = None
    contact: Contact | None = None
    standing: Standing | None = None
    need: Need | None = None
    capacity: Capacity | None = None
    evidence: Evidence | None = None
    answer_due_at: Moment

    @property
    def key(self) -> UUID:
        return self.supplier_id

    @property
    def topic(self) -> str:
        return f"partner.{self.partner}.referrals.v1"


class ReferralWithdrawn(EventData):
    """The consent was revoked: the partner must stop and erase."""

    TYPE: ClassVar[str] = "partner.referral-withdrawn"

    referral_id: UUID
    supplier_id: UUID
    partner: PartnerCode
    withdrawn_at: Moment

    @property
    def key(self) -> UUID:
        return self.supplier_id

    @property
    def topic(self) -> str:
        return f"partner.{self.partner}.referrals.v1"


class Answer(EventData):
    """What a partner says of one referral."""

    referral_id: UUID
    partner: PartnerCode
    answered_at: Moment

    @property
    def key(self) -> UUID:
        return self.referral_id

    @property
    def topic(self) -> str:
        return f"partner.{self.partner}.answers.v1"


class ReferralAcknowledged(Answer):
    TYPE: ClassVar[str] = "partner.referral-acknowledged"

    folio: Annotated[str, StringConstraints(max_length=60)] | None = None


class InformationRequested(Answer):
    TYPE: ClassVar[str] = "partner.information-requested"

    items: Annotated[tuple[Text, ...], Field(max_length=20)]


class ReferralApproved(Answer):
    TYPE: ClassVar[str] = "partner.referral-approved"

    amount: Money
    term_months: Annotated[int, Field(ge=1, le=240)]


class ReferralDeclined(Answer):
    TYPE: ClassVar[str] = "partner.referral-declined"

    reason: DeclineReason


class CreditDisbursed(Answer):
    TYPE: ClassVar[str] = "partner.credit-disbursed"

    amount: Money
