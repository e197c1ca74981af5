"""A supplier: received, perhaps held for an operator, registered, perhaps withdrawn."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal, get_args
from uuid import UUID

from services.registration.domain.introduction import IntroductionConsent
from services.registration.domain.plants import unnamed
from services.registration.domain.profile import Profile
from services.registration.domain.reasons import HoldReason, WithdrawalReason
from services.registration.domain.rfc import DoubtfulRfc, Kind, ValidRfc
from services.registration.domain.screening import Listing, Screening
from services.registration.domain.size import Size, SizeSaid, classify, said
from shared.days import day_of
from shared.four_eyes import NOBODY, Participants
from shared.state_machine import StateMachine, Transition

Status = Literal["held", "registered", "withdrawn"]

Teller = Literal["firm", "operator"]
"""Who gave a profile: the firm itself, or an operator for it."""

SUPPLIER = StateMachine[Status](
    "supplier",
    get_args(Status),
    "held",
    (
        Transition("register", ("held",), "registered"),
        Transition("withdraw", ("held", "registered"), "withdrawn"),
    ),
    {"withdrawn": "a firm that comes back registers again, under another id, and its matches begin anew"},
)
"""`register` happens by itself once nothing holds the firm, at once where nothing ever did."""


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
    profiled_at: datetime | None = None
    """When its profile became as it is; None: it registered so."""
    profiled_by: Teller | None = None
    sizes: tuple[SizeSaid, ...] = ()
    """What was said of workers and sales, oldest first; empty: what is said now, since before that was kept."""
    received_at: datetime
    disputed_at: datetime | None = None
    """When it came to say that another one's RFC is its own: with its registration, or by mending its RFC."""
    registered_at: datetime | None = None
    """When it began to take part; None while held."""
    withdrawal: WithdrawalReason | None = None
    withdrawn_at: datetime | None = None
    merged_into: UUID | None = None
    """The supplier that remains of the two that were one."""
    took_part: Participants = NOBODY
    """Whoever gave or changed the profile with a token. None of them releases it."""
    privacy_notice: str | None = None
    """Version of the notice that was read before it registered; None: nobody said so, as in a file."""
    notice_read_at: datetime | None = None
    introductions: tuple[IntroductionConsent, ...] = ()
    """Consents of a natural person to be introduced to anchors, in the order in which they were given."""


@dataclass(frozen=True, slots=True)
class Registry:
    """What a registration must know of the others."""

    taken: Mapping[str, UUID]
    """Suppliers that are not withdrawn and whose RFC nobody had before them, by RFC, of the RFCs that are looked up."""
    listing: Listing


def disputed_since(supplier: Supplier) -> datetime:
    """Of one that disputes an RFC."""
    # Of one that did before it was written down: most disputes come with the registration.
    return supplier.disputed_at or supplier.received_at


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
    holds = _first_holds(identity, registry, screening)
    new = Supplier(
        **_values(profile, identity.rfc),
        id=id_,
        folio=folio_,
        status="held",
        kind=identity.kind,
        size=classify(profile.sector, profile.workers, profile.annual_sales_mxn),
        screening=screening,
        holds=holds,
        sizes=said((), profile.workers, profile.annual_sales_mxn, day_of(now)),
        received_at=now,
        disputed_at=now if "rfc_disputed" in holds else None,
        took_part=Participants(() if by is None else (by,)),
    )
    return _settled(new, now)


def says(supplier: Supplier, profile: Profile) -> bool:
    """Whether its profile is this one. One without a contact says nothing of the contact that is there."""
    known = replace(profile, contact=profile.contact or supplier.contact)
    return bool(_profile_values(supplier) == _profile_values(known))


def status_at(supplier: Supplier, at: datetime) -> Status:
    """Its status at a moment since it came."""
    if supplier.withdrawn_at is not None and supplier.withdrawn_at < at:
        return "withdrawn"
    return "registered" if supplier.registered_at is not None and supplier.registered_at < at else "held"


def changed(supplier: Supplier, profile: Profile, listing: Listing, by: str, now: datetime) -> Supplier:
    """The supplier with another profile under its RFC."""
    return screened(_described(supplier, profile, supplier.rfc, by, now), listing, now)


def profiled(before: Supplier, after: Supplier, teller: Teller, now: datetime) -> Supplier:
    """With who gave its profile and when, where it is another one. The contact is no part of what is kept of it."""
    profiles = [_profile_values(replace(each, contact=None)) for each in (before, after)]
    return after if profiles[0] == profiles[1] else replace(after, profiled_at=now, profiled_by=teller)


def mended(
    supplier: Supplier, profile: Profile, identity: ValidRfc | DoubtfulRfc, registry: Registry, by: str, now: datetime
) -> Supplier:
    """The held supplier under another RFC, judged as if it came with this one: what was confirmed was of the other."""
    screening = registry.listing.look_up(identity.rfc)
    holds = _first_holds(identity, registry, screening)
    mended_ = replace(
        _described(supplier, profile, identity.rfc, by, now),
        kind=identity.kind,
        screening=screening,
        holds=holds,
        disputed_at=now if "rfc_disputed" in holds else None,
        confirmations=(),
    )
    return _settled(mended_, now)


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


def withdrawn(supplier: Supplier, reason: WithdrawalReason, now: datetime, into: UUID | None = None) -> Supplier:
    """The supplier that no longer takes part. `into`: as which one it goes on."""
    status = SUPPLIER.after(supplier.status, "withdraw")
    if status is None:
        return supplier
    return replace(supplier, status=status, holds=(), withdrawal=reason, withdrawn_at=now, merged_into=into)


def without_contact(supplier: Supplier) -> Supplier:
    """The supplier without its contact; a natural person who left, without name, RFC and where they may live too."""
    bare = replace(supplier, contact=None)
    is_gone = supplier.kind == "natural" and supplier.status == "withdrawn"
    return unnamed_person(bare) if is_gone else bare


def unnamed_person(supplier: Supplier) -> Supplier:
    """A natural person's without what says who and where they are."""
    certificates = tuple(replace(each, site=None) for each in supplier.offering.certificates)
    offering = replace(supplier.offering, certificates=certificates)
    return replace(supplier, rfc="", legal_name="", plants=unnamed(supplier.plants), offering=offering)


def _described(supplier: Supplier, profile: Profile, rfc: str, by: str, now: datetime) -> Supplier:
    """A profile without a contact leaves the one that is there: erasing a person is an act of its own."""
    kept = replace(profile, contact=profile.contact or supplier.contact)
    size = classify(profile.sector, profile.workers, profile.annual_sales_mxn)
    known = supplier.sizes or (SizeSaid(supplier.workers, supplier.annual_sales_mxn, None),)
    sizes = said(known, profile.workers, profile.annual_sales_mxn, day_of(now))
    took_part = supplier.took_part.joined_by(by)
    return replace(supplier, **_values(kept, rfc), size=size, sizes=sizes, took_part=took_part)


def _settled(supplier: Supplier, now: datetime) -> Supplier:
    status = None if supplier.holds else SUPPLIER.after(supplier.status, "register")
    return supplier if status is None else replace(supplier, status=status, registered_at=now)


def _first_holds(identity: ValidRfc | DoubtfulRfc, registry: Registry, screening: Screening) -> tuple[HoldReason, ...]:
    """Why an operator must look at a firm that comes with this RFC."""
    disputed: tuple[HoldReason, ...] = ("rfc_disputed",) if identity.rfc in registry.taken else ()
    return _holds((*(identity.reasons if isinstance(identity, DoubtfulRfc) else ()), *disputed), screening)


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
