"""What a firm says of itself when it registers."""

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from services.registration.domain import certificates as certified
from services.registration.domain import offering as offers
from services.registration.domain import plants as places
from services.registration.domain.certificates import Certificate, qms_of
from services.registration.domain.fault import Fault
from services.registration.domain.limits import PartLimits, SupplyTerms
from services.registration.domain.offering import Offering, ProcessOffer
from services.registration.domain.plants import Plant
from services.registration.domain.size import Sector
from shared.mail_address import is_bare
from shared.names import says_nothing
from shared.scian import EDITIONS, is_class

TaxOpinion = Literal[
    "positive", "negative", "negative_with_plan", "in_suspension", "registered_without_obligations", "unknown"
]
"""Opinion on tax compliance, article 32-D of the Código Fiscal, as the firm declares it."""

ContactRole = Literal["owner", "management", "sales", "quality", "engineering", "production", "other"]
"""What the person to talk to does in the firm. A closed list: it is told to anchors that may not learn a name."""

MAX_NAME_LENGTH = 250
MAX_WORKERS = 1_000_000
MAX_SALES_MXN = Decimal("99999999999999.99")
"""What an amount of the published language can hold."""

LEAST_SALES_OF_ONE_MXN = 1_000
"""Of a year, for each who works there: less is in thousands or millions. No sales at all may be so."""

EARLIEST_YEAR = 1800

_SCIAN = re.compile(r"[0-9]{6}")
MIN_PHONE_DIGITS = 7
MAX_PHONE_LENGTH = 60
"""An extension, or a second number, stands in it as its owner writes it: people read it, not machines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The person to talk to. Personal data: stays in this store, and can be erased alone."""

    name: str
    email: str
    phone: str | None = None
    role: ContactRole | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    rfc: str
    legal_name: str
    contact: Contact | None = None
    sector: Sector
    scian: str
    state: str
    municipality: str | None = None
    plants: tuple[Plant, ...] = ()
    """The main one first: state and municipality are that one's. Empty: not stated."""
    operating_since: date
    exports: bool = False
    women_led: bool | None = None
    """Women own 51 % or more; or 20 %, with a woman in a top role (chief executive or operating officer, president,
    vice president) and, where there is a board, 30 % of it: as IFC counts women-owned firms in what it finances
    (Women-Owned SMEs: A Business Opportunity for Financial Institutions, 2014; the figures from knowledge). ISO's IWA
    34:2021 is narrower: more than 50 %, with management and control.
    """
    workers: int
    annual_sales_mxn: Decimal
    tax_opinion: TaxOpinion = "unknown"
    offering: Offering


_OFFERED = frozenset(each.name for each in fields(Offering))


def path_of(fault: Fault) -> str:
    """Where its field is in a profile: what is wrong with an offering is told as of the offering alone."""
    return f"offering.{fault.field}" if fault.field.partition(".")[0] in _OFFERED else fault.field


def in_part(known: Mapping[str, Any], today: date) -> Profile:
    """A profile of which only this is known, for its rules to be asked: what stands for the rest makes nothing that is
    known break one.
    """
    stands: dict[str, Any] = {
        "rfc": "",
        "legal_name": "",
        "sector": "industry",
        "scian": "",
        "state": (known.get("municipality") or "")[:2],
        "operating_since": today,
        "workers": 0,
        "annual_sales_mxn": Decimal(0),
        "offering": Offering(processes=()),
    }
    return Profile(**{**stands, **known})


def tidy(profile: Profile, today: date) -> Profile:
    """The same profile with single spaces and its materials in lower case, so that what is equal compares equal, and
    with the quality management system that its certificates give today.
    """
    contact = profile.contact
    if contact is not None:
        phone = _single_spaced(contact.phone or "") or None
        contact = replace(contact, name=_single_spaced(contact.name), email=contact.email.strip(), phone=phone)
    plants = profile.plants and tuple(replace(each, name=_single_spaced(each.name)) for each in profile.plants)
    offering = _tidy_offering(profile.offering, today)
    name = _single_spaced(profile.legal_name)
    return replace(profile, legal_name=name, contact=contact, plants=plants, offering=offering)


def with_digests(profile: Profile, before: Offering) -> Profile:
    """With the digests of certificates' attachments that were said before."""
    kept = certified.with_digests(profile.offering.certificates, before.certificates)
    return replace(profile, offering=replace(profile.offering, certificates=kept))


