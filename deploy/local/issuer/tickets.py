"""Tickets: who has one signs in once, as the person that it names.

Whoever can read the issuer's key makes them (`pdp sign-in`). Without one nobody gets in: every account of a machine
reaches its loopback ports.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from deploy.target.person import Person
from shared.runtime.ids import new_id
from shared.security.keys import KeysUnavailableError
from shared.security.tokens import LocalIssuer, TokenError, Verifier

AUDIENCE = "pdp-sign-in"
"""No service takes a ticket for an access token, and the issuer takes no access token for a ticket."""
LIFESPAN = timedelta(minutes=15)


class Ticket(BaseModel):
    """What a ticket says."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    jti: str
    exp: float
    sub: str
    roles: tuple[str, ...]
    supplier_id: str | None = None
    anchor_id: str | None = None
    partner_code: str | None = None

    @property
    def person(self) -> Person:
        bonds = {"supplier_id": self.supplier_id, "anchor_id": self.anchor_id, "partner_code": self.partner_code}
        return Person(self.sub, self.roles, {name: id_ for name, id_ in bonds.items() if id_ is not None})


def issued(issuer: LocalIssuer, person: Person) -> str:
    """A new ticket. Raises ``FileNotFoundError`` where the issuer has no key yet."""
    claims: dict[str, Any] = {"jti": str(new_id()), "roles": person.roles, **person.bonds}
    return issuer.sign(AUDIENCE, person.subject, LIFESPAN, **claims)


async def read(verifier: Verifier, text: str) -> Ticket | None:
    """The ticket; None for what is none, or no longer one. Whether it was used before is not looked at."""
    try:
        return Ticket.model_validate(await verifier.claims(text))
    except (TokenError, KeysUnavailableError, ValidationError):
        return None
