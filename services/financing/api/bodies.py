"""What HTTP callers send. What it holds of persons goes into the consent's papers and nowhere else."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.financing.domain.consent import CapacityPapers, ContactPapers, IdentityPapers, Offered, Papers
from services.financing.domain.money import Money as Amount
from services.financing.domain.money import money
from services.financing.domain.partner import Partner, partner
from services.financing.domain.reasons import Channel, DataClass, PartnerKind, Purpose
from services.financing.handlers.referrals import Refer
from shared.contracts.event import Money, PartnerCode
from shared.service.http import Body

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=200)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9 ()-]{7,25}$")]


def _normal(rfc: str) -> str:
    return rfc.upper().replace(" ", "").replace("-", "")


Rfc = Annotated[str, StringConstraints(max_length=20), AfterValidator(_normal)]


class IdentityBody(Body):
    rfc: Rfc
    legal_name: Name
    representative: Name


class ContactBody(Body):
    email: Email
    phone: Phone | None = None


class CapacityBody(Body):
    annual_sales: Money
    workers: Annotated[int, Field(ge=0, le=1_000_000)]


class ConsentBody(Body):
    """The firm's choice, the hash of the text that it was shown for it, and the data of the classes that it names."""

    supplier_id: UUID
    partner: PartnerCode
    purposes: tuple[Purpose, ...]
    data_classes: tuple[DataClass, ...]
    text_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    expires_on: date
    channel: Channel = "portal"
    identity: IdentityBody | None = None
    contact: ContactBody | None = None
    capacity: CapacityBody | None = None

    def offered(self) -> Offered:
        return Offered(
            partner=self.partner,
            purposes=self.purposes,
            data_classes=self.data_classes,
            text_sha256=self.text_sha256,
            channel=self.channel,
            expires_on=self.expires_on,
            papers=Papers(self._identity(), self._contact(), self._capacity()),
        )

    def _identity(self) -> IdentityPapers | None:
        given = self.identity
        return None if given is None else IdentityPapers(given.rfc, given.legal_name, given.representative)

    def _contact(self) -> ContactPapers | None:
        return None if self.contact is None else ContactPapers(self.contact.email, self.contact.phone)

    def _capacity(self) -> CapacityPapers | None:
        given = self.capacity
        return None if given is None else CapacityPapers(amount_of(given.annual_sales), given.workers)


class ReferralBody(Body):
    supplier_id: UUID
    need_id: UUID
    product: str
    amount: Money
    term_months: Annotated[int, Field(ge=1, le=240)]

    def asked(self) -> Refer:
        return Refer(self.need_id, self.product, amount_of(self.amount), self.term_months)


class PartnerBody(Body):
    code: PartnerCode
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]
    kind: PartnerKind
    sla_days: Annotated[int, Field(ge=1, le=365)]
    active: bool = True

    def partner(self) -> Partner:
        return partner(self.code, self.name, self.kind, self.sla_days, active=self.active)


def amount_of(given: Money) -> Amount:
    return money(given.amount, given.currency)
