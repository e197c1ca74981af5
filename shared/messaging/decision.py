"""What a handler returns: the whole vocabulary between a stage's rules and the shell that runs them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from shared.contracts.event import EventData
from shared.contracts.refusals import RefusalOutcome

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Timer:
    """A time at which this aggregate must be decided again. One per aggregate and kind: a later one replaces it."""

    kind: str
    at: datetime | None
    """None: no longer needed."""


@dataclass(frozen=True, slots=True)
class SweepRequest:
    """One change that touches many aggregates: run `kind` over each of them, in chunks."""

    kind: str
    args: Mapping[str, str] = field(default_factory=dict)
    merges: bool = False
    """One that waits serves again whoever asked for it, and names who asked last: what counts is how things are when it
    runs. Without it each cause has its own.
    """
    also: Mapping[str, str] = field(default_factory=dict)
    """Further arguments, of one that merges: the one that waits gets them beside its own."""


@dataclass(frozen=True, slots=True)
class Then(Generic[S]):
    """The second step of a decision, with what the store derives from the first one's state (`Repository.derive`)."""

    decide: Callable[[S, Any, datetime], "Decision[S]"]
    """Pure like the first, and asked once per aggregate of a transaction, however many decisions ask for it."""
    wanted: str
    """What is to be derived, in the repository's words."""


@dataclass(frozen=True, slots=True)
class Decision(Generic[S]):
    """The aggregate as it is now, and what happened.

    `state` None: nothing to store (the aggregate is unknown and stays so). A state equal to the one before is not
    written again.
    """

    state: S | None
    events: tuple[EventData, ...] = ()
    timers: tuple[Timer, ...] = ()
    sweeps: tuple[SweepRequest, ...] = ()
    then: Then[S] | None = None
    """What follows from it only the store can tell, as where it is compared with thousands of others."""
    without_effect: tuple[RefusalOutcome, str] | None = None
    """What became of what a partner said, where it changed nothing and is no dead letter, and why: it is told so."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that the rules do not allow. Nothing is stored."""

    kind: Literal["invalid", "not_found", "conflict", "forbidden"]
    code: str
    params: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    """What its sentence names."""
    message: str | None = field(default=None, kw_only=True)
    """What words it, where its code has several sentences."""
    at: str = field(default="", kw_only=True)
    """The field that it is about."""
    others: "tuple[Refused, ...]" = field(default=(), kw_only=True)
    """What else is wrong, of other fields: whoever sent them mends all at once."""

    @property
    def all(self) -> "tuple[Refused, ...]":
        """All that is wrong, this first."""
        return self, *self.others


def together(refused: Sequence[Refused]) -> Refused | None:
    """The first of these with all others; None where there is none."""
    return replace(refused[0], others=tuple(refused[1:])) if refused else None


def unchanged(state: S | None) -> Decision[S]:
    """Nothing to do: a duplicate, or an event that does not concern this aggregate."""
    return Decision(state)


class RejectedEventError(Exception):
    """An event that the rules refuse for good, as an answer about somebody else's referral: a dead letter."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
