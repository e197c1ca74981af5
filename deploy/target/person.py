"""Who signs in at an installation that makes its tokens itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

RoleName = Literal["supplier", "anchor", "assessor", "expert", "mentor", "operator", "partner"]


@dataclass(frozen=True)
class Person:
    """Somebody under a pseudonym."""

    subject: str
    roles: tuple[str, ...]
    bonds: Mapping[str, str]
    """`supplier_id`, `anchor_id` or `partner_code`, where they act for one."""

    @classmethod
    def of(
        cls,
        role: RoleName,
        subject: str | None = None,
        *,
        supplier: UUID | None = None,
        anchor: UUID | None = None,
        partner: str | None = None,
    ) -> Person:
        """Whoever has this role on this machine, unless a subject is given."""
        bonds = {"supplier_id": supplier, "anchor_id": anchor, "partner_code": partner}
        known = {name: str(id_) for name, id_ in bonds.items() if id_ is not None}
        return cls(subject or f"local-{role}", (role,), known)
