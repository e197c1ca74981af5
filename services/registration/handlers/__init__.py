"""Decisions on suppliers, anchors and lists: one function per command, and one for the sweep of a new list."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.registration.domain import anchor as anchors
from services.registration.domain import profile as profiles
from services.registration.domain import rfc as rfcs
from services.registration.domain import screening as lists
from services.registration.domain import supplier as suppliers
from services.registration.domain.anchor import Anchor
from services.registration.domain.fault import Fault
from services.registration.domain.profile import Profile
from services.registration.domain.reasons import DepartureReason, GivenWithdrawal, HoldReason, WithdrawalReason
from services.registration.domain.rfc import RefusedRfc
from services.registration.domain.screening import Entries, Listing, Newest, ScreeningList
from services.registration.domain.supplier import Registry, Supplier, Teller
from services.registration.handlers.lookouts import compared
from services.registration.handlers.mails import DISPUTE_MAIL
from services.registration.handlers.readers import told
from shared.contracts import registration as contract
from shared.days import day_of
from shared.messaging.decision import Decision, Refused, SweepRequest, Timer, together, unchanged

RESCREEN = "screening_list_loaded"

MOST_NAMED = 10
"""Columns that a sentence names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A firm asks to take part."""

    id: UUID
    folio: str
    profile: Profile
    by: str | None = None
    """Subject of the operator who brings it; None: its contact confirmed it."""
    privacy_notice: str | None = None
    """Version of the notice that whoever made the claim had read."""
    notice_read_at: datetime | None = None
    lacking: Sequence[str] = ()
    """Columns that its file would need to say all that the firm says now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinAnchor:
    """A large buyer takes part."""

    code: str
    name: str
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadList:
    """SAT published a list of article 69-B."""

    list_date: date
    entries: Entries
    confirmed_firms: int | None = None
    """How many firms it has, where an operator confirms that these are fewer than before."""


def register(command: Register, now: datetime, registry: Registry) -> Decision[Supplier] | Refused:
    """Take a firm in: registered at once, or held where an operator must look first, as at an RFC that another has."""
    profile = profiles.tidy(command.profile, day_of(now))
    identity = rfcs.judge(profile.rfc)
    faults = profiles.faults(profile, day_of(now))
    if isinstance(identity, RefusedRfc):
        return no_rfc(identity, faults)
    if wrong := broken(faults):
        return wrong
    if identity.rfc in registry.taken and command.by is not None:
        return _RFC_TAKEN
    after = suppliers.received(command.id, command.folio, profile, identity, registry, command.by, now)
    after = replace(after, privacy_notice=command.privacy_notice, notice_read_at=command.notice_read_at)
    return Decision(after, told(None, after), (*_disputed(None, after, now), *compared(None, after, now)))


def bring(state: Supplier | None, command: Register, now: datetime, registry: Registry) -> Decision[Supplier] | Refused:
    """An operator brings a firm. One that takes part already, with this profile, stays as it is; one that nobody but
    this operator brought or changed is changed, as the one who brings it has seen all that it says.

    A contact that is not there may have been erased: no file brings one back, nor takes away what it cannot say.
    """
    if state is None:
        return register(command, now, registry)
    if state.status != "withdrawn" and suppliers.says(state, profiles.tidy(command.profile, day_of(now))):
        return unchanged(state)
    if command.by is None or state.status == "withdrawn" or state.took_part.may_approve(command.by):
        return _RFC_TAKEN
    if len(state.took_part.subjects) > 1:
        return _CHANGED_BY_HAND
    if command.lacking:
        named = ", ".join(command.lacking[:MOST_NAMED])
        return Refused("conflict", "columns_lacking", params={"columns": named, "count": len(command.lacking)})
    if state.contact is None and command.profile.contact is not None:
        return _CONTACT_BY_HAND
    return change(state, command.profile, command.by, now, registry)


