"""Matches: aligned requirements of a diagnosed firm that score high enough. What the anchor says is not in it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import blake2b
from uuid import UUID, uuid5

from services.matching.domain.alignment import Hit, explained
from services.matching.domain.offering import Diagnosis, Profile
from services.matching.domain.pairs import Pair
from services.matching.domain.reasons import GateName, LostReason
from services.matching.domain.requirement import Requirement
from services.matching.domain.rules import Rules
from services.matching.domain.score import Criterion


@dataclass(frozen=True, slots=True)
class Basis:
    """What a match was judged of: with the version of its rules it gives the same score for ever."""

    offering: str
    """Digest of the profile."""
    requirement_version: int
    on: date
    """The day by which certificates counted."""


@dataclass(frozen=True, slots=True)
class Match:
    """A diagnosed firm meets a requirement."""

    id: UUID
    requirement_id: UUID
    anchor_id: UUID
    area: str
    score: int
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
    explanation: str = ""
    """Digest of the criteria as they were told."""
    basis: Basis | None = field(default=None, compare=False)
    """What was judged last; None: before that was kept. Another one makes no other match."""


@dataclass(frozen=True, slots=True)
class Found:
    """A match that is new, or whose score, explanation or blocks changed."""

    match: Match
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Lost:
    """A match that no longer holds."""

    match: Match
    reason: LostReason


Change = Found | Lost


def match_id(supplier_id: UUID, requirement_id: UUID) -> UUID:
    """The one match that a supplier and a requirement can have."""
    return uuid5(supplier_id, str(requirement_id))


@dataclass(frozen=True, slots=True)
class Judged:
    """Whose pairs are settled, and by what."""

    supplier_id: UUID
    profile: Profile
    diagnosis: Diagnosis | None
    withdrawn: bool
    rules: Rules
    today: date

    def match(self, pair: Pair) -> Found | None:
        """The match that a pair makes; None where the firm is not diagnosed or the score is too low."""
        if self.diagnosis is None or pair.hit is None or pair.hit.points < self.rules.minimum_score:
            return None
        criteria = explained(
            self.profile, pair.requirement.need_of(self.supplier_id, self.today), self.rules, self.today
        )
        return Found(self._matched(pair.requirement, pair.hit, self.diagnosis, criteria), criteria)

    def _matched(
        self, requirement: Requirement, hit: Hit, diagnosis: Diagnosis, criteria: tuple[Criterion, ...]
    ) -> Match:
        not_evaluated = diagnosis.not_evaluated(requirement.specification.must_have)
        return Match(
            match_id(self.supplier_id, requirement.id),
            requirement.id,
            requirement.anchor_id,
            requirement.area,
            hit.points,
            tuple(sorted({*diagnosis.open_critical, *not_evaluated})),
            self.rules.version,
            not_evaluated,
            hit.unknown,
            explanation=_digest(criteria),
            basis=Basis(self.profile.digest, requirement.version, self.today),
        )

    def why_lost(self, pair: Pair) -> LostReason:
        """Why a pair makes no match any more."""
        if self.withdrawn:
            return "supplier_withdrawn"
        if pair.requirement.status != "open":
            return "requirement_closed"
        return "no_longer_aligned" if pair.hit is None else "score_below_minimum"


def settle(
    judged: Judged, matches: Sequence[Match], pairs: Iterable[Pair], *, bought: Collection[UUID], again: bool = False
) -> tuple[tuple[Match, ...], tuple[Change, ...]]:
    """The matches as they are now, in the order of their requirements, and what changed: the lost before the found.
    Those of no pair that is given stay as they are. `again`: those that did not change are found as well.

    A match of a requirement for which the firm's parts are `bought` is not lost: where the rules derive it no more, it
    is kept as it was and holds no more. What was bought is not unbought by a new score or a closed requirement.
    """
    if judged.diagnosis is None and not matches:
        return (), ()
    after: dict[UUID, Match] = {match.requirement_id: match for match in matches}
    before: Mapping[UUID, Match] = dict(after)
    lost: list[Change] = []
    found: list[Change] = []
    for pair in sorted(pairs, key=lambda each: each.requirement.id):
        id_ = pair.requirement.id
        known, now = before.get(id_), judged.match(pair)
        if now is not None:
            after[id_] = now.match
            if again or now.match != known:
                found.append(now)
        elif known is not None and id_ in bought:
            after[id_] = replace(known, holds=False, area=pair.requirement.area)
        elif known is not None:
            del after[id_]
            lost.append(Lost(known, judged.why_lost(pair)))
    return tuple(match for _, match in sorted(after.items())), (*lost, *found)


def _digest(criteria: Sequence[Criterion]) -> str:
    told = "\n".join(
        f"{c.criterion}|{c.points}|{c.max}|{c.status}|{c.need}|{c.offer}|{c.reason}|{c.measured}" for c in criteria
    )
    return blake2b(told.encode(), digest_size=12).hexdigest()
