"""For whom a page is: every query of a read model is asked for one, and none can be left out."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Everything:
    """People of the program: they see all firms."""

    money: bool = False
    """Also what financing tells of them: for operators alone. A consent says that nobody else who accompanies a firm
    sees what its partners said.
    """


@dataclass(frozen=True, slots=True)
class OwnFirm:
    """People of one firm: they see it, what is asked of it, and nobody else."""

    supplier_id: UUID


@dataclass(frozen=True, slots=True)
class OwnAnchor:
    """Buyers of one anchor: they see its requirements, and the firms that were introduced to it."""

    anchor_id: UUID


@dataclass(frozen=True, slots=True)
class OwnDesk:
    """People of one financing partner: of what the portal knows by itself they see nothing, of financing what went to
    their institution.
    """

    partner: str


Scope = Everything | OwnFirm | OwnAnchor | OwnDesk

NOBODY = UUID(int=0)


def sees_money(scope: Scope) -> bool:
    """Whether what financing tells of a firm is for them: needs, consents, referrals, and why a partner declined."""
    return isinstance(scope, OwnFirm) or (isinstance(scope, Everything) and scope.money)


def bounds(scope: Scope) -> tuple[UUID | None, UUID | None]:
    """The firm, or the anchor, that it is bound to; neither for whoever sees all."""
    match scope:
        case Everything():
            return None, None
        case OwnFirm(supplier_id):
            return supplier_id, None
        case OwnAnchor(anchor_id):
            return None, anchor_id
        case OwnDesk():
            return NOBODY, NOBODY
