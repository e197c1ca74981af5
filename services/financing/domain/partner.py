"""Who finances: development banks, banks, and institutions that give no credit."""

import re
from dataclasses import dataclass
from uuid import UUID

from services.financing.domain.ids import partner_id
from services.financing.domain.reasons import DataClass, PartnerKind

CODE = re.compile(r"^[a-z][a-z0-9-]{1,30}$")

CREDIT_CLASSES: frozenset[DataClass] = frozenset({"capacity"})
"""What only a lender may get."""

ALL_CLASSES: frozenset[DataClass] = frozenset({"identity", "contact", "standing", "need", "capacity", "evidence"})


@dataclass(frozen=True, slots=True)
class Partner:
    """One institution that takes referrals. `sla_days`: calendar days within which it undertakes to answer."""

    id: UUID
    code: str
    name: str
    kind: PartnerKind
    sla_days: int
    active: bool = True

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
