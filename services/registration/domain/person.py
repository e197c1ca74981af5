"""A person of a firm: invited by one who speaks for it, and one of its people once they have accepted.

Who somebody is, the identity provider says. Of that nothing is kept but the subject of their token.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, get_args
from uuid import UUID

from shared.mail_address import mailbox
from shared.one_time_code import OneTimeCode
from shared.state_machine import StateMachine, Transition

PersonStatus = Literal["invited", "joined", "lapsed", "removed"]

MOST_PEOPLE: Final = 50
"""Of one firm, with those who are invited: each is sent mail, and sees all that the firm sees."""

PERSON = StateMachine[PersonStatus](
    "person",
    get_args(PersonStatus),
    "invited",
    (
        Transition("accept", ("invited",), "joined"),
        Transition("expire", ("invited",), "lapsed"),
        Transition("withdraw", ("invited",), "lapsed"),
        Transition("remove", ("joined",), "removed"),
    ),
    {
        "lapsed": "whoever speaks for the firm invites again, under another id",
        "removed": "only a new invitation, under another id, brings them back",
    },
)


@dataclass(frozen=True, slots=True)
class Person:
    id: UUID
    supplier_id: UUID
    status: PersonStatus
    email: str | None
    """Where the invitation went. None once they are no longer of the firm, or it was erased."""
    language: str
    """Of the mail to them."""
    code: OneTimeCode
    invited_at: datetime
    subject: str | None = None
    """Of the token with which they accepted. It stays when they are removed: it is what opens nothing any more."""
    joined_at: datetime | None = None
    ended_at: datetime | None = None

    def accepted_by(self, given: str, subject: str) -> bool:
        """Whether they accepted by this code; also when it is given again, since the answer may have been lost."""
        return self.status == "joined" and self.subject == subject and self.code.fits(given)


def accepted(person: Person, given: str, subject: str, now: datetime) -> Person | None:
    """The person as one of the firm's; None where the code does not open the invitation."""
    status = PERSON.after(person.status, "accept")
    if status is None or not person.code.opens(given, now):
        return None
    return replace(person, status=status, subject=subject, joined_at=now)


def missed(person: Person) -> Person:
    """The person after somebody gave another code."""
    return replace(person, code=person.code.missed()) if PERSON.after(person.status, "accept") else person


def without_address(person: Person, addresses: Collection[str]) -> Person:
    """The person without their address, where it is one of these."""
    same = person.email is not None and mailbox(person.email) in {mailbox(address) for address in addresses}
    return replace(person, email=None) if same else person


def ended(person: Person, now: datetime, *, expired: bool = False) -> Person:
    """The person who is not, or no longer, one of the firm's. Whoever is neither already stays as they are."""
    ways = PERSON.ways(person.status)
    status = ways.get("expire") if expired else ways.get("withdraw") or ways.get("remove")
    return person if status is None else replace(person, status=status, email=None, ended_at=now)
