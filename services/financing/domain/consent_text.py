"""The words that a firm is shown before it consents, exactly, and what they promise.

Source: LFPDPPP (DOF 20-03-2025): express consent for financial and patrimonial data (art. 7), free, specific and
informed, with who is responsible (art. 15); ARCO and their twenty days (art. 21 to 31).
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from string import Template

from services.financing.domain.reasons import DataClass, Purpose


@dataclass(frozen=True, slots=True)
class Controller:
    """Who is responsible for the data (responsable), and where people turn to."""

    name: str
    address: str
    """For notifications."""
    contact: str
    """Mail address that takes revocations and ARCO requests."""
    privacy_notice: str
    """Where the privacy notice is read."""


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days what is kept: what was promised with a consent holds for what goes under it."""

    partner_days: int
    """On the partner's topic."""
    erase_days: int
    """After a referral's end."""
    approval_days: int
    """After an approval, or the last payment, that is not paid out whole."""
    backup_days: int
    """In copies of the stores."""


@dataclass(frozen=True, slots=True)
class Intermediated:
    """A product that its partner places with a bank or SOFOM, which then receives the data too."""

    product: str
    name: str


@dataclass(frozen=True, slots=True)
class Promised:
    """What the words of a consent say of what is done, as values, which the code keeps to."""

    recipient: str
    """The partner's name as it was shown."""
    intermediated: tuple[Intermediated, ...]
    controller: Controller
    retention: Retention
    plan: bool = False
    """Whether the firm agreed that its plan addresses what a refusal points back to."""
    encrypted: bool = False
    """Whether it was told that what is sent is encrypted to the recipient's own key."""


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One released version of a text, with the names that people read. `credit`: for partners that lend."""

    version: str
    credit: bool
    template: str
    purposes: Mapping[Purpose, str]
    data_classes: Mapping[DataClass, str]
    fields: Mapping[DataClass, Mapping[str, str]] = field(default_factory=dict)
    """Fields of a referral that each class lets go, by what people read, of texts that name them one by one."""
    always: Mapping[str, str] = field(default_factory=dict)
    """What goes with every referral, by field."""
    recipients: Mapping[str, str] = field(default_factory=dict)
    """What is said of who receives the data: `alone`, or through an `intermediary`."""
    plan: bool = False
    """Whether it says that a refusal's practices are shown to whoever accompanies the firm's plan."""
    protection: Mapping[str, str] = field(default_factory=dict)
    """What is said of who can read what is sent: encrypted to the partner's `own_key`, or by the `connection` alone."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a firm consents to."""

    purposes: Collection[Purpose]
    data_classes: Collection[DataClass]
    expires_on: date


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text as it is shown to one firm for one choice."""

    version: str
    body: str
    sha256: str


def show(text: ConsentText, choice: Choice, promised: Promised) -> ShownText:
    """Fill a text in. Purposes and classes come in the text's own order, so that one choice has one hash."""
    controller, kept = promised.controller, promised.retention
    body = Template(text.template).substitute(
        partner=promised.recipient,
        purposes=_listed(name for code, name in text.purposes.items() if code in choice.purposes),
        data_classes=_listed(name for code, name in text.data_classes.items() if code in choice.data_classes),
        recipients=_recipients(text, promised),
        protection=_protection(text, promised),
        always=", ".join(text.always.values()),
        expires_on=choice.expires_on.isoformat(),
        controller=controller.name,
        controller_address=controller.address,
        controller_contact=controller.contact,
        privacy_notice=controller.privacy_notice,
        partner_days=kept.partner_days,
        erase_days=kept.erase_days,
        approval_days=kept.approval_days,
        backup_days=kept.backup_days,
    )
    return ShownText(text.version, body, hashlib.sha256(body.encode()).hexdigest())


def _recipients(text: ConsentText, promised: Promised) -> str:
    said = text.recipients.get("intermediary" if promised.intermediated else "alone", "")
    products = _listed(each.name for each in promised.intermediated)
    return Template(said).substitute(partner=promised.recipient, products=products)


def _protection(text: ConsentText, promised: Promised) -> str:
    said = text.protection.get("own_key" if promised.encrypted else "connection", "")
    return Template(said).substitute(partner=promised.recipient)


def _listed(names: Iterable[str]) -> str:
    return "\n".join(f"- {name}" for name in names)
