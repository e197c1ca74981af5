"""Alignment: which of the open requirements an offering can meet, and what it lacks where it meets none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.matching.domain.gates import Gate, firm_gates, process_gates
from services.matching.domain.offering import ProcessOffer, Profile
from services.matching.domain.reasons import GateName, GateReason
from services.matching.domain.requirement import Demand, Requirement, Specification
from services.matching.domain.rules import Rules
from services.matching.domain.score import Score, score

MOST_ALIGNED = 800
"""The best so many requirements are kept: with all that one may ask they still fit into one event (1 MiB)."""

MOST_MISSING = 500
"""The first so many failed gates are told, for the same reason."""


@dataclass(frozen=True, slots=True)
class AlignedRequirement:
    """One requirement that the offering can meet, with what the diagnosis is measured against."""

    requirement_id: UUID
    anchor_id: UUID
    area: str
    score: int
    targets: Mapping[str, int]
    must_have: tuple[str, ...]
    unknown: tuple[GateName, ...] = ()
    """Gates of which nobody knows, those of the firm first: it has to be asked, or looked up."""


class Met(NamedTuple):
    """A requirement whose gates an offering passes."""

    requirement: Requirement
    score: Score
    unknown: tuple[GateName, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """One gate that was not passed; without a requirement where it bars the whole area."""

    area: str
    requirement_id: UUID | None
    gate: GateName
    reason: GateReason
    need: str = ""
    offer: str = ""


@dataclass(frozen=True, slots=True)
class Aligned:
    """The offering meets at least one requirement."""

    requirements: tuple[AlignedRequirement, ...]
    rules: str


@dataclass(frozen=True, slots=True)
class NotAligned:
    """The offering meets none."""

    missing: tuple[Missing, ...]
    rules: str


Alignment = Aligned | NotAligned


@dataclass(frozen=True, slots=True)
class Judgement:
    """A requirement against the process that suits it best."""

    offer: ProcessOffer
    """Nothing stated, where the firm does not work in the area."""
    gates: tuple[Gate, ...]
    score: Score | None
    """None where a gate is not passed."""


def judge(
    profile: Profile, offers: Sequence[ProcessOffer], need: Specification, rules: Rules, today: date
) -> Judgement:
    """Judge a firm's processes in the area that is asked, and keep the one that suits best: fewest failed gates, then
    most points, then the first named. With no process at all, the process gate fails.
    """
    if not offers:
        gates = process_gates(profile, None, need, rules, today)
        return Judgement(ProcessOffer(area=need.area), gates, None)
    return min((_judge(profile, offer, need, rules, today) for offer in offers), key=_rank)


def unknown_of(gates: Sequence[Gate]) -> tuple[GateName, ...]:
    """Those of which nobody knows."""
    return tuple(gate.gate for gate in gates if gate.status == "unknown")


def _judge(profile: Profile, offer: ProcessOffer, need: Specification, rules: Rules, today: date) -> Judgement:
    gates = process_gates(profile, offer, need, rules, today)
    passed = all(gate.passed for gate in gates)
    return Judgement(offer, gates, score(profile, offer, need, rules, today) if passed else None)


def _rank(judgement: Judgement) -> tuple[int, int]:
    failed = sum(not gate.passed for gate in judgement.gates)
    return failed, -judgement.score.points if judgement.score else 0


def align(profile: Profile, demand: Demand, today: date, *, withdrawn: bool) -> tuple[Alignment, Mapping[UUID, Met]]:
    """The alignment of an offering, and each requirement in it with its score.

    A firm that left is not judged any further. For any other firm that meets nothing, every failed gate is told: the
    firm's own once per area, the others per requirement, and `nobody_asks` for an area without a requirement.
    """
    of_firm = firm_gates(profile, withdrawn=withdrawn)
    barred = [gate for gate in of_firm if not gate.passed]
    unknown = unknown_of(of_firm)
    missing: list[Missing] = []
    met: list[Met] = []
    for area in profile.areas:
        missing += [Missing(area, None, gate.gate, gate.reason) for gate in barred]
        if withdrawn:
            continue
        asked = demand.by_area.get(area, ())
        if not asked:
            missing.append(Missing(area, None, "process", "nobody_asks"))
        offers = [process for process in profile.processes if process.area == area]
        for requirement in asked:
            judged = judge(profile, offers, requirement.specification, demand.rules, today)
            if judged.score is None:
                missing += _missing(requirement, judged.gates)
            else:
                met.append(Met(requirement, judged.score, (*unknown, *unknown_of(judged.gates))))
    if barred or not met:
        return NotAligned(tuple(missing[:MOST_MISSING]), demand.rules.version), {}
    best = sorted(met, key=lambda each: (-each.score.points, each.requirement.id))[:MOST_ALIGNED]
    kept = {each.requirement.id: each for each in sorted(best, key=lambda each: each.requirement.id)}
    return Aligned(tuple(_aligned(each) for each in kept.values()), demand.rules.version), kept


def _missing(requirement: Requirement, gates: Sequence[Gate]) -> Iterator[Missing]:
    for gate in gates:
        if not gate.passed:
            yield Missing(requirement.area, requirement.id, gate.gate, gate.reason, gate.need, gate.offer)


def _aligned(met: Met) -> AlignedRequirement:
    id_, anchor_id, asked = met.requirement.id, met.requirement.anchor_id, met.requirement.specification
    return AlignedRequirement(id_, anchor_id, asked.area, met.score.points, asked.targets, asked.must_have, met.unknown)
