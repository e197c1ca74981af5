"""What a process is asked to solve, and what it answers: one JSON each."""

from dataclasses import dataclass, field
from hashlib import sha256

import msgspec

from services.development.domain.call import Contender, Limits, in_order
from services.development.domain.why import Conflict, Reason, Solution

SECONDS = 60.0
"""Of one solve. Ten thousand firms for 550 places take some 3."""


class UnsolvedError(Exception):
    """No set of firms was found in time; there may be one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call, who contends, and what is asked of them beside the best cohort."""

    limits: Limits
    firms: tuple[Contender, ...]
    """By id."""
    reasons: bool = False
    """Of each firm."""
    one: str | None = None
    """A firm whose reason is asked for, solved for the other way about."""
    places: int | None = None
    """With how many it is in, where that is known already."""
    seconds: float = SECONDS

    @property
    def fingerprint(self) -> str:
        """Of the call and of who contends: the same inputs have the same one, in whatever process."""
        return sha256(msgspec.json.encode((self.limits, self.firms), order="deterministic")).hexdigest()


@dataclass(frozen=True, slots=True)
class Answered:
    """`solution`: None where no cohort keeps to the call, or where none was found in time."""

    solution: Solution | None = None
    chosen: tuple[str, ...] = ()
    reasons: dict[str, Reason] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    unsolved: bool = False


def asked(limits: Limits, firms: list[Contender], *, reasons: bool = False) -> Asked:
    """In whatever order the firms come."""
    return Asked(limits, in_order(firms), reasons)
