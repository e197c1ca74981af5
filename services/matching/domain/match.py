"""Matches: aligned requirements of a diagnosed firm that score high enough. What the anchor says is not in it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from services.matching.domain.alignment import Met
from services.matching.domain.offering import Diagnosis
from services.matching.domain.reasons import GateName, LostReason
from services.matching.domain.requirement import Demand
from services.matching.domain.score import Criterion


@dataclass(frozen=True, slots=True)
class Match:
    """A diagnosed firm meets a requirement."""

    id: UUID
    requirement_id: UUID
    anchor_id: UUID
    area: str
    score: int
    criteria: tuple[Criterion, ...]
    blocked_by: tuple[str, ...]
    """Questions with an open critical gap, and must-haves that nobody evaluated, sorted: until they close the firm is
    not introduced to the anchor.
    """
    rules: str
    not_evaluated: tuple[str, ...] = ()
    """Those of them that block because they have no level."""
    unknown: tuple[GateName, ...] = ()
    """Gates of which nobody knows: the firm has to be asked before anything is awarded."""
    holds: bool = True
    """Whether the rules derive it now. One that they do not is kept while the firm's parts are bought."""


@dataclass(frozen=True, slots=True)
class Found:
    """A match that is new, or whose score, explanation or blocks changed."""

    match: Match


@dataclass(frozen=True, slots=True)
class Lost:
    """A match that no longer holds."""

    match: Match
    reason: LostReason


Change = Found | Lost


def match_id(supplier_id: UUID, requirement_id: UUID) -> UUID:
    """The one match that a supplier and a requirement can have."""
    return uuid5(supplier_id, str(requirement_id))


def settle(
    supplier_id: UUID,
    matches: Sequence[Match],
    aligned: Mapping[UUID, Met],
    diagnosis: Diagnosis | None,
    demand: Demand,
    *,
    bought: Collection[UUID],
    withdrawn: bool,
) -> tuple[tuple[Match, ...], tuple[Change, ...]]:
    """The matches as they are now, in the order of their requirements, and what changed: the lost before the found.

    A match of a requirement for which the firm's parts are `bought` is not lost: where the rules derive it no more, it
    is kept as it was and holds no more. What was bought is not unbought by a new score or a closed requirement.
    """
    before = {match.requirement_id: match for match in matches}
    now = {
        id_: _matched(supplier_id, met, diagnosis, demand)
        for id_, met in aligned.items()
        if diagnosis is not None and met.score.points >= demand.rules.minimum_score
    }
    kept = {id_: replace(match, holds=False) for id_, match in before.items() if id_ in bought and id_ not in now}
    lost = [
        Lost(match, _why_lost(requirement_id, aligned, demand, withdrawn=withdrawn))
        for requirement_id, match in before.items()
        if requirement_id not in now and requirement_id not in kept
    ]
    found = [Found(match) for requirement_id, match in sorted(now.items()) if before.get(requirement_id) != match]
    all_ = sorted((kept | now).items())
    return tuple(match for _, match in all_), (*lost, *found)


def _matched(supplier_id: UUID, met: Met, diagnosis: Diagnosis, demand: Demand) -> Match:
    requirement = met.requirement
    not_evaluated = diagnosis.not_evaluated(requirement.specification.must_have)
    return Match(
        match_id(supplier_id, requirement.id),
        requirement.id,
        requirement.anchor_id,
        requirement.area,
        met.score.points,
        met.score.criteria,
        tuple(sorted({*diagnosis.open_critical, *not_evaluated})),
        demand.rules.version,
        not_evaluated,
        met.unknown,
    )


def _why_lost(
    requirement_id: UUID,
    aligned: Mapping[UUID, Met],
    demand: Demand,
    *,
    withdrawn: bool,
) -> LostReason:
    if withdrawn:
        return "supplier_withdrawn"
    if requirement_id not in demand.open_ids:
        return "requirement_closed"
    return "score_below_minimum" if requirement_id in aligned else "no_longer_aligned"
