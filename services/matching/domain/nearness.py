"""Near misses: requirements that a firm meets in all but one gate."""

from dataclasses import dataclass
from datetime import date

from services.matching.domain.alignment import judge
from services.matching.domain.gate import Gate
from services.matching.domain.gates import firm_gates
from services.matching.domain.offering import ProcessOffer, Profile
from services.matching.domain.requirement import Specification
from services.matching.domain.rules import Rules
from services.matching.domain.score import score


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The one gate that a firm does not pass, and what it scores as it is."""

    gate: Gate
    points: int
    offer: ProcessOffer
    """The process that suits best."""


def near_miss(
    profile: Profile, need: Specification, rules: Rules, today: date, *, withdrawn: bool = False
) -> NearMiss | None:
    """How near a firm comes; None where it passes, or fails more. One that left, that the tax authority lists for good
    or that does not work in the area is not near. The store's statement is held equal to it.
    """
    judged = judge(profile, profile.in_area(need.area), need, rules, today)
    failed = [gate for gate in judged.gates if not gate.passed]
    barred = not all(gate.passed for gate in firm_gates(profile, withdrawn=withdrawn))
    if barred or len(failed) != 1 or failed[0].gate == "process":
        return None
    return NearMiss(failed[0], score(profile, judged.offer, need, rules, today).points, judged.offer)
