"""What somebody says who registers a firm, until its contact has confirmed it: a claim, and no proof.

It says nothing about who takes part and takes nothing from anybody: any number of claims may name one RFC.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from services.registration.domain.profile import Profile
from shared.one_time_code import OneTimeCode
from shared.state_machine import StateMachine, Transition

ClaimStatus = Literal["open", "confirmed", "forgotten"]

CLAIM = StateMachine[ClaimStatus](
    "claim",
    get_args(ClaimStatus),
    "open",
    (
        Transition("confirm", ("open",), "confirmed"),
        Transition("expire", ("open", "confirmed"), "forgotten"),
    ),
    {"forgotten": "whoever speaks for the firm registers it again, under another id"},
)


@dataclass(frozen=True, slots=True)
class Claim:
    id: UUID
    """The supplier's, once there is one."""
    status: ClaimStatus
    profile: Profile | None
    """None once it is forgotten: of a claim nobody keeps more than its code takes to expire."""
    code: OneTimeCode
    received_at: datetime
    language: str
    """Of the mail to its contact."""
    privacy_notice: str | None = None
    """Version of the notice that whoever made it said they had read; they did when it was received."""

    def confirmed_by(self, given: str) -> bool:
        """Whether this code confirmed it; also when it is given again, since the answer may have been lost."""
        return self.status == "confirmed" and self.code.fits(given)


def tried(claim: Claim, given: str, now: datetime) -> Claim:
    """The claim after somebody gave a code for it."""
    status = CLAIM.after(claim.status, "confirm")
    if status is None:
        return claim
    if claim.code.opens(given, now):
        return replace(claim, status=status)
    return replace(claim, code=claim.code.missed())


def forgotten(claim: Claim) -> Claim:
    """The claim without what was said: what was confirmed is the supplier's by now."""
    status = CLAIM.after(claim.status, "expire")
    return claim if status is None else replace(claim, status=status, profile=None)
