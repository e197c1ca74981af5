"""Firms that are probably one, beside each other."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from services.registration.domain.likeness import Sign, Strength
from services.registration.domain.supplier import Supplier
from services.registration.domain.twins import Twins, TwinsStatus
from services.registration.views import SupplierSummary, SupplierView
from shared.service.http import Body, View


class _Pair(View):
    id: UUID
    status: TwinsStatus
    strength: Strength
    """How probably they are one: by two signs, or by the name in one place; by name or RFC alone; by less."""
    signs: tuple[Sign, ...]
    """In what they are alike."""
    supplier_ids: tuple[UUID, UUID]
    """The one that came first, first."""
    found_at: datetime
    decided_at: datetime | None
    remains: UUID | None
    """Which of them, where they were merged."""


class TwinsSummary(_Pair):
    """One line of the operators' list."""

    suppliers: tuple[SupplierSummary, SupplierSummary]

    @classmethod
    def of_pair(cls, pair: Twins, firms: Mapping[UUID, Supplier]) -> "TwinsSummary":
        both = (SupplierSummary.of(firms[pair.older]), SupplierSummary.of(firms[pair.newer]))
        return cls(**_said(pair), suppliers=both)


class TwinsView(_Pair):
    """Both as they are now."""

    suppliers: tuple[SupplierView, SupplierView]

    @classmethod
    def of_pair(cls, pair: Twins, firms: Mapping[UUID, Supplier]) -> "TwinsView":
        return cls(**_said(pair), suppliers=(SupplierView.of(firms[pair.older]), SupplierView.of(firms[pair.newer])))


def _said(pair: Twins) -> dict[str, object]:
    return {
        "id": pair.id,
        "status": pair.status,
        "strength": pair.strength,
        "signs": pair.signs,
        "supplier_ids": (pair.older, pair.newer),
        "found_at": pair.found_at,
        "decided_at": pair.decided_at,
        "remains": pair.remains,
    }


class MergerBody(Body):
    remains: UUID
    """As which of the two the firm goes on."""
