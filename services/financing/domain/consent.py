"""A firm's express consent that one named partner may receive named classes of data.

Sources: LFPDPPP (DOF 20-03-2025), art. 7: express consent for financial and patrimonial data, anew for a new purpose.
LRSIC (DOF 15-01-2002): only a lender may ask for a credit report, so none is ever asked for or stored here.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from services.financing.domain.consent_text import Choice, Promised
from services.financing.domain.facts import Profile
from services.financing.domain.money import Money
from services.financing.domain.partner import Partner
from services.financing.domain.product import Product
from services.financing.domain.reasons import Channel, ConsentProblem, DataClass, IdentityDoubt, NotConsented, Purpose

RFC_SHAPE = {
    "legal": re.compile(r"^[A-Z&Ñ]{3}[0-9]{6}[0-9A-Z]{3}$"),
    "natural": re.compile(r"^[A-Z&Ñ]{4}[0-9]{6}[0-9A-Z]{3}$"),
}


# None of these shows its data: a representation ends in logs and tracebacks.
@dataclass(frozen=True, slots=True, repr=False)
class IdentityPapers:
    rfc: str
    legal_name: str
    representative: str


@dataclass(frozen=True, slots=True, repr=False)
class ContactPapers:
    email: str
    phone: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class CapacityPapers:
    annual_sales: Money
    workers: int


@dataclass(frozen=True, slots=True, repr=False)
class Papers:
    """Personal and patrimonial data that the firm handed over with its consent, one part per data class."""

    identity: IdentityPapers | None = None
    contact: ContactPapers | None = None
    capacity: CapacityPapers | None = None

    @property
    def classes(self) -> frozenset[DataClass]:
        parts: dict[DataClass, object] = {
            "identity": self.identity,
            "contact": self.contact,
            "capacity": self.capacity,
        }
        return frozenset(name for name, part in parts.items() if part is not None)


PAPER_CLASSES: frozenset[DataClass] = frozenset({"identity", "contact", "capacity"})
"""Classes whose data the firm hands over; the others are known from the other stages."""


@dataclass(frozen=True, slots=True)
class Consent:
    """`expires_on` is the last day on which it holds. `papers` None: erased."""

    id: UUID
    partner: str
    purposes: tuple[Purpose, ...]
    data_classes: tuple[DataClass, ...]
    text_version: str
    text_sha256: str
    channel: Channel
    given_at: datetime
    expires_on: date
    papers: Papers | None
    revoked_at: datetime | None = None
    superseded_at: datetime | None = None
    identity_confirmed_at: datetime | None = None
    """When an operator found the identity to be that of the registration."""
    given_by: str | None = None
    """Subject of whoever gave it for the firm; None: from before it was kept."""
    promised: Promised | None = None
    """What its words say of what is done; None: they are of a version that does not say it."""

    @property
    def expires_at(self) -> datetime:
        """The first moment at which it no longer holds; days are UTC days, so it never holds too long in Mexico."""
        return datetime.combine(self.expires_on + timedelta(days=1), time.min, UTC)

    def is_in_force(self, now: datetime) -> bool:
        """Neither taken back, nor replaced, nor over."""
        return self.revoked_at is None and self.superseded_at is None and now < self.expires_at


def carrying(consents: Iterable[Consent], product: Product, purpose: Purpose, now: datetime) -> Consent | NotConsented:
    """The consent that carries a referral for this product and purpose to its partner, or why none does.

    Only the last word to a partner counts: an earlier, wider consent is not fallen back on.
    """
    given = [consent for consent in consents if consent.partner == product.partner]
    if not given:
        return "consent_missing"
    last = given[-1]
    if last.revoked_at is not None:
        return "consent_revoked"
    if now >= last.expires_at:
        return "consent_expired"
    if purpose not in last.purposes:
        return "purpose_not_consented"
    if product.by_intermediary and not _names_intermediary(last, product):
        return "intermediary_not_consented"
    return "papers_erased" if last.papers is None else last


def _names_intermediary(consent: Consent, product: Product) -> bool:
    """Whether the firm was told that the partner places this product with somebody else."""
    named = () if consent.promised is None else consent.promised.intermediated
    return any(each.product == product.code for each in named)


@dataclass(frozen=True, slots=True)
class Offered:
    """What a firm wants to consent to."""

    partner: str
    purposes: tuple[Purpose, ...]
    data_classes: tuple[DataClass, ...]
    text_sha256: str
    channel: Channel
    expires_on: date
    papers: Papers
    given_by: str | None = None
    """Subject of whoever gives it."""

    @property
    def choice(self) -> Choice:
        return Choice(frozenset(self.purposes), frozenset(self.data_classes), self.expires_on)


def problem(
    offered: Offered, partner: Partner, profile: Profile | None, latest_expiry: date, now: datetime
) -> ConsentProblem | None:
    """Why a consent is not accepted. The papers must hold the consented classes and nothing more."""
    classes = frozenset(offered.data_classes)
    if not partner.is_open(now.date()):
        return "partner_inactive"
    if not offered.purposes or not classes:
        return "nothing_consented"
    if not classes <= partner.data_classes:
        return "data_class_not_allowed"
    if offered.papers.classes != classes & PAPER_CLASSES:
        return "papers_do_not_match_classes"
    if not now.date() < offered.expires_on <= latest_expiry:
        return "expiry_out_of_range"
    return None if offered.papers.identity is None else _identity_problem(offered.papers.identity, profile)


def identity_doubt(consent: Consent, profile: Profile | None) -> IdentityDoubt | None:
    """Why nothing that tells who the firm is goes out under this consent yet. A legal person's RFC is known here; of a
    natural person registration publishes nothing, so an operator compares.
    """
    identity = None if consent.papers is None else consent.papers.identity
    if identity is None or consent.identity_confirmed_at is not None:
        return None
    if profile is None or profile.rfc is None:
        return "identity_unconfirmed"
    return None if is_same(identity, profile.rfc, profile.legal_name or identity.legal_name) else "identity_differs"


def is_same(identity: IdentityPapers, rfc: str, legal_name: str) -> bool:
    """Whether these are of one person: the RFC as it is, the name without accents, case, signs and order."""
    return identity.rfc == rfc and _words(identity.legal_name) == _words(legal_name)


def _words(name: str) -> list[str]:
    letters = (letter for letter in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(letter))
    words = re.sub(r"\W+", " ", "".join(letters).replace(".", ""))
    # "S. A." is "SA".
    return sorted(re.sub(r"\b(\w) (?=\w\b)", r"\1", words).split())


def _identity_problem(identity: IdentityPapers, profile: Profile | None) -> ConsentProblem | None:
    """A legal person's RFC and name must be the registered ones; of a natural person only the RFC's shape can be judged
    here.
    """
    kinds = RFC_SHAPE if profile is None else (profile.kind,)
    if not any(RFC_SHAPE[kind].match(identity.rfc) for kind in kinds):
        return "rfc_malformed"
    if profile is None or profile.rfc is None:
        return None
    if profile.rfc != identity.rfc:
        return "rfc_mismatch"
    return None if is_same(identity, profile.rfc, profile.legal_name or identity.legal_name) else "legal_name_mismatch"
