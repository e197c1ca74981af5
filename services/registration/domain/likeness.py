"""By what firms are compared: two of them that are alike in it are probably one.

The check digit of an RFC does not see every slip (the blind spots of its weights): two RFCs that differ in one
character may both pass it.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from services.registration.domain.firm_name import parted
from services.registration.domain.profile import Contact
from services.registration.domain.supplier import Supplier

Sign = Literal["same_name", "same_state", "same_municipality", "same_mail_domain", "same_phone", "rfc_close"]
"""In what two firms are alike. The place alone is no sign: it makes a name weigh more."""
Strength = Literal["strong", "likely", "weak"]

STRENGTHS: Final[tuple[Strength, ...]] = ("strong", "likely", "weak")
"""The strongest first."""

RFC_FRONT: Final = 6
"""Characters of an RFC's first half: two that differ in one character are the same in one of their halves."""
PHONE_DIGITS: Final = 10
"""Of a telephone in Mexico, whatever is dialled before them."""

_EXTENSION = re.compile(r"(?i)\s*(?:ext|x[0-9]|[#/,;]|\b[yo]\b)")
_PLACES: Final[frozenset[Sign]] = frozenset({"same_state", "same_municipality"})
_OF_ITSELF: Final[frozenset[Sign]] = frozenset({"same_name", "rfc_close"})


def _hosts() -> frozenset[str]:
    path = Path(__file__).parents[1] / "catalogue" / "public_mail_hosts.json"
    return frozenset(json.loads(path.read_text(encoding="utf-8"))["hosts"])


PUBLIC_HOSTS = _hosts()


@dataclass(frozen=True, slots=True)
class Likeness:
    """What of one firm is compared with the others'; None is not compared."""

    takes_part: bool
    rfc: str
    name_key: str
    state: str
    municipality: str | None
    mail_domain: str | None
    phone: str | None


def of(supplier: Supplier) -> Likeness:
    """What a firm is compared by, as it is now."""
    return Likeness(
        supplier.status != "withdrawn",
        supplier.rfc,
        parted(supplier.legal_name).key,
        supplier.state,
        supplier.municipality,
        mail_domain(supplier.contact),
        phone(supplier.contact),
    )


def mail_domain(contact: Contact | None) -> str | None:
    """The domain of its contact's address; None of one where anybody has a mailbox."""
    domain = "" if contact is None else contact.email.rpartition("@")[2].lower()
    return domain if domain and domain not in PUBLIC_HOSTS else None


def phone(contact: Contact | None) -> str | None:
    """The ten digits of its contact's first telephone; None where they are fewer, or stand for none, as 0000000000."""
    given = _EXTENSION.split(contact.phone or "")[0] if contact is not None else ""
    digits = "".join(character for character in given if character in "0123456789")[-PHONE_DIGITS:]
    return digits if len(digits) == PHONE_DIGITS and len(set(digits)) > 2 else None


def strength(signs: frozenset[Sign]) -> Strength:
    """How probably two firms are one: by two signs, or by the name in one place; by name or RFC alone; by less."""
    telling = signs - _PLACES
    if len(telling) >= 2 or ("same_name" in telling and signs & _PLACES):
        return "strong"
    return "likely" if telling & _OF_ITSELF else "weak"
