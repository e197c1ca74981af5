"""The words that a firm is shown before it consents, exactly.

Source: LFPDPPP (DOF 20-03-2025): express consent for financial and patrimonial data, free, specific and informed.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from string import Template

from services.financing.domain.reasons import DataClass, Purpose


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version of a text, with the names that people read. `credit`: for partners that lend."""

    version: str
    credit: bool
    template: str
    purposes: dict[Purpose, str]
    data_classes: dict[DataClass, str]


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text as it is shown to one firm for one choice."""

    version: str
    body: str
    sha256: str


def show(
    text: ConsentText, partner_name: str, purposes: Iterable[Purpose], classes: Iterable[DataClass], expires_on: date
) -> ShownText:
    """Fill a text in. Purposes and classes come in the text's own order, so that one choice has one hash."""
    chosen_purposes, chosen_classes = set(purposes), set(classes)
    body = Template(text.template).substitute(
        partner=partner_name,
        purposes="\n".join(f"- {name}" for code, name in text.purposes.items() if code in chosen_purposes),
        data_classes="\n".join(f"- {name}" for code, name in text.data_classes.items() if code in chosen_classes),
        expires_on=expires_on.isoformat(),
    )
    return ShownText(text.version, body, hashlib.sha256(body.encode()).hexdigest())
