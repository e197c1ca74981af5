"""The score's rule table as a value: what each criterion weighs, and what counts as near or valid."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass

from services.matching.domain.materials import Materials

FULL = 10_000
"""Basis points of a perfect score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Basis points that each criterion can give."""

    capacity: int
    envelope_force: int
    tolerance: int
    qms: int
    lead_time: int
    location: int
    ppm: int
    otif: int
    origin: int

    def __post_init__(self) -> None:
        if min(astuple(self)) < 0 or sum(astuple(self)) != FULL:
            raise ValueError(f"the weights must not be negative and must sum to {FULL}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One version of the rules. Every decision names the version that it applied."""

    version: str
    source: str
    weights: Weights
    minimum_score: int
    """Basis points that an aligned requirement needs to become a match."""
    cqi_valid_months: int
    certificate_months: int
    """How long a certificate without its last day counts after it was stated."""
    measured_months: int = 0
    """How many months of what anchors measured count, and for how many they do; 0: what the firm states counts."""
    measured_reports: int = 0
    """The fewest of them that count."""
    materials: Materials
    neighbours: Mapping[str, frozenset[str]]
    """States that border on each state, by INEGI key."""

    def __post_init__(self) -> None:
        if not 0 <= self.minimum_score <= FULL:
            raise ValueError(f"the minimum score must be from 0 to {FULL}")
        for state, others in self.neighbours.items():
            for other in others:
                if state == other or state not in self.neighbours.get(other, ()):
                    raise ValueError(f"the neighbourhood of {state} and {other} is not symmetric")
