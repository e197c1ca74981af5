"""A cohort: a round of selection with a number of places."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal, get_args
from uuid import UUID, uuid5

from services.development.domain.call import NO_MINIMUMS, Limits, Minimums
from services.development.domain.place import PLACE, DropOut, Reinstatement
from services.development.domain.reasons import Refusal
from services.development.domain.why import Solution
from shared.four_eyes import NOBODY, Participants
from shared.state_machine import StateMachine, Transition

Direction = Literal["in", "out"]
CohortStatus = Literal["open", "selected"]

COHORT = StateMachine[CohortStatus](
    "cohort",
    get_args(CohortStatus),
    "open",
    (Transition("change", ("open",), "open"), Transition("select", ("open",), "selected")),
    final={
        "selected": "who was told an outcome is told no other one by this selection; places have states of their own"
    },
)

OVERRIDES = UUID("4a0d9a0e-5d0c-5b3f-9a53-7c1f3f0f6b11")
"""Namespace of past overrides."""


@dataclass(frozen=True, slots=True)
class Override:
    """An operator's word on one firm, with the reason that they answer for."""

    supplier_id: UUID
    direction: Direction
    reason: str
    by: str
    """The operator's subject at the issuer."""
    at: datetime


@dataclass(frozen=True, slots=True)
class PastOverride:
    """A word that counts no more, as it was given, and who ended it: by taking it back or by another one."""

    id: UUID
    cohort_id: UUID
    supplier_id: UUID
    direction: Direction
    reason: str
    by: str
    at: datetime
    ended_by: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Cohort:
    """`selected` is final: a firm that was told its outcome is not told another one by the same cohort."""

    id: UUID
    name: str
    capacity: int
    created_at: datetime
    call: str | None = None
    """Version of the call; None: opened before calls had any, and selected by the present one."""
    budget: Decimal | None = None
    """MXN for the plans of all; None: no limit."""
    minimums: Minimums = NO_MINIMUMS
    keep: int = 2
    """Firms that each area and each anchor keeps, where it can."""
    status: CohortStatus = "open"
    overrides: tuple[Override, ...] = ()
    """By supplier id, one a firm."""
    selected_at: datetime | None = None
    took_part: Participants = NOBODY
    """Whoever gave or took back a word. None of them makes the selection."""
    drop_outs: tuple[DropOut, ...] = ()
    selected_by: str | None = None
    """Who made the selection: they decide no appeal against it."""
    solution: Solution | None = None
    """None: not selected yet, or by rank, as it was done before."""
    appeals_until: datetime | None = None
    appeals_ended_at: datetime | None = None
    """Nobody appeals any more."""

    @property
    def limits(self) -> Limits:
        return Limits(self.capacity, self.budget, self.minimums, self.keep)

    def left(self, supplier_id: UUID) -> DropOut | None:
        """The last time that a firm dropped out of it."""
        return next((each for each in reversed(self.drop_outs) if each.supplier_id == supplier_id), None)

    def direction(self, supplier_id: UUID) -> Direction | None:
        return next((each.direction for each in self.overrides if each.supplier_id == supplier_id), None)


def with_limits(cohort: Cohort, limits: Limits) -> Cohort:
    return replace(cohort, capacity=limits.capacity, budget=limits.budget, minimums=limits.minimums, keep=limits.keep)


def changed(cohort: Cohort, name: str, call: str, limits: Limits) -> Cohort | Refusal:
    """The cohort under another name, of another call or with other limits, while nobody was told anything."""
    if COHORT.after(cohort.status, "change") is None:
        return "cohort_already_selected"
    if sum(each.direction == "in" for each in cohort.overrides) > limits.capacity:
        return "overrides_exceed_capacity"
    return with_limits(replace(cohort, name=name, call=call), limits)


def with_override(cohort: Cohort, override: Override) -> Cohort | Refusal:
    """Record an operator's word; a later one on the same firm replaces it. No more places are given than there are."""
    if COHORT.after(cohort.status, "select") is None:
        return "cohort_already_selected"
    kept = _without(cohort, override.supplier_id)
    overrides = tuple(sorted((*kept, override), key=lambda each: each.supplier_id))
    if sum(each.direction == "in" for each in overrides) > cohort.capacity:
        return "overrides_exceed_capacity"
    return replace(cohort, overrides=overrides, took_part=cohort.took_part.joined_by(override.by))


