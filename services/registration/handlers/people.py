"""Decisions on a firm's people: invited, joined, removed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from services.registration.domain import person as rules
from services.registration.domain.person import MOST_PEOPLE, Person
from services.registration.domain.supplier import Supplier
from services.registration.handlers import SUPPLIER_UNKNOWN, SUPPLIER_WITHDRAWN
from services.registration.handlers.mails import INVITATION_MAIL, first_try
from shared.contracts import registration as contract
from shared.four_eyes import mark_of
from shared.mail_address import is_bare
from shared.messaging.decision import Decision, Refused, Timer, unchanged
from shared.one_time_code import one_time

INVITATION_EXPIRES = "invitation_expires"

OF_OTHER_FIRM = Refused("conflict", "person_of_other_firm")
INVITATION_REFUSED = Refused("forbidden", "invitation_refused")
PERSON_UNKNOWN = Refused("not_found", "person_unknown")


def invite(
    firm: Supplier | None,
    people: Sequence[Person],
    id_: UUID,
    email: str,
    code: str,
    language: str,
    now: datetime,
) -> Decision[Person] | Refused:
    """Somebody who speaks for a firm asks another person to. `people`: who is of the firm, or invited."""
    if firm is None:
        return SUPPLIER_UNKNOWN
    if firm.status == "withdrawn":
        return SUPPLIER_WITHDRAWN
    email = email.strip()
    if not is_bare(email):
        return Refused("invalid", "contact_email", at="email")
    if email.lower() in {(person.email or "").lower() for person in people}:
        return Refused("conflict", "person_known")
    if len(people) >= MOST_PEOPLE:
        return Refused("conflict", "people_too_many", params={"most": MOST_PEOPLE})
    kept = one_time(code, now)
    person = Person(id_, firm.id, "invited", email, language, kept, now)
    return Decision(person, timers=(Timer(INVITATION_EXPIRES, kept.expires_at), first_try(INVITATION_MAIL, now)))


def accept(
    state: Person | None,
    firm: UUID,
    people: Sequence[Person],
    code: str,
    subject: str,
    bound_to: UUID | None,
    now: datetime,
) -> Decision[Person] | Refused:
    """The invited returns the code that was mailed to them. `bound_to`: the firm that they already speak for, unless it
    was merged into this one.
    """
    if state is None or state.supplier_id != firm:
        return INVITATION_REFUSED
    if state.accepted_by(code, subject):
        return unchanged(state)
    after = rules.accepted(state, code, subject, now)
    if after is None:
        return INVITATION_REFUSED
    if bound_to not in (None, firm):
        return OF_OTHER_FIRM
    if subject in {person.subject for person in people}:
        return Refused("conflict", "person_known")
    return Decision(after, timers=(Timer(INVITATION_EXPIRES, None),))


def miss(state: Person | None) -> Decision[Person]:
    """Somebody gave another code than the one that was mailed."""
    return unchanged(None) if state is None else Decision(rules.missed(state))


def remove(state: Person | None, firm: UUID, now: datetime) -> Decision[Person] | Refused:
    """Somebody who speaks for the firm withdraws an invitation, or removes a person."""
    if state is None or state.supplier_id != firm:
        return PERSON_UNKNOWN
    return Decision(rules.ended(state, now), _left(state, now), (Timer(INVITATION_EXPIRES, None),))


def erase_address(state: Person | None, addresses: Collection[str]) -> Decision[Person]:
    """Whoever had one of these addresses is forgotten; who speaks for the firm is known by subject and goes on."""
    return unchanged(state) if state is None else Decision(rules.without_address(state, addresses))


def go_over(state: Person | None, now: datetime) -> Decision[Person]:
    """Somebody of a firm that was merged joins the one that remained: here they are of it no longer."""
    return unchanged(None) if state is None else Decision(rules.ended(state, now), _left(state, now))


def lapse(state: Person | None, now: datetime) -> Decision[Person]:
    """The code of an invitation has expired."""
    return unchanged(None) if state is None else Decision(rules.ended(state, now, expired=True))


def _left(person: Person, now: datetime) -> tuple[contract.PersonLeft, ...]:
    """What others hear of somebody who spoke for the firm until now; of whoever was only invited, nothing."""
    if person.status != "joined" or person.subject is None:
        return ()
    mark = mark_of(person.supplier_id, person.subject)
    return (contract.PersonLeft(supplier_id=person.supplier_id, person=mark, left_at=now),)
