"""Who finances: development banks, banks, and institutions that give no credit."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.financing.domain.ids import partner_id
from services.financing.domain.reasons import DataClass, PartnerKind

CODE = re.compile(r"^[a-z][a-z0-9-]{1,30}$")

CREDIT_CLASSES: frozenset[DataClass] = frozenset({"capacity"})
"""What only a lender may get."""

ALL_CLASSES: frozenset[DataClass] = frozenset({"identity", "contact", "standing", "need", "capacity", "evidence"})


@dataclass(frozen=True, slots=True)
class Partner:
    """One institution that takes referrals. `sla_days`: calendar days within which it undertakes to answer.

    What operators change is a new edition; those before it are in `past`, the oldest first.
    """

    id: UUID
    code: str
    name: str
    kind: PartnerKind
    sla_days: int
    active: bool = True
    reminder_bp: int = 7_000
    """Share of its days after which it is reminded, in hundredths of a percent."""
    silence_days: int | None = None
    """Days until a referral lapses whose firm it asked for information; None: the stage's."""
    erase_days: int | None = None
    """Days after a referral's end until its data are erased; None: the stage's."""
    documents: tuple[str, ...] = ()
    """What it signed with the program."""
    source: str = ""
    """Where this is from, as the agreement's number and date."""
    valid_from: date | None = None
    valid_until: date | None = None
    """Last day of the agreement; None: no end is known."""
    encrypt_to: dict[str, str] | None = None
    """Its public key (JWK), to which referrals are encrypted from the moment on in which it is stored; None: none."""
    edition: int = 1
    stored_at: datetime | None = None
    """From when on this edition is in force, until the next one's; None: it was stored by a release that noted none."""
    past: tuple[dict[str, Any], ...] = ()

    def is_open(self, day: date) -> bool:
        """Whether it takes referrals on this day."""
        begun = self.valid_from is None or self.valid_from <= day
        return self.active and begun and (self.valid_until is None or day <= self.valid_until)

    @property
    def keys(self) -> tuple[dict[str, str], ...]:
        """Each public key that it had, the present one last."""
        known = (*(edition.get("encrypt_to") for edition in self.past), self.encrypt_to)
        return tuple(key for key in known if key is not None)

    @property
    def data_classes(self) -> frozenset[DataClass]:
        """What a consent to this partner may name at most."""
        return ALL_CLASSES - CREDIT_CLASSES if self.kind == "non_financial" else ALL_CLASSES


def partner(code: str, name: str, kind: PartnerKind, sla_days: int, *, active: bool = True) -> Partner:
    """A partner with its derived identity.

    Raises ValueError: the code is not one that a topic name can carry, or the days are not positive.
    """
    if not CODE.match(code) or sla_days < 1:
        raise ValueError("a partner needs a code of lower-case letters, digits and dashes, and at least one day")
    return Partner(partner_id(code), code, name, kind, sla_days, active)