def without_override(cohort: Cohort, supplier_id: UUID, by: str) -> Cohort | Refusal:
    """Take an operator's word back."""
    if COHORT.after(cohort.status, "select") is None:
        return "cohort_already_selected"
    if cohort.direction(supplier_id) is None:
        return "override_not_found"
    return replace(cohort, overrides=_without(cohort, supplier_id), took_part=cohort.took_part.joined_by(by))


def past_override(cohort: Cohort, supplier_id: UUID, ended_by: str, now: datetime) -> PastOverride | None:
    """What stays on record when the word on a firm ends; None where there is none."""
    word = next((each for each in cohort.overrides if each.supplier_id == supplier_id), None)
    if word is None:
        return None
    id_ = uuid5(OVERRIDES, f"{cohort.id}/{supplier_id}/{word.at.isoformat()}")
    return PastOverride(id_, cohort.id, supplier_id, word.direction, word.reason, word.by, word.at, ended_by, now)


def close(cohort: Cohort, by: str, now: datetime) -> Cohort | Refusal:
    """The selection was made, and with it every word was approved."""
    if COHORT.after(cohort.status, "select") is None:
        return "cohort_already_selected"
    if not cohort.took_part.may_approve(by):
        return "same_person"
    return replace(cohort, status="selected", selected_at=now, selected_by=by)


def appeals(cohort: Cohort, now: datetime) -> bool:
    """Whether a firm may still appeal."""
    return cohort.appeals_until is not None and cohort.appeals_ended_at is None and now <= cohort.appeals_until


def may_decide(cohort: Cohort, supplier_id: UUID, by: str) -> bool:
    """Whether somebody may decide on a firm's appeal: neither who selected, nor who gave the word on that firm."""
    words = (each.by for each in cohort.overrides if each.supplier_id == supplier_id)
    return by != cohort.selected_by and by not in words


def with_upheld(cohort: Cohort, word: Override, taken: int) -> Cohort:
    """A firm whose appeal was upheld is put in: it has the next place, and the cohort one more where all are `taken` by
    firms that have one or were promised one.
    """
    overrides = tuple(sorted((*_without(cohort, word.supplier_id), word), key=lambda each: each.supplier_id))
    return replace(cohort, overrides=overrides, capacity=max(cohort.capacity, taken + 1))


def with_drop_out(cohort: Cohort, drop_out: DropOut) -> Cohort:
    """The cohort with a place that is free again. ValueError: it gave none yet."""
    if cohort.status != "selected":
        raise ValueError("only who was selected drops out")
    return replace(cohort, drop_outs=(*cohort.drop_outs, drop_out))


def free_place(cohort: Cohort, holders: int, by: str) -> DropOut | Refusal | None:
    """None: one that nobody had yet, before those of who dropped out, which they may have again; of these the one that
    is free for longest. Whoever first said that a firm drops out gives its place to no other one.
    """
    if cohort.status != "selected":
        return "cohort_not_selected"
    if holders >= cohort.capacity:
        return "no_free_place"
    left = [each for each in cohort.drop_outs if PLACE.after(each.status, "replace") is not None]
    if not left or holders + len(left) < cohort.capacity:
        return None
    return left[0] if left[0].took_part.may_approve(by) else "same_person"


def with_replacement(cohort: Cohort, free: DropOut | None, supplier_id: UUID, by: str) -> Cohort:
    return cohort if free is None else _with(cohort, free, replace(free, replaced_by=supplier_id, selected_by=by))


def with_reinstatement(cohort: Cohort, supplier_id: UUID, said: Reinstatement) -> Cohort | Refusal:
    """The firm has its place again, while nobody else has it."""
    left = cohort.left(supplier_id)
    if left is None:
        return "drop_out_not_found"
    if PLACE.after(left.status, "reinstate") is None:
        return "place_given_away" if left.status == "replaced" else "candidate_already_selected"
    return _with(cohort, left, replace(left, reinstated=said))


def _with(cohort: Cohort, before: DropOut, after: DropOut) -> Cohort:
    return replace(cohort, drop_outs=tuple(after if each is before else each for each in cohort.drop_outs))


def _without(cohort: Cohort, supplier_id: UUID) -> tuple[Override, ...]:
    return tuple(each for each in cohort.overrides if each.supplier_id != supplier_id)
