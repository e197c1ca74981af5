"""Twins: two firms that are probably one, until an operator says that they are two, or which of them remains."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID, uuid5

from services.registration.domain.likeness import Sign, Strength, strength
from shared.state_machine import StateMachine, Transition

TwinsStatus = Literal["open", "parted", "kept", "merged"]

TWINS = StateMachine[TwinsStatus](
    "twins",
    get_args(TwinsStatus),
    "open",
    (
        Transition("part", ("open",), "parted"),
        Transition("meet", ("parted",), "open"),
        Transition("keep", ("open",), "kept"),
        Transition("merge", ("open", "kept"), "merged"),
    ),
    {"merged": "one of them has left; it comes back by registering again"},
)
"""`part` and `meet` happen by themselves: one of them changed or left, or is like the other again."""

LOOK_OUT = "look_out"
"""The timer at which a firm is compared with the others."""

_NAMESPACE = UUID("5b0f0d7e-5f0b-5c1e-9c56-7e1a57e1a57e")


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    id: UUID
    older: UUID
    """Of the two, the one that came first."""
    newer: UUID
    status: TwinsStatus
    signs: tuple[Sign, ...]
    """In what they are alike, as it was found last."""
    strength: Strength
    found_at: datetime
    decided_by: str | None = None
    """Subject of the operator's token."""
    decided_at: datetime | None = None
    remains: UUID | None = None
    """Which of the two; None unless they were merged."""

    def other(self, firm: UUID) -> UUID:
        return self.newer if firm == self.older else self.older


@dataclass(frozen=True, slots=True)
class Lookout:
    """One firm that is compared with the others: in what they are alike, and what is known of the pairs."""

    id: UUID
    alike: Mapping[UUID, frozenset[Sign]]
    twins: tuple[Twins, ...]
    stored: frozenset[UUID]
    """Which of them are stored already."""


def twins_id(one: UUID, other: UUID) -> UUID:
    """The id that belongs to two firms, whichever is asked of first."""
    older, newer = sorted((one, other))
    return uuid5(_NAMESPACE, f"{older} {newer}")


def looked(lookout: Lookout, now: datetime) -> Lookout:
    """With what was found: pairs that are new, open ones as they are now. What an operator decided stands."""
    known = {each.id: each for each in lookout.twins}
    after = [_seen(each, lookout.alike.get(each.other(lookout.id)), now) for each in lookout.twins]
    after += [
        _found(lookout.id, other, signs, now)
        for other, signs in sorted(lookout.alike.items())
        if twins_id(lookout.id, other) not in known
    ]
    return replace(lookout, twins=tuple(after))


def decided(
    twins: Twins, act: Literal["keep", "merge"], operator: str, now: datetime, remains: UUID | None = None
) -> Twins | None:
    """After an operator's decision; None where it can be taken no more."""
    status = TWINS.after(twins.status, act)
    if status is None:
        return None
    return replace(twins, status=status, decided_by=operator, decided_at=now, remains=remains)


def _seen(twins: Twins, signs: frozenset[Sign] | None, now: datetime) -> Twins:
    ways = TWINS.ways(twins.status)
    if not signs:
        return replace(twins, status=ways["part"]) if "part" in ways else twins
    if "meet" in ways:
        return _alike(replace(twins, status=ways["meet"], found_at=now), signs)
    return _alike(twins, signs) if twins.status == "open" else twins


def _found(one: UUID, other: UUID, signs: frozenset[Sign], now: datetime) -> Twins:
    older, newer = sorted((one, other))
    new = Twins(
        id=twins_id(one, other), older=older, newer=newer, status="open", signs=(), strength="weak", found_at=now
    )
    return _alike(new, signs)


def _alike(twins: Twins, signs: frozenset[Sign]) -> Twins:
    return replace(twins, signs=tuple(sorted(signs)), strength=strength(signs))
