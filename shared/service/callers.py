"""Who calls: a JSON Web Token of an OpenID Connect issuer, and the roles that a route names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, Protocol
from uuid import UUID

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from shared.contracts.event import Actor
from shared.i18n.fields import wrong
from shared.security.keys import KeysUnavailableError
from shared.security.tokens import Issuer, TokenError
from shared.service.http import BeforeBody, Problem


class Role(StrEnum):
    """What a person may do here."""

    SUPPLIER = "supplier"
    ANCHOR = "anchor"
    ASSESSOR = "assessor"
    EXPERT = "expert"
    MENTOR = "mentor"
    OPERATOR = "operator"
    PARTNER = "partner"


_DATE = r"[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
PERSONAL = re.compile(
    rf"(^|[|:/])[A-Z&]{{3,4}}{_DATE}([A-Z0-9]{{3}}|[HMX][A-Z]{{5}}[A-Z0-9][0-9])($|[|:/])", re.IGNORECASE
)
"""An RFC or a CURP, alone or as a part of what an issuer joined: `saml|idp|…`."""


def _pseudonym(subject: str) -> str:
    if PERSONAL.search(subject):
        raise wrong("field.pseudonym")
    return subject


Subject = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[!-?A-~]+$"), AfterValidator(_pseudonym)]
"""Who a token is of: at most 255 ASCII characters (OpenID Connect Core, section 2), and a pseudonym. It goes into logs
and into the audit log, which nothing erases: no mail address, and no RFC.
"""

SEES_ALL = frozenset({Role.OPERATOR, Role.ASSESSOR, Role.EXPERT, Role.MENTOR})


@dataclass(frozen=True, slots=True)
class Caller:
    """The person behind a request."""

    subject: str
    roles: frozenset[Role]
    supplier_id: UUID | None = None
    anchor_id: UUID | None = None
    partner_code: str | None = None
    """The institution whose desk they are: of it alone they see what the program sent to it."""
    firms: frozenset[UUID] = frozenset()
    """All firms that are theirs or once were, as far as it is known here: they act on none of them for the program."""

    @property
    def actor(self) -> Actor:
        """As the store keeps it."""
        own = {Role.SUPPLIER: self.supplier_id, Role.ANCHOR: self.anchor_id}
        bound = next((own[role] for role in own if role in self.roles), None)
        return Actor(self.subject, "+".join(sorted(self.roles)), bound)

    def require_supplier(self, supplier_id: UUID) -> None:
        """Refuse whoever is bound to another supplier, or to none, and has no role that sees all."""
        if not self.roles & SEES_ALL and self.supplier_id != supplier_id:
            raise Problem(403, "not_yours", message="not_yours.supplier")

    def require_anchor(self, anchor_id: UUID) -> None:
        """Refuse whoever is bound to another anchor, or to none, and has no role that sees all."""
        if not self.roles & SEES_ALL and self.anchor_id != anchor_id:
            raise Problem(403, "not_yours", message="not_yours.anchor")

    @property
    def desk(self) -> str:
        """The one institution that they answer for. Raises Problem: their token names none."""
        if self.partner_code is None:
            raise Problem(403, "not_yours", message="not_yours.partner")
        return self.partner_code

    def require_outsider(self, supplier_id: UUID) -> None:
        """Refuse the firm's own people, and who once was one of them: whatever else they are, nobody acts for the
        program on their own firm, and nobody comes to by leaving it.
        """
        if supplier_id in self.firms:
            raise Problem(403, "own_firm")


class Firms(NamedTuple):
    """Whose somebody is."""

    speaks_for: UUID | None
    all: frozenset[UUID]
    """Those too that they were removed from."""


class Members(Protocol):
    """What a service itself knows of firms' people, beside what their tokens say."""

    async def firms_of(self, subject: str, claimed: UUID | None) -> Firms:
        """The firms of somebody whose token names this one."""


class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore")

    sub: Subject
    supplier_id: UUID | None = None
    anchor_id: UUID | None = None
    partner_code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")] | None = None