def change(
    state: Supplier | None, profile: Profile, by: str, now: datetime, registry: Registry, teller: Teller = "firm"
) -> Decision[Supplier] | Refused:
    """Replace a supplier's whole profile. The RFC of one that takes part is who it is; a held one may mend it."""
    if state is None:
        return SUPPLIER_UNKNOWN
    if state.status == "withdrawn":
        return SUPPLIER_WITHDRAWN
    profile = profiles.with_digests(profiles.tidy(profile, day_of(now)), state.offering)
    identity = rfcs.judge(profile.rfc)
    if identity.rfc != state.rfc and state.status != "held":
        return _RFC_FIXED
    faults = profiles.faults(profile, day_of(now))
    if isinstance(identity, RefusedRfc) and identity.rfc != state.rfc:
        return no_rfc(identity, faults)
    if wrong := broken(faults):
        return wrong
    if isinstance(identity, RefusedRfc) or identity.rfc == state.rfc:
        after = suppliers.changed(state, profile, registry.listing, by, now)
    else:
        after = suppliers.mended(state, profile, identity, registry, by, now)
    after = suppliers.profiled(state, after, teller, now)
    return Decision(after, told(state, after), (*_disputed(state, after, now), *compared(state, after, now)))


def release(
    state: Supplier | None, reasons: tuple[HoldReason, ...], operator: str, now: datetime
) -> Decision[Supplier] | Refused:
    """An operator confirms reasons for which a supplier is held; without the last one it is registered."""
    if state is None:
        return SUPPLIER_UNKNOWN
    if state.status == "withdrawn":
        return SUPPLIER_WITHDRAWN
    if not state.took_part.may_approve(operator):
        return SAME_PERSON
    if "rfc_disputed" in reasons:
        return RFC_DISPUTED
    confirmed = {confirmation.reason for confirmation in state.confirmations}
    if not set(reasons) <= confirmed | set(state.holds):
        return NOT_HELD_FOR
    if state.status != "held":
        return unchanged(state)
    after = suppliers.confirmed(state, reasons, operator, now)
    return Decision(after, told(state, after))


def put_out(
    state: Supplier | None, reason: GivenWithdrawal, operator: str, now: datetime, disputing: Collection[UUID]
) -> Decision[Supplier] | Refused:
    """An operator withdraws a supplier. Whoever took part in it neither releases nor refuses it; and while its RFC is
    disputed (`disputing`), the dispute decides who leaves.
    """
    if state is not None and not state.took_part.may_approve(operator):
        return SAME_PERSON
    if state is not None and state.id in disputing:
        return RFC_DISPUTED
    return withdraw(state, reason, now)


def withdraw(
    state: Supplier | None, reason: WithdrawalReason, now: datetime, into: UUID | None = None
) -> Decision[Supplier] | Refused:
    """A supplier no longer takes part; it goes on `into` another one. Of one that was still held nobody ever heard."""
    if state is None:
        return SUPPLIER_UNKNOWN
    if state.status == "withdrawn":
        return unchanged(state)
    after = suppliers.withdrawn(state, reason, now, into)
    timers = compared(state, after, now)
    if state.status == "held":
        return Decision(after, timers=timers)
    left = contract.SupplierWithdrawn(supplier_id=state.id, reason=reason, withdrawn_at=now, merged_into=into)
    return Decision(after, (left,), timers)


def erase_contact(state: Supplier | None, now: datetime) -> Decision[Supplier] | Refused:
    """Forget the person to talk to (LFPDPPP, right of cancellation)."""
    if state is None:
        return SUPPLIER_UNKNOWN
    after = suppliers.without_contact(state)
    erased = () if after == state else (contract.ContactErased(supplier_id=state.id, erased_at=now),)
    return Decision(after, erased, compared(state, after, now))


def rescreen(state: Supplier | None, _args: Mapping[str, str], now: datetime, listing: Listing) -> Decision[Supplier]:
    """Look a supplier up in the newest list. Readers hear of it when its state is another one, or known at last."""
    if state is None or state.status == "withdrawn":
        return unchanged(state)
    after = suppliers.screened(state, listing, now)
    return Decision(after, told(state, after))


