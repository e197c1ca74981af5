"""How a firm stood when it had its place (T0) and at the end of its plan (T1): what the program did for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.development.domain.diagnosis import Diagnosis

Point = Literal["T0", "T1"]


@dataclass(frozen=True, slots=True)
class Traits:
    """What reports are split by, as the firm registered it."""

    state: str
    size: str
    women_led: bool | None
    """None: not stated, or a natural person."""
    exports: bool | None


@dataclass(frozen=True, slots=True)
class Award:
    match_id: UUID
    awarded_at: datetime
    ended_at: datetime | None = None

    def stands(self, at: datetime) -> bool:
        return self.awarded_at <= at and (self.ended_at is None or self.ended_at > at)


@dataclass(frozen=True, slots=True)
class Mark:
    """How a firm stood at one point of one cohort."""

    cohort_id: UUID
    point: Point
    at: datetime
    overall: int | None
    """Basis points, as in `dimensions`; none: not diagnosed."""
    dimensions: Mapping[str, int]
    levels: Mapping[str, int]
    exports: bool | None
    retained: bool = True
    """False: it dropped out, or left the program, before its plan was done."""


@dataclass(frozen=True, slots=True)
class Effect:
    traits: Traits | None = None
    awards: tuple[Award, ...] = ()
    marks: tuple[Mark, ...] = field(default=())
    """In order; one of each point and cohort."""

    def mark(self, cohort_id: UUID, point: Point) -> Mark | None:
        return next((each for each in self.marks if (each.cohort_id, each.point) == (cohort_id, point)), None)

    def awarded(self, at: datetime) -> bool:
        return any(award.stands(at) for award in self.awards)


def awarded(effect: Effect, award: Award) -> Effect:
    """Told again where it was corrected."""
    return replace(effect, awards=(*_other(effect, award.match_id), award))


def award_ended(effect: Effect, match_id: UUID, at: datetime, *, mistyped: bool) -> Effect:
    """Nothing was ever bought where it was mistyped."""
    known = next((each for each in effect.awards if each.match_id == match_id), None)
    if known is None:
        return effect
    ended = () if mistyped else (replace(known, ended_at=at),)
    return replace(effect, awards=(*_other(effect, match_id), *ended))


def marked(
    effect: Effect, cohort_id: UUID, point: Point, diagnosis: Diagnosis | None, at: datetime, *, retained: bool = True
) -> Effect:
    """With how the firm stands now; said again of one point, the last time counts."""
    mark = Mark(
        cohort_id,
        point,
        at,
        None if diagnosis is None else diagnosis.overall,
        {} if diagnosis is None else diagnosis.dimensions,
        {} if diagnosis is None else diagnosis.levels,
        None if effect.traits is None else effect.traits.exports,
        retained,
    )
    return replace(unmarked(effect, cohort_id, point), marks=(*unmarked(effect, cohort_id, point).marks, mark))


def unmarked(effect: Effect, cohort_id: UUID, point: Point) -> Effect:
    """As that point has not come after all."""
    kept = tuple(each for each in effect.marks if (each.cohort_id, each.point) != (cohort_id, point))
    return replace(effect, marks=kept)


def _other(effect: Effect, match_id: UUID) -> tuple[Award, ...]:
    return tuple(each for each in effect.awards if each.match_id != match_id)
