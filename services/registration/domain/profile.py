"""What a firm says of itself when it registers."""

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from services.registration.domain import offering as offers
from services.registration.domain.fault import Fault
from services.registration.domain.offering import Offering, ProcessOffer
from services.registration.domain.size import Sector
from shared.mail_address import is_bare
from shared.municipalities import MUNICIPALITIES, OF_STATE
from shared.names import says_nothing
from shared.scian import EDITIONS, is_class
from shared.states import NAMES, STATES

TaxOpinion = Literal[
    "positive", "negative", "negative_with_plan", "in_suspension", "registered_without_obligations", "unknown"
]
"""Opinion on tax compliance, article 32-D of the Código Fiscal, as the firm declares it."""

MAX_NAME_LENGTH = 250
MAX_WORKERS = 1_000_000
MAX_SALES_MXN = Decimal("99999999999999.99")
"""What an amount of the published language can hold."""

LEAST_SALES_OF_ONE_MXN = 1_000
"""Of a year, for each who works there: less is in thousands or millions. No sales at all may be so."""

EARLIEST_YEAR = 1800

_SCIAN = re.compile(r"[0-9]{6}")
_MUNICIPALITY = re.compile(r"[0-9]{5}")
MIN_PHONE_DIGITS = 7
MAX_PHONE_LENGTH = 60
"""An extension, or a second number, stands in it as its owner writes it: people read it, not machines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The person to talk to. Personal data: stays in this store, and can be erased alone."""

    name: str
    email: str
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    rfc: str
    legal_name: str
    contact: Contact | None = None
    sector: Sector
    scian: str
    state: str
    municipality: str | None = None
    operating_since: date
    exports: bool = False
    workers: int
    annual_sales_mxn: Decimal
    tax_opinion: TaxOpinion = "unknown"
    offering: Offering


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


def tidy(profile: Profile) -> Profile:
    """The same profile with single spaces and its materials in lower case, so that what is equal compares equal."""
    contact = profile.contact
    if contact is not None:
        phone = _single_spaced(contact.phone or "") or None
        contact = Contact(name=_single_spaced(contact.name), email=contact.email.strip(), phone=phone)
    processes = tuple(_tidy_process(process) for process in profile.offering.processes)
    offering = replace(profile.offering, processes=processes)
    return replace(profile, legal_name=_single_spaced(profile.legal_name), contact=contact, offering=offering)


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
    yield from offers.faults(profile.offering, today)


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
    if profile.state not in STATES:
        yield Fault("state", "state_unknown")
    if profile.municipality is None:
        return
    if _MUNICIPALITY.fullmatch(profile.municipality) is None:
        yield Fault("municipality", "municipality_form")
    elif not profile.municipality.startswith(profile.state):
        yield Fault("municipality", "municipality_of_other_state")
    elif profile.municipality not in MUNICIPALITIES and profile.state in STATES:
        first, *_, last = OF_STATE[profile.state]
        state = NAMES[profile.state]
        yield Fault("municipality", "municipality_unknown", {"state": state, "first": first, "last": last})


def _is_amount(amount: Decimal) -> bool:
    exponent = amount.normalize().as_tuple().exponent if amount.is_finite() else None
    return isinstance(exponent, int) and exponent >= -2 and 0 <= amount <= MAX_SALES_MXN


def _tidy_process(process: ProcessOffer) -> ProcessOffer:
    materials = dict.fromkeys(_single_spaced(material.lower()) for material in process.materials)
    return replace(process, materials=tuple(materials))


def _single_spaced(text: str) -> str:
    return " ".join(text.split())