def load_list(
    state: ScreeningList | None, command: LoadList, now: datetime, newest: Newest | None
) -> Decision[ScreeningList] | Refused:
    """Take a list in, or correct the one of the same date, and look every supplier up in it.

    SAT's list grows: one with fewer firms than the newest is most likely cut off, and would clear whoever it lacks.
    """
    firms = command.entries.firms
    if newest is not None and command.list_date < newest.list_date:
        return Refused("conflict", "screening_list_older")
    if newest is not None and firms < newest.firms and command.confirmed_firms != firms:
        return Refused("conflict", "screening_list_shorter", params={"firms": firms, "before": newest.firms})
    after = lists.loaded(state, command.entries, command.list_date, now)
    if after is state:
        return unchanged(state)
    return Decision(after, sweeps=(SweepRequest(RESCREEN, {"list_date": command.list_date.isoformat()}),))


def join_anchor(state: Anchor | None, command: JoinAnchor, now: datetime) -> Decision[Anchor] | Refused:
    """A large buyer joins, or comes back."""
    if wrong := broken(anchors.faults(command.code, command.name, command.states)):
        return wrong
    after = anchors.joined(command.code, command.name, command.states, now)
    if state is not None and anchors.ANCHOR.after(state.status, "join") is None:
        same = replace(after, joined_at=state.joined_at) == state
        return unchanged(state) if same else _CODE_TAKEN
    event = contract.AnchorJoined(
        anchor_id=after.id, code=after.code, name=after.name, states=after.states, joined_at=now
    )
    return Decision(after, (event,))


def leave_anchor(state: Anchor | None, reason: DepartureReason, now: datetime) -> Decision[Anchor] | Refused:
    """A large buyer leaves."""
    if state is None:
        return Refused("not_found", "anchor_unknown")
    if state.status == "left":
        return unchanged(state)
    after = anchors.left(state, reason, now)
    return Decision(after, (contract.AnchorLeft(anchor_id=state.id, reason=reason, left_at=now),))


def _disputed(before: Supplier | None, after: Supplier, now: datetime) -> tuple[Timer, ...]:
    """Whoever has the RFC is told, as soon as somebody else says that it is theirs."""
    new = "rfc_disputed" in after.holds and (before is None or before.rfc != after.rfc)
    return (Timer(DISPUTE_MAIL, now),) if new else ()


def no_rfc(identity: RefusedRfc, faults: Iterable[Fault]) -> Refused:
    """All that is wrong with an RFC, and with the profile beside it."""
    first, *others = (Refused("invalid", reason, at="rfc") for reason in identity.reasons)
    beside = broken(faults)
    return replace(first, others=(*others, *(beside.all if beside else ())))


def broken(faults: Iterable[Fault]) -> Refused | None:
    """The refusal of what breaks these rules, with all of them; None where none is broken."""
    found = ((each, profiles.path_of(each)) for each in faults)
    return together([Refused("invalid", each.reason, params=each.params, at=path) for each, path in found])


CODE_REFUSED = Refused("forbidden", "code_refused")
SUPPLIER_UNKNOWN = Refused("not_found", "supplier_unknown")
SUPPLIER_WITHDRAWN = Refused("conflict", "supplier_withdrawn")
_RFC_TAKEN = Refused("conflict", "rfc_taken")
_CHANGED_BY_HAND = Refused("conflict", "changed_by_hand")
_CONTACT_BY_HAND = Refused("conflict", "contact_by_hand", at="contact")
DISPUTE_CHANGED = Refused("conflict", "dispute_changed")
RFC_DISPUTED = Refused("conflict", "rfc_disputed")
_RFC_FIXED = Refused("conflict", "rfc_fixed")
NOT_HELD_FOR = Refused("conflict", "not_held_for")
SAME_PERSON = Refused("forbidden", "same_person")
_CODE_TAKEN = Refused("conflict", "anchor_code_taken")
