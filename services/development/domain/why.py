"""What is true of the best cohort of a call: of each firm, of the cohort itself, and of a call without any."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.development.domain.call import Group, Worth
from services.development.domain.reasons import Placing

Why = Literal[
    "override_in", "scarce", "loses", "needed", "equal", "places", "alone", "budget", "held", "chosen", "outdone"
]

FIRMS = 60
"""Where no more firms contend, each is solved for the other way about; of more, those that are asked for."""
PLACES_FOR = 1_000
"""Where no more firms contend, it is found out with how many places each that is out would be in."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one firm is in or out."""

    why: Why
    groups: tuple[Group, ...] = ()
    """Of which no more firms contend than each keeps."""
    places: int | None = None
    """With so many it is in the optimum, all else equal."""
    other: Worth | None = None
    """Of the best cohort that there is with the firm the other way about; None: not solved for, or there is none."""
    solved: bool = False
    """Whether it was solved for the other way about."""

    def lost(self, best: Worth) -> Worth | None:
        """What the best cohort loses with the firm the other way about."""
        if self.other is None:
            return None
        return Worth(best.coverage - self.other.coverage, best.potential - self.other.potential)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The baseline: the firms of most potential, as long as places and budget last."""

    worth: Worth
    cost: Decimal
    keeps_to_call: bool
    """It looks at no minimum."""


@dataclass(frozen=True, slots=True)
class Solution:
    """What is known of a cohort that was solved for. `bound`: no other one is worth more."""

    fingerprint: str
    """Of the call and of the firms that contended, as they were."""
    capacity: int
    """Places that it was solved for: appeals that are upheld add to them later."""
    contended: int
    worth: Worth
    bound: Worth
    optimal: bool
    """Proven: this one is worth as much."""
    cost: Decimal
    """MXN that its plans take at most."""
    greedy: Ranked


What = Literal["capacity", "budget", "area", "state", "anchor", "override"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One of the constraints that cannot all hold: without any one of them the others can."""

    what: What
    code: str = ""
    """The group, or the firm of an override."""
    given: str = ""
    would_do: str | None = None
    """The value nearest to the given one with which the call has an answer; None: taking it back."""


PLACED_IN: Mapping[Why, Placing] = {"scarce": "only_candidate", "needed": "needed_for_minimum"}
LEFT_OUT: Mapping[Why, Placing] = {
    "places": "capacity_full",
    "alone": "over_budget_alone",
    "budget": "budget_spent",
    "held": "outweighed",
    "outdone": "outweighed",
}
