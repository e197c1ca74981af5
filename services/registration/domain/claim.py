"""What somebody says who registers a firm, until its contact has confirmed it: a claim, and no proof.

It says nothing about who takes part and takes nothing from anybody: any number of claims may name one RFC.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.registration.domain.code import OneTimeCode
from services.registration.domain.profile import Profile

ClaimStatus = Literal["open", "confirmed", "forgotten"]


@dataclass(frozen=True, slots=True)
class Claim:
    id: UUID
    """The supplier's, once there is one."""
    status: ClaimStatus
    profile: Profile | None
    """None once it is forgotten: of a claim nobody keeps more than its code takes to expire."""
    code: OneTimeCode
    received_at: datetime

    def confirmed_by(self, given: str) -> bool:
        """Whether this code confirmed it; also when it is given again, since the answer may have been lost."""
        return self.status == "confirmed" and self.code.fits(given)


def tried(claim: Claim, given: str, now: datetime) -> Claim:
    """The claim after somebody gave a code for it."""
    if claim.status != "open":
        return claim
    if claim.code.opens(given, now):
        return replace(claim, status="confirmed")
    return replace(claim, code=claim.code.missed())


def forgotten(claim: Claim) -> Claim:
    """The claim without what was said: what was confirmed is the supplier's by now."""
    return replace(claim, status="forgotten", profile=None)
