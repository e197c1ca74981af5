"""A supplier: received, perhaps held for an operator, registered, perhaps withdrawn."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal
from uuid import UUID

from services.registration.domain.profile import Profile
from services.registration.domain.reasons import HoldReason, WithdrawalReason
from services.registration.domain.rfc import DoubtfulRfc, Kind, ValidRfc
from services.registration.domain.screening import Listing, Screening
from services.registration.domain.size import Size, classify
from shared.four_eyes import NOBODY, Participants

Status = Literal["held", "registered", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """An operator looked into a reason to hold and found no fault."""

    reason: HoldReason
    operator: str
    """Subject of the operator's token."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier(Profile):
    """Its profile, and what the program decided on it."""

    id: UUID
    folio: str
    """The number that people use for it."""
    status: Status
    kind: Kind
    size: Size
    screening: Screening
    holds: tuple[HoldReason, ...] = ()
    """Why it waits for an operator; empty unless held."""
    confirmations: tuple[Confirmation, ...] = ()
    received_at: datetime
    registered_at: datetime | None = None
    """When it began to take part; None while held."""
    withdrawal: WithdrawalReason | None = None
    withdrawn_at: datetime | None = None
    took_part: Participants = NOBODY
    """Whoever gave or changed the profile with a token. None of them releases it."""


@dataclass(frozen=True, slots=True)
class Registry:
    """What a registration must know of the others."""

    taken: Mapping[str, UUID]
    """Suppliers that are not withdrawn and whose RFC nobody had before them, by RFC, of the RFCs that are looked up."""
    listing: Listing


def folio(number: int) -> str:
    """The number that people use for a supplier."""
    return f"PDP-{number:06}"


def received(
    id_: UUID,
    folio_: str,
    profile: Profile,
    identity: ValidRfc | DoubtfulRfc,
    registry: Registry,
    by: str | None,
    now: datetime,
) -> Supplier:
    """A new supplier: registered, or held where an operator must look first. `by`: who registers it, if known."""
    screening = registry.listing.look_up(identity.rfc)
    disputed: tuple[HoldReason, ...] = ("rfc_disputed",) if identity.rfc in registry.taken else ()
    holds = _holds((*(identity.reasons if isinstance(identity, DoubtfulRfc) else ()), *disputed), screening)
    return Supplier(
        **_values(profile, identity.rfc),
        id=id_,
        folio=folio_,
        status="held" if holds else "registered",
        kind=identity.kind,
        size=classify(profile.sector, profile.workers, profile.annual_sales_mxn),
        screening=screening,
        holds=holds,
        received_at=now,
        registered_at=None if holds else now,
        took_part=Participants(() if by is None else (by,)),
    )


def changed(supplier: Supplier, profile: Profile, listing: Listing, by: str, now: datetime) -> Supplier:
    """The supplier with another profile. Its RFC stays: that is who it is."""
    size = classify(profile.sector, profile.workers, profile.annual_sales_mxn)
    took_part = supplier.took_part.joined_by(by)
    changed_ = replace(supplier, **_values(profile, supplier.rfc), size=size, took_part=took_part)
    return screened(changed_, listing, now)


def screened(supplier: Supplier, listing: Listing, now: datetime) -> Supplier:
    """The supplier as the newest list sees it. Only one that does not take part yet can be held by it."""
    screening = listing.look_up(supplier.rfc)
    if supplier.status != "held":
        return replace(supplier, screening=screening)
    confirmed = {confirmation.reason for confirmation in supplier.confirmations}
    holds = _holds(supplier.holds, screening, confirmed)
    return _settled(replace(supplier, screening=screening, holds=holds), now)


def confirmed(supplier: Supplier, reasons: tuple[HoldReason, ...], operator: str, now: datetime) -> Supplier:
    """The held supplier without these reasons; registered when none is left."""
    given = tuple(Confirmation(reason, operator, now) for reason in supplier.holds if reason in reasons)
    holds = tuple(reason for reason in supplier.holds if reason not in reasons)
    return _settled(replace(supplier, holds=holds, confirmations=(*supplier.confirmations, *given)), now)


def withdrawn(supplier: Supplier, reason: WithdrawalReason, now: datetime) -> Supplier:
    """The supplier that no longer takes part."""
    return replace(supplier, status="withdrawn", holds=(), withdrawal=reason, withdrawn_at=now)


def without_contact(supplier: Supplier) -> Supplier:
    """The supplier without its contact."""
    return replace(supplier, contact=None)


def _settled(supplier: Supplier, now: datetime) -> Supplier:
    return supplier if supplier.holds else replace(supplier, status="registered", registered_at=now)


def _holds(
    holds: tuple[HoldReason, ...], screening: Screening, confirmed: Collection[HoldReason] = ()
) -> tuple[HoldReason, ...]:
    """What holds a supplier, by this state on the list."""
    others: tuple[HoldReason, ...] = tuple(reason for reason in holds if reason != "list_69b_presumed")
    if screening.list_69b != "presumed" or "list_69b_presumed" in confirmed:
        return others
    return (*others, "list_69b_presumed")


def _values(profile: Profile, rfc: str) -> dict[str, Any]:
    values = dict(zip(_PROFILE, _profile_values(profile), strict=True))
    values["rfc"] = rfc
    return values


_PROFILE = tuple(field.name for field in fields(Profile))
_profile_values = attrgetter(*_PROFILE)
