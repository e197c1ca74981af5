"""Matches: aligned requirements of a diagnosed firm that score high enough, and what the anchor answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID, uuid5

from services.matching.domain.offering import Diagnosis
from services.matching.domain.reasons import DeclineReason, LostReason, Refusal
from services.matching.domain.requirement import Demand, Requirement
from services.matching.domain.score import Criterion, Score

Standing = Literal["found", "shortlisted", "declined", "awarded"]


@dataclass(frozen=True, slots=True)
class Award:
    """What the anchor buys from the firm."""

    annual_value: Decimal
    currency: str
    annual_volume: int
    """Pieces per year."""
    at: datetime


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
    """Questions with an open critical gap: until they close the firm is not introduced to the anchor."""
    rules: str
    standing: Standing = "found"
    decline_reason: DeclineReason | None = None
    award: Award | None = None


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
    aligned: Mapping[UUID, tuple[Requirement, Score]],
    diagnosis: Diagnosis | None,
    demand: Demand,
    *,
    withdrawn: bool,
) -> tuple[tuple[Match, ...], tuple[Change, ...]]:
    """The matches as they are now, in the order of their requirements, and what changed: the lost before the found.

    An awarded match stays as it was awarded: what was bought is not unbought by a new score or a closed requirement.
    """
    awarded = {match.requirement_id: match for match in matches if match.standing == "awarded"}
    before = {match.requirement_id: match for match in matches if match.requirement_id not in awarded}
    now = {
        requirement.id: _matched(supplier_id, requirement, scored, diagnosis, demand, before.get(requirement.id))
        for requirement, scored in aligned.values()
        if diagnosis is not None and requirement.id not in awarded and scored.points >= demand.rules.minimum_score
    }
    lost = [
        Lost(match, _why_lost(requirement_id, aligned, demand, withdrawn=withdrawn))
        for requirement_id, match in before.items()
        if requirement_id not in now
    ]
    found = [Found(match) for requirement_id, match in sorted(now.items()) if before.get(requirement_id) != match]
    all_ = sorted((awarded | now).items())
    return tuple(match for _, match in all_), (*lost, *found)


def _matched(
    supplier_id: UUID,
    requirement: Requirement,
    scored: Score,
    diagnosis: Diagnosis | None,
    demand: Demand,
    before: Match | None,
) -> Match:
    """The match as the rules see it now; what the anchor answered stays."""
    now = Match(
        match_id(supplier_id, requirement.id),
        requirement.id,
        requirement.anchor_id,
        requirement.area,
        scored.points,
        scored.criteria,
        diagnosis.open_critical if diagnosis else (),
        demand.rules.version,
    )
    return now if before is None else replace(now, standing=before.standing, decline_reason=before.decline_reason)


def _why_lost(
    requirement_id: UUID,
    aligned: Mapping[UUID, tuple[Requirement, Score]],
    demand: Demand,
    *,
    withdrawn: bool,
) -> LostReason:
    if withdrawn:
        return "supplier_withdrawn"
    if requirement_id not in demand.open_ids:
        return "requirement_closed"
    return "score_below_minimum" if requirement_id in aligned else "no_longer_aligned"


def shortlist(match: Match) -> Match | Refusal:
    """The anchor wants to go on with the firm; it may take back an earlier decline."""
    if match.standing == "awarded":
        return "match_awarded"
    if match.blocked_by:
        return "match_blocked"
    return replace(match, standing="shortlisted", decline_reason=None)


def decline(match: Match, reason: DeclineReason) -> Match | Refusal:
    """The anchor does not want the firm for this requirement; also of a match that is blocked."""
    if match.standing == "awarded":
        return "match_awarded"
    return replace(match, standing="declined", decline_reason=reason)


def give_award(match: Match, award: Award) -> Match | Refusal:
    """The anchor buys. The same award told again, whenever, is the same award."""
    if match.award is not None:
        return match if replace(award, at=match.award.at) == match.award else "match_awarded"
    if match.standing == "declined":
        return "match_declined"
    if match.blocked_by:
        return "match_blocked"
    return replace(match, standing="awarded", award=award)
