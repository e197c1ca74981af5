"""Consents as callers send and see them. What is sent of persons goes into the papers, which only the firm sees."""

from datetime import date, datetime
from typing import Annotated, Literal, Protocol, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.financing.domain.case import Case
from services.financing.domain.consent import CapacityPapers, Consent, ContactPapers, IdentityPapers, Offered, Papers
from services.financing.domain.money import Money as Amount
from services.financing.domain.money import money
from services.financing.domain.reasons import (
    Channel,
    DataClass,
    Purpose,
)
from services.financing.handlers import published
from services.financing.store.rows import consent_rows
from services.financing.store.tables import ConsentRow
from shared import mail_address
from shared.contracts.event import Day, Money, PartnerCode
from shared.runtime.clock import now
from shared.service.callers import Caller, Role
from shared.service.http import Body, Named, View

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200), Named]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=mail_address.PATTERN)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9 ()-]{7,25}$")]


def _normal(rfc: str) -> str:
    return rfc.upper().replace(" ", "").replace("-", "")


MOST_NAMED = 20
"""Purposes or classes of data in one choice: more than there are."""

Rfc = Annotated[str, StringConstraints(max_length=20), AfterValidator(_normal)]


class MoneyBody(Body):
    """An amount with its currency."""

    amount: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,14}\.[0-9]{2}$", max_length=17)]
    """Decimal string with two places."""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$", max_length=3)] = "MXN"
    """ISO 4217 code."""

    def value(self) -> Amount:
        return money(self.amount, self.currency)


class IdentityBody(Body):
    rfc: Rfc
    legal_name: Name
    representative: Name


class RegisteredBody(Body):
    """Who the firm is, as it is registered."""

    rfc: Rfc
    legal_name: Name


class ContactBody(Body):
    email: Email
    phone: Phone | None = None


class CapacityBody(Body):
    annual_sales: MoneyBody
    workers: Annotated[int, Field(ge=0, le=1_000_000)]


class ConsentBody(Body):
    """The firm's choice, the hash of the text that it was shown for it, and the data of the classes that it names."""

    supplier_id: UUID
    partner: PartnerCode
    purposes: Annotated[tuple[Purpose, ...], Field(max_length=MOST_NAMED)]
    data_classes: Annotated[tuple[DataClass, ...], Field(max_length=MOST_NAMED)]
    text_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    expires_on: Day
    channel: Channel = "portal"
    identity: IdentityBody | None = None
    contact: ContactBody | None = None
    capacity: CapacityBody | None = None

    def offered(self, given_by: str) -> Offered:
        return Offered(
            partner=self.partner,
            purposes=self.purposes,
            data_classes=self.data_classes,
            text_sha256=self.text_sha256,
            channel=self.channel,
            expires_on=self.expires_on,
            papers=Papers(self._identity(), self._contact(), self._capacity()),
            given_by=given_by,
        )

    def _identity(self) -> IdentityPapers | None:
        given = self.identity
        return None if given is None else IdentityPapers(given.rfc, given.legal_name, given.representative)

    def _contact(self) -> ContactPapers | None:
        return None if self.contact is None else ContactPapers(self.contact.email, self.contact.phone)

    def _capacity(self) -> CapacityPapers | None:
        given = self.capacity
        return None if given is None else CapacityPapers(given.annual_sales.value(), given.workers)


class Blockable(Protocol):
    """A consent, of which nothing but its proof is kept once it is over."""

    supplier_id: UUID
    revoked_at: datetime | None
    superseded_at: datetime | None
    expires_on: date


def blocked(consent: Blockable, caller: Caller) -> bool:
    """Whether its words and who gave it are blocked for this caller (LFPDPPP, bloqueo): it is no longer in force, and
    they are not the firm's.
    """
    ended = consent.revoked_at is not None or consent.superseded_at is not None
    own = Role.SUPPLIER in caller.roles and caller.supplier_id == consent.supplier_id
    return not own and (ended or consent.expires_on < now().date())


class IntermediatedView(View):
    product: str
    name: str


class ControllerView(View):
    name: str
    address: str
    contact: str
    privacy_notice: str