def faults(profile: Profile, today: date) -> Iterator[Fault]:
    """Every rule of a tidy profile that is broken; its RFC is judged apart."""
    if not 1 <= len(profile.legal_name) <= MAX_NAME_LENGTH:
        yield Fault("legal_name", "legal_name_length", {"most": MAX_NAME_LENGTH})
    elif says_nothing(profile.legal_name):
        yield Fault("legal_name", "name_says_nothing")
    if not profile.legal_name.isprintable():
        yield Fault("legal_name", "legal_name_characters")
    if profile.contact is not None:
        yield from _contact_faults(profile.contact)
    yield from _place_faults(profile)
    if profile.operating_since > today:
        yield Fault("operating_since", "operating_since_in_future")
    if profile.operating_since.year < EARLIEST_YEAR:
        yield Fault("operating_since", "operating_since_too_early", {"year": EARLIEST_YEAR})
    if not 0 <= profile.workers <= MAX_WORKERS:
        yield Fault("workers", "workers_range", {"most": MAX_WORKERS})
    if not _is_amount(profile.annual_sales_mxn):
        yield Fault("annual_sales_mxn", "annual_sales_range")
    elif (
        0 < profile.annual_sales_mxn < LEAST_SALES_OF_ONE_MXN * profile.workers <= LEAST_SALES_OF_ONE_MXN * MAX_WORKERS
    ):
        yield Fault("annual_sales_mxn", "annual_sales_in_millions", {"least": LEAST_SALES_OF_ONE_MXN})
    yield from offers.faults(profile.offering, today, [plant.name for plant in profile.plants])


def _contact_faults(contact: Contact) -> Iterator[Fault]:
    if not 1 <= len(contact.name) <= MAX_NAME_LENGTH or not contact.name.isprintable():
        yield Fault("contact.name", "contact_incomplete")
    elif says_nothing(contact.name):
        yield Fault("contact.name", "name_says_nothing")
    if not is_bare(contact.email):
        yield Fault("contact.email", "contact_email")
    if contact.phone is not None and not _is_phone(contact.phone):
        yield Fault("contact.phone", "contact_phone")


def _is_phone(phone: str) -> bool:
    digits = sum(character in string.digits for character in phone)
    return digits >= MIN_PHONE_DIGITS and len(phone) <= MAX_PHONE_LENGTH and phone.isprintable()


def _place_faults(profile: Profile) -> Iterator[Fault]:
    if _SCIAN.fullmatch(profile.scian) is None:
        yield Fault("scian", "scian_form")
    elif not is_class(profile.scian):
        yield Fault("scian", "scian_unknown", {"editions": ", ".join(EDITIONS)})
    yield from places.place_faults(profile.state, profile.municipality)
    yield from places.faults(profile.plants, profile.state, profile.municipality)


def _is_amount(amount: Decimal) -> bool:
    exponent = amount.normalize().as_tuple().exponent if amount.is_finite() else None
    return isinstance(exponent, int) and exponent >= -2 and 0 <= amount <= MAX_SALES_MXN


def _tidy_offering(offering: Offering, today: date) -> Offering:
    processes = tuple(_tidy_process(process) for process in offering.processes)
    if not (offering.certificates or offering.programs or offering.origins):
        return replace(offering, processes=processes)
    certificates = tuple(_tidy_certificate(each) for each in offering.certificates)
    qms, valid_to = qms_of(certificates, today) or (offering.qms, offering.qms_valid_to)
    return replace(
        offering,
        processes=processes,
        qms=qms,
        qms_valid_to=valid_to,
        certificates=certificates,
        programs=tuple(replace(each, number=_said(each.number)) for each in offering.programs),
        origins=tuple(replace(each, family=_single_spaced(each.family)) for each in offering.origins),
    )


def _tidy_certificate(each: Certificate) -> Certificate:
    body, number = _single_spaced(each.body), _single_spaced(each.number)
    return replace(each, body=body, number=number, scope=_said(each.scope), site=_said(each.site))


_NO_LIMITS, _NO_TERMS = PartLimits(), SupplyTerms()


def _said(text: str | None) -> str | None:
    """Nothing, where only spaces are."""
    return _single_spaced(text or "") or None


def _tidy_process(process: ProcessOffer) -> ProcessOffer:
    materials = dict.fromkeys(_single_spaced(material.lower()) for material in process.materials)
    parts = None if process.parts == _NO_LIMITS else process.parts
    supply = None if process.supply == _NO_TERMS else process.supply
    return replace(process, materials=tuple(materials), parts=parts, supply=supply)


def _single_spaced(text: str) -> str:
    return " ".join(text.split())