class Guard(BeforeBody[Caller]):
    """The dependency of a route: lets in who has one of its roles. The test that walks all routes reads `roles`."""

    problems = (401, 403, 503)

    def __init__(self, roles: frozenset[Role]) -> None:
        self.roles = roles

    async def decide(self, request: Request) -> Caller:
        """The caller, with no other roles than those that let it in: to see all as a mentor is not to act as a firm."""
        caller = await _caller(request)
        request.state.subject = caller.subject
        admitted = caller.roles & self.roles
        request.state.roles = admitted or caller.roles
        if not admitted:
            wanted = ", ".join(sorted(self.roles))
            raise Problem(403, "role_missing", roles=wanted)
        firms = await _firms_of(request, caller)
        caller = replace(caller, roles=admitted, supplier_id=firms.speaks_for, firms=firms.all)
        request.state.cause = request.state.cause._replace(actor=caller.actor)
        return caller


async def _firms_of(request: Request, caller: Caller) -> Firms:
    """By the token, and by what the service knows. Asked whatever the roles: also who acts for the program has no say
    in the firm that they joined. Who has no supplier's role speaks for no firm that their token does not name.
    """
    claimed = caller.supplier_id
    members: Members | None = getattr(request.app.state, "members", None)
    if members is None:
        return Firms(claimed, frozenset(() if claimed is None else (claimed,)))
    firms = await members.firms_of(caller.subject, claimed)
    return firms if claimed is not None or Role.SUPPLIER in caller.roles else firms._replace(speaks_for=None)


async def _caller(request: Request) -> Caller:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(401, "token_missing")
    issuer: Issuer = request.app.state.issuer
    try:
        return claimed(issuer, await issuer.verifier.claims(token))
    except TokenError as error:
        raise Problem(401, "token_refused", message=f"token_refused.{error.reason}") from error
    except ValidationError as error:
        raise Problem(401, "token_refused", message="token_refused.claims") from error
    except KeysUnavailableError as error:
        raise Problem(503, "issuer_unavailable", headers={"Retry-After": "10"}) from error


def claimed(issuer: Issuer, found: Mapping[str, Any]) -> Caller:
    """Who a verified token's claims say that somebody is. Raises pydantic's ValidationError."""
    claims = _Claims.model_validate(
        {
            "sub": found["sub"],
            "supplier_id": at(found, issuer.supplier_claim),
            "anchor_id": at(found, issuer.anchor_claim),
            "partner_code": at(found, issuer.partner_claim),
        }
    )
    roles = _roles(at(found, issuer.roles_claim))
    return Caller(claims.sub, roles, claims.supplier_id, claims.anchor_id, claims.partner_code)


def _roles(claimed: object) -> frozenset[Role]:
    """Those of ours: an issuer has roles for others too, as Keycloak's `offline_access`."""
    named = claimed if isinstance(claimed, list) else [claimed]
    return frozenset(role for role in Role if role in named)


def at(claims: Mapping[str, Any], path: str) -> Any:  # noqa: ANN401 - whatever the issuer put there
    """What stands at a path as `realm_access.roles`; None where nothing does. A claim of that very name goes first."""
    if path in claims:
        return claims[path]
    name, dot, rest = path.partition(".")
    inner = claims.get(name)
    return at(inner, rest) if dot and isinstance(inner, Mapping) else None


def allow(*roles: Role) -> Any:  # noqa: ANN401 - FastAPI's own type of a dependency
    """Let in callers with one of these roles; goes into `Annotated` beside `Caller`."""
    return Depends(Guard(frozenset(roles)))


OPEN_TO_ALL: dict[str, Any] = {"security": []}
"""Everybody, without a token: a route's `openapi_extra`, in OpenAPI's own words for it."""


def roles_of(route: APIRoute) -> frozenset[Role] | None:
    """Roles that a route names; the empty set if it is open on purpose, None if nothing is said."""
    for dependency in route.dependant.dependencies:
        if isinstance(dependency.call, Guard):
            return dependency.call.roles
    return frozenset() if (route.openapi_extra or {}).get("security") == [] else None
