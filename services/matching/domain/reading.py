"""What a firm reads of what is asked in its areas: all that it needs to offer for it, and how it stands on it."""

from dataclasses import dataclass
from datetime import date

from services.matching.domain.alignment import judge
from services.matching.domain.gate import Gate
from services.matching.domain.gates import firm_gates
from services.matching.domain.rematch import Offering
from services.matching.domain.requirement import Requirement
from services.matching.domain.rules import Rules
from services.matching.domain.score import Criterion
from services.matching.domain.waiver import Waiver


@dataclass(frozen=True, slots=True)
class Reading:
    """One open requirement as a firm reads it. Nothing of other firms, and nothing that its anchor keeps to itself."""

    requirement: Requirement
    names_anchor: bool
    """Whether the firm is told who asks: who asks chose so, or knows the firm."""
    gates: tuple[Gate, ...]
    """Those that the firm does not pass, and those of which nobody knows."""
    points: int | None
    """The score, of 10,000; None where a gate is not passed."""
    criteria: tuple[Criterion, ...]
    """Each criterion of the score."""
    waivers: tuple[Waiver, ...]
    """Those that count for the firm today; none that another firm was given."""

    @property
    def met(self) -> bool:
        return self.points is not None


def may_read(offering: Offering, requirement: Requirement) -> bool:
    """Whether a firm learns that a requirement is there: it is open, and in one of the firm's areas."""
    areas = () if offering.profile is None else offering.profile.areas
    return requirement.status == "open" and requirement.area in areas


def names_anchor(offering: Offering, requirement: Requirement) -> bool:
    """Whether a firm is told who asks."""
    return requirement.specification.named or requirement.anchor_id in offering.known_by


def read(offering: Offering, requirement: Requirement, rules: Rules, today: date) -> Reading:
    """How a registered firm stands on what is asked. Raises ValueError of one that no stage told of."""
    profile, asked = offering.profile, requirement.need_of(offering.id, today)
    if profile is None:
        raise ValueError("only a registered firm reads what is asked")
    judged = judge(profile, profile.in_area(asked.area), asked, rules, today)
    gates = (*firm_gates(profile, withdrawn=offering.withdrawn), *judged.gates)
    score = judged.score if all(gate.passed for gate in gates) else None
    return Reading(
        requirement,
        names_anchor(offering, requirement),
        tuple(gate for gate in gates if gate.status in {"not_met", "unknown"}),
        None if score is None else score.points,
        () if score is None else score.criteria,
        tuple(waiver for waiver in requirement.waivers if waiver.counts(today, offering.id)),
    )
