"""Who calls: a JSON Web Token of an OpenID Connect issuer, and the roles that a route names."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.security.tokens import TokenError, Verifier
from shared.service.http import Problem


class Role(StrEnum):
    """What a person may do here."""

    SUPPLIER = "supplier"
    ANCHOR = "anchor"
    ASSESSOR = "assessor"
    EXPERT = "expert"
    MENTOR = "mentor"
    OPERATOR = "operator"


SEES_ALL = frozenset({Role.OPERATOR, Role.ASSESSOR, Role.EXPERT, Role.MENTOR})


@dataclass(frozen=True, slots=True)
class Caller:
    """The person behind a request."""

    subject: str
    roles: frozenset[Role]
    supplier_id: UUID | None = None
    anchor_id: UUID | None = None

    def require_supplier(self, supplier_id: UUID) -> None:
        """Refuse whoever is bound to another supplier, or to none, and has no role that sees all."""
        if not self.roles & SEES_ALL and self.supplier_id != supplier_id:
            raise Problem(403, "not_yours", message="not_yours.supplier")

    def require_anchor(self, anchor_id: UUID) -> None:
        """Refuse whoever is bound to another anchor, or to none, and has no role that sees all."""
        if not self.roles & SEES_ALL and self.anchor_id != anchor_id:
            raise Problem(403, "not_yours", message="not_yours.anchor")


class _Claims(BaseModel):
    model_config = ConfigDict(extra="ignore")

    sub: str
    roles: frozenset[Role]
    supplier_id: UUID | None = None
    anchor_id: UUID | None = None


class Guard:
    """The dependency of a route: lets in who has one of its roles. The test that walks all routes reads `roles`."""

    problems = (401, 403)

    def __init__(self, roles: frozenset[Role]) -> None:
        self.roles = roles

    def __call__(self, request: Request) -> Caller:
        """Not async: FastAPI runs it in a thread, where a look at the issuer's keys holds up nobody else."""
        caller = _caller(request)
        request.state.subject = caller.subject
        request.state.roles = caller.roles
        if not caller.roles & self.roles:
            wanted = ", ".join(sorted(self.roles))
            raise Problem(403, "role_missing", roles=wanted)
        return caller


def _caller(request: Request) -> Caller:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(401, "token_missing")
    verifier: Verifier = request.app.state.verifier
    try:
        claims = _Claims.model_validate(verifier.claims(token))
    except TokenError as error:
        raise Problem(401, "token_refused", message=f"token_refused.{error.reason}") from error
    except ValidationError as error:
        raise Problem(401, "token_refused", message="token_refused.claims") from error
    return Caller(claims.sub, claims.roles, claims.supplier_id, claims.anchor_id)


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
