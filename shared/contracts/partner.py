"""The published language between the program and one financing partner: the only topics with personal data."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.consent import ConsentReference
from shared.contracts.event import (
    MOST_QUESTIONS,
    BasisPoints,
    Count,
    Day,
    EventData,
    Moment,
    Money,
    PartnerCode,
    ProductCode,
    StateCode,
    Text,
    Value,
)
from shared.contracts.financing import Purpose, ReferralShape
from shared.contracts.outsiders import Counted, DeclineReason, PartnersMoment, PartnersText, Plain
from shared.contracts.registration import Rfc, Stratum, TaxOpinion


class Identity(Value):
    """Data class `identity`."""

    rfc: Rfc
    """Tax id."""
    legal_name: Annotated[Text, Field(examples=["Troquelados del Bajío SA de CV"])]
    """Name of the firm."""
    kind: Literal["legal", "natural"]
    """Legal or natural person."""
    scian: Annotated[str, Field(max_length=10, examples=["336370"])]
    """Class of economic activity (SCIAN)."""
    state: StateCode
    """Where it is."""
    stratum: Stratum
    """Size by the Acuerdo of 30 June 2009."""
    operating_since: Day
    """Since when it operates."""
    representative: Annotated[Text, Field(examples=["María Pérez López"])]
    """Who may sign for it."""


class Contact(Value):
    """Data class `contact`."""

    email: Annotated[Text, Field(examples=["ventas@troquelados.example"])]
    """Address for mail."""
    phone: Annotated[Text | None, Field(examples=["4421234567"])] = None
    """Telephone number."""


class Standing(Value):
    """Data class `standing`."""

    tax_opinion: TaxOpinion
    """Opinion on tax compliance, article 32-D of the Código Fiscal."""
    list_69b: Annotated[str, Field(max_length=40, examples=["not_listed"])]
    """State on the list of article 69-B of the Código Fiscal."""
    list_date: Day | None
    """Date of the list that was looked at."""


class Need(Value):
    """Data class `need`."""

    purpose: Purpose
    """What the money is for."""
    amount: Money
    """How much."""
    term_months: Annotated[int, Field(strict=True, ge=1, le=240, examples=[36])]
    """For how long."""
    gaps: Annotated[
        tuple[Annotated[str, Field(max_length=10, examples=["T04"])], ...], Field(max_length=MOST_QUESTIONS)
    ]
    """Gaps of the diagnosis that it would help to close."""
    requirement_id: UUID | None = None
    """The anchor's requirement behind it, where there is one."""


class Capacity(Value):
    """Data class `capacity`."""

    annual_sales: Money
    """Sales of the last year."""
    workers: Annotated[Count, Field(examples=[85])]
    """People who work there."""


class Evidence(Value):
    """Data class `evidence`."""

    diagnosis_id: UUID
    """The firm's diagnosis."""
    version: Annotated[Count, Field(examples=[1])]
    """Its validated version."""
    grade: Annotated[str, Field(max_length=10, examples=["B"])]
    """A, B or C."""
    band: Annotated[str, Field(max_length=10, examples=["B"])]
    """The grade, with C in three steps."""
    overall: BasisPoints
    """Weighted share over all dimensions."""
    activities_completed: Annotated[Count, Field(examples=[2])]
    """Activities of its plan that are done."""
    activities_planned: Annotated[Count, Field(examples=[5])]
    """Activities of its plan."""


class Referral(EventData):
    """A firm with a need that the partner's product could serve: all that the consent names, nothing more."""

    TYPE: ClassVar[str] = "partner.referral"
    ABOUT: ClassVar[tuple[str, ...]] = ("referral", "referral_id")
    PERSONAL: ClassVar[tuple[str, ...]] = ("identity", "contact", "standing", "need", "capacity", "evidence")

    referral_id: UUID
    """The referral: every answer names it, and is keyed by it."""
    supplier_id: UUID
    """The firm."""
    partner: PartnerCode
    """To whom it goes."""
    product: ProductCode
    """For which of the partner's products."""
    shape: ReferralShape
    """Direction of the referral."""
    consent: ConsentReference
    """On what ground."""
    identity: Identity | None = None
    """Who the firm is, where the consent names it."""
    contact: Contact | None = None
    """How to reach it, where the consent names it."""
    standing: Standing | None = None
    """How it stands with the tax authority, where the consent names it."""
    need: Need | None = None
    """What it needs, where the consent names it."""
    capacity: Capacity | None = None
    """How large it is, where the consent names it."""
    evidence: Evidence | None = None
    """What the program found out about it, where the consent names it."""
    answer_due_at: Moment
    """Until when the partner should answer."""
    test: bool = False
    """A trial of the exchange, of nobody: an answer is judged and settles nothing. True of no firm's referral."""

    @property
    def key(self) -> UUID:
        return self.supplier_id

    @property
    def topic(self) -> str:
        return f"partner.{self.partner}.referrals.v1"