class RetentionView(View):
    """In days."""

    partner_days: int
    erase_days: int
    approval_days: int
    backup_days: int


class PromisedView(View):
    """What the words of a consent say of what is done."""

    recipient: str
    """The partner's name as it was shown."""
    intermediated: tuple[IntermediatedView, ...]
    """Products that the partner places with a bank or SOFOM, which then has the data too; empty: nobody else has."""
    controller: ControllerView
    retention: RetentionView
    plan: bool = False
    """Whether the firm's plan may address what a refusal points back to."""
    encrypted: bool = False
    """Whether what is sent is encrypted to the recipient's own key."""


class ConsentView(View):
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
    identity_confirmed_at: datetime | None
    """When an operator found the identity to be the registered one; of a natural person nothing goes out before."""
    given_by: str | None
    """Subject of who gave it for the firm; null where that is from before it was kept, and for operators once the
    consent is no longer in force.
    """
    promised: PromisedView | None
    """Null where the words are of a version that does not say it."""

    @classmethod
    def seen_by(cls, caller: Caller, row: object) -> Self:
        """Without who gave it where that is blocked. Nobody shows a consent by another way."""
        view = cls.of(row)
        return view.model_copy(update={"given_by": None}) if blocked(view, caller) else view

    @classmethod
    def of_consent(cls, caller: Caller, case: Case, consent_id: UUID) -> Self:
        return cls.seen_by(caller, next(row for row in consent_rows(case) if row["id"] == consent_id))


class IdentityView(View):
    rfc: str
    legal_name: str
    representative: str


class ContactView(View):
    email: str
    phone: str | None


class CapacityView(View):
    annual_sales: Money
    workers: int


class ConsentPapersView(View):
    """What was handed over with one consent, a part for each class of data that it names."""

    consent_id: UUID
    partner: str
    identity: IdentityView | None
    contact: ContactView | None
    capacity: CapacityView | None

    @classmethod
    def of_papers(cls, consent: Consent, papers: Papers) -> "ConsentPapersView":
        capacity = papers.capacity
        return cls(
            consent_id=consent.id,
            partner=consent.partner,
            identity=None if papers.identity is None else IdentityView.of(papers.identity),
            contact=None if papers.contact is None else ContactView.of(papers.contact),
            capacity=None
            if capacity is None
            else CapacityView(annual_sales=published.money(capacity.annual_sales), workers=capacity.workers),
        )


class PapersView(View):
    """Of each consent whose data are still held, in the order in which they were given."""

    supplier_id: UUID
    consents: tuple[ConsentPapersView, ...]

    @classmethod
    def of_case(cls, case: Case) -> "PapersView":
        held = [(each, each.papers) for each in case.consents if each.papers is not None]
        return cls(supplier_id=case.id, consents=tuple(ConsentPapersView.of_papers(*each) for each in held))


class ConsentTextView(View):
    """The exact words to show, and the hash that the consent sends back."""

    partner: str
    version: str
    body: str
    sha256: str
    purposes: tuple[Purpose, ...]
    data_classes: tuple[DataClass, ...]
    expires_on: date


class ConsentProofView(View):
    """Who consented to which words: the text byte by byte as it was shown, whose sha256 the consent has."""

    consent_id: UUID
    supplier_id: UUID
    """The firm for which it was given."""
    partner: str
    status: Literal["kept", "text_unknown"]
    """`text_unknown`: it was given before texts were kept, and none that is rendered now has its hash."""
    body: str | None
    version: str
    sha256: str
    given_by: str | None
    """Subject of who gave it; null where that is from before it was kept."""
    channel: Channel
    given_at: datetime
    expires_on: date

    @classmethod
    def of_consent(cls, consent: ConsentRow, body: str | None) -> "ConsentProofView":
        return cls(
            consent_id=consent.id,
            supplier_id=consent.supplier_id,
            partner=consent.partner,
            status="text_unknown" if body is None else "kept",
            body=body,
            version=consent.text_version,
            sha256=consent.text_sha256,
            given_by=consent.given_by,
            channel=consent.channel,
            given_at=consent.given_at,
            expires_on=consent.expires_on,
        )
