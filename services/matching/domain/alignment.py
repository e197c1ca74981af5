"""Alignment: which of the open requirements an offering can meet, and what it lacks where it meets none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from services.matching.domain.gate import Gate
from services.matching.domain.gates import firm_gates, process_gates
from services.matching.domain.offering import ProcessOffer, Profile
from services.matching.domain.reasons import GateName, GateReason
from services.matching.domain.requirement import Requirement, Specification
from services.matching.domain.rules import Rules
from services.matching.domain.score import Criterion, Score, score

MOST_ALIGNED = 800
"""Requirements of one event: with all that one may ask they still fit into it (1 MiB)."""

MOST_LOST = 1_000
"""The same of requirements of which the id is told alone."""

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
    """The offering meets at least one requirement: all of them, or the first that one event can hold."""

    requirements: tuple[AlignedRequirement, ...]


@dataclass(frozen=True, slots=True)
class Differs:
    """The offering meets others than before, or the same ones otherwise."""

    requirements: tuple[AlignedRequirement, ...]
    """That are new, or of which something differs."""
    lost: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class NotAligned:
    """The offering meets none."""

    missing: tuple[Missing, ...]


Alignment = Aligned | Differs | NotAligned


@dataclass(frozen=True, slots=True)
class Judgement:
    """A requirement against the process that suits it best."""

    offer: ProcessOffer
    """Nothing stated, where the firm does not work in the area."""
    gates: tuple[Gate, ...]
    score: Score | None
    """None where a gate is not passed."""


class Hit(NamedTuple):
    """How well an offering meets a requirement whose gates it passes."""

    points: int
    unknown: tuple[GateName, ...] = ()


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


def hit(profile: Profile, need: Specification, rules: Rules, today: date, *, withdrawn: bool = False) -> Hit | None:
    """Whether an offering passes every gate of a requirement, the firm's own too, and how well it fits. This is what
    the store's statement is held equal to.
    """
    of_firm = firm_gates(profile, withdrawn=withdrawn)
    judged = judge(profile, profile.in_area(need.area), need, rules, today)
    if judged.score is None or not all(gate.passed for gate in of_firm):
        return None
    return Hit(judged.score.points, (*unknown_of(of_firm), *unknown_of(judged.gates)))


def explained(profile: Profile, need: Specification, rules: Rules, today: date) -> tuple[Criterion, ...]:
    """Each criterion of the process that suits best."""
    judged = judge(profile, profile.in_area(need.area), need, rules, today)
    return (judged.score or score(profile, judged.offer, need, rules, today)).criteria


def conceded(profile: Profile, need: Specification, rules: Rules, today: date) -> tuple[Gate, ...]:
    """Gates of which the process that suits best falls short, and that bar nobody."""
    judged = judge(profile, profile.in_area(need.area), need, rules, today)
    return tuple(gate for gate in judged.gates if gate.conceded)


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


def missing(
    firm: UUID,
    profile: Profile,
    demand: Mapping[str, Sequence[Requirement]],
    rules: Rules,
    today: date,
    *,
    withdrawn: bool,
) -> tuple[Missing, ...]:
    """What an offering that meets nothing lacks: the firm's own failed gates once per area, the others per requirement,
    and `nobody_asks` for an area without one. A firm that left is not judged any further.

    `demand`: the open requirements of its areas.
    """
    found = _missing(firm, profile, demand, rules, today, withdrawn=withdrawn)
    return tuple(islice(found, MOST_MISSING))


def _missing(
    firm: UUID,
    profile: Profile,
    demand: Mapping[str, Sequence[Requirement]],
    rules: Rules,
    today: date,
    *,
    withdrawn: bool,
) -> Iterator[Missing]:
    barred = [gate for gate in firm_gates(profile, withdrawn=withdrawn) if not gate.passed]
    for area in profile.areas:
        yield from (Missing(area, None, gate.gate, gate.reason) for gate in barred)
        if withdrawn:
            continue
        asked = demand.get(area, ())
        if not asked:
            yield Missing(area, None, "process", "nobody_asks")
        offers = profile.in_area(area)
        for requirement in asked:
            for gate in judge(profile, offers, requirement.need_of(firm, today), rules, today).gates:
                if not gate.passed:
                    yield Missing(area, requirement.id, gate.gate, gate.reason, gate.need, gate.offer)


def aligned(requirement: Requirement, hit: Hit) -> AlignedRequirement:
    """A requirement that is met, as the firm is told of it."""
    id_, anchor_id, asked = requirement.id, requirement.anchor_id, requirement.specification
    return AlignedRequirement(id_, anchor_id, asked.area, hit.points, asked.targets, asked.must_have, hit.unknown)
