"""Pairs of an offering and a requirement, as the store finds them for a decision about the offering."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from services.matching.domain.alignment import Hit
from services.matching.domain.requirement import Requirement
from services.matching.domain.rules import Rules

Wanted = Literal["judged", "matched", "due", "whole"]
"""What a decision goes on with: all pairs judged anew, as the firm itself changed; its pairs as they are, as it was
diagnosed; those that requirements changed; or all of them, to be told once more.
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """What an offering is to a requirement now, beside what its firm was told."""

    requirement: Requirement
    hit: Hit | None
    """None: it does not pass its gates, or nobody asks any more."""
    told: str | None
    """The area in which the firm was told that it meets it; None: it was not."""
    differs: bool
    """Whether the firm was told otherwise: of another score, of other gates, of something else that is asked."""
    area: str | None = None
    """The area in which it meets it, where that is not the requirement's own any more."""

    @property
    def id(self) -> UUID:
        return self.requirement.id


@dataclass(frozen=True, slots=True)
class Pairs:
    """What a decision about one offering goes on with."""

    touched: tuple[Pair, ...]
    """Those that something happened to, by requirement."""
    demand: Mapping[str, tuple[Requirement, ...]]
    """What is asked in the offering's areas, each in the order of its ids."""
    rules: Rules
    own: bool = False
    """The firm itself changed: where it meets nothing, it hears what it lacks now."""
    whole: bool = False
    """All pairs are given, to be told as if nothing had been."""
    floor: int = 0
    """Revisions up to this one may have been told before the store was set back: none is told again."""