class ReferralWithdrawn(EventData):
    """The consent was revoked: the partner must stop, where it still can, and erase. A referral of this id that arrives
    behind it is a repetition, and to be dropped: no referral comes back under an id that was withdrawn.
    """

    TYPE: ClassVar[str] = "partner.referral-withdrawn"
    ABOUT: ClassVar[tuple[str, ...]] = ("referral", "referral_id")

    referral_id: UUID
    """The referral."""
    supplier_id: UUID
    """The firm."""
    partner: PartnerCode
    """To whom it went."""
    withdrawn_at: Moment
    """When it was withdrawn."""
    ended: bool = False
    """It had ended before, lapsed, declined or paid: there is nothing to stop, only to erase."""

    @property
    def key(self) -> UUID:
        return self.supplier_id

    @property
    def topic(self) -> str:
        return f"partner.{self.partner}.referrals.v1"


class ReferralDue(EventData):
    """Most of the partner's days are over, and it has not decided: a reminder, once each time that its days begin."""

    TYPE: ClassVar[str] = "partner.referral-due"
    ABOUT: ClassVar[tuple[str, ...]] = ("reminder", "referral_id")

    referral_id: UUID
    """The referral."""
    supplier_id: UUID
    """The firm."""
    partner: PartnerCode
    """Who is to answer."""
    answer_due_at: Moment
    """Until when: then it lapses."""

    @property
    def key(self) -> UUID:
        return self.supplier_id

    @property
    def topic(self) -> str:
        return f"partner.{self.partner}.referrals.v1"


class Answer(EventData):
    """What a partner says of one referral."""

    ABOUT: ClassVar[tuple[str, ...]] = ("answer", "referral_id", "answered_at")
    PERSONAL: ClassVar[tuple[str, ...]] = ("folio", "items", "amount", "term_months")

    referral_id: UUID
    """The referral that it answers."""
    partner: PartnerCode
    """Who answers."""
    answered_at: PartnersMoment
    """When."""

    @property
    def key(self) -> UUID:
        return self.referral_id

    @property
    def topic(self) -> str:
        return f"partner.{self.partner}.answers.v1"


class ReferralAcknowledged(Answer):
    """The partner has the referral and looks at it; said again with another folio, its folio is corrected."""

    TYPE: ClassVar[str] = "partner.referral-acknowledged"

    folio: Annotated[str, StringConstraints(max_length=60), Plain, Field(examples=["NAF-2026-00123"])] | None = None
    """The partner's own number of the case."""


class InformationRequested(Answer):
    """The partner needs more from the firm before it can decide."""

    TYPE: ClassVar[str] = "partner.information-requested"

    items: Annotated[
        tuple[PartnersText, ...], Field(max_length=20, examples=[["Audited statements of the last two years"]])
    ]
    """What the firm should hand in, one sentence each."""


class ReferralApproved(Answer):
    """The partner will lend or give."""

    TYPE: ClassVar[str] = "partner.referral-approved"

    amount: Money
    """What was approved."""
    term_months: Annotated[int, Field(ge=1, le=240, examples=[36]), Counted]
    """For how long."""


class ReferralDeclined(Answer):
    """The partner will not."""

    TYPE: ClassVar[str] = "partner.referral-declined"

    reason: DeclineReason
    """Why."""


class CreditDisbursed(Answer):
    """The money was paid out."""

    TYPE: ClassVar[str] = "partner.credit-disbursed"

    amount: Money
    """What was paid out."""


class PaymentsCorrected(Answer):
    """What was said of payments was wrong: a mistyped amount, or a payment of another referral."""

    TYPE: ClassVar[str] = "partner.payments-corrected"

    amount: Money
    """What was paid out in all until now; 0.00 where nothing was."""
