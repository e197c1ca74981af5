"""The routing tables of a stage: which decision answers what happened."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias, TypeVar, overload
from uuid import UUID

from shared.contracts.envelope import Envelope
from shared.contracts.event import EventData
from shared.messaging.decision import Decision, SweepRequest
from shared.messaging.repository import Repository
from shared.runtime.database import Connection

S = TypeVar("S")
E = TypeVar("E", bound=EventData)
R = TypeVar("R")

Reference: TypeAlias = Callable[[Connection], Awaitable[R]]
"""Loads, once per transaction, data that decisions read but do not own."""

Resolve: TypeAlias = Callable[[Connection, Sequence[UUID]], Awaitable[Mapping[UUID, UUID]]]
"""From the keys of events to the aggregates that decide them; a key without one is left out."""

Select: TypeAlias = Callable[[Connection, Mapping[str, str], UUID | None, int], Awaitable[list[UUID]]]
"""The next ids of a sweep, in order: of these arguments, after this id, at most so many."""

Keep: TypeAlias = Callable[[Connection, Sequence[Envelope]], Awaitable[None]]
"""Writes what a stage keeps of events as they came, in the transaction in which they take effect."""


async def none(_: Connection) -> None:
    """The reference of a decision that needs none."""


@dataclass(frozen=True, slots=True)
class Route:
    """One event type, the repository of its aggregate, and the decision."""

    event: type[EventData]
    repository: Repository[Any]
    handler: Callable[..., Decision[Any]]
    key: Callable[[Any], UUID]
    reference: Reference[Any]
    resolve: Resolve | None
    by_arrival: bool = False
    """The handler gets the moment of the event's arrival besides."""

    def decide(self, state: object, event: EventData, arrived_at: datetime, now: datetime, reference: object) -> Any:  # noqa: ANN401 - the overloads of `on` say what it decides
        if self.by_arrival:
            return self.handler(state, event, arrived_at, now, reference)
        return self.handler(state, event, now, reference)


@dataclass(frozen=True, slots=True)
class TimerRoute:
    """One kind of timer and the decision that it asks for."""

    kind: str
    repository: Repository[Any]
    decide: Callable[[Any, datetime, Any], Decision[Any]]
    reference: Reference[Any]


@dataclass(frozen=True, slots=True)
class Sweep:
    """One change that touches many aggregates."""

    kind: str
    repository: Repository[Any]
    decide: Callable[[Any, Mapping[str, str], datetime, Any], Decision[Any]]
    select: Select
    reference: Reference[Any]


class Slice(NamedTuple):
    """One step of a sweep in slices."""

    cursor: UUID | None
    """Behind what it stands; None: the sweep is at its end."""
    touched: int = 0
    sweeps: tuple[SweepRequest, ...] = ()
    """What is to follow, of the same cause."""


@dataclass(frozen=True, slots=True)
class Slices:
    """A change that the store carries through many rows by itself, a slice and a transaction at a time."""

    kind: str
    step: Callable[[Connection, Mapping[str, str], UUID | None], Awaitable[Slice]]
    """The next slice of these arguments behind a cursor, None at first. It says how much a slice is: no lock is held
    for more than 100 ms.
    """


class Again(NamedTuple):
    """A sweep that a start asks for, also where the store had it before."""

    request: SweepRequest
    wanted: str
    """A statement that says whether there is something for it to do: by an index, as every start asks."""


Routes: TypeAlias = tuple[Route, ...]
Timers: TypeAlias = tuple[TimerRoute, ...]
Sweeps: TypeAlias = tuple[Sweep | Slices, ...]
"""In the order in which they are run: what is named first is done before what was asked for earlier."""


@overload
def on(
    event: type[E],
    repository: Repository[S],
    handler: Callable[[S | None, E, datetime], Decision[S]],
    *,
    key: Callable[[E], UUID] = ...,
    resolve: Resolve | None = ...,
) -> Route: ...
@overload
def on(
    event: type[E],
    repository: Repository[S],
    handler: Callable[[S | None, E, datetime, R], Decision[S]],
    *,
    key: Callable[[E], UUID] = ...,
    resolve: Resolve | None = ...,
    reference: Reference[R],
) -> Route: ...
def on(
    event: type[EventData],
    repository: Repository[Any],
    handler: Callable[..., Decision[Any]],
    *,
    key: Callable[[Any], UUID] = attrgetter("key"),
    resolve: Resolve | None = None,
    reference: Reference[Any] = none,
) -> Route:
    """Route an event to `handler(state, event, now)`, or with a reference to `handler(state, event, now, reference)`.

    `key` gives the id of the aggregate; `resolve`, where the event does not know it, finds it from that key. An event
    whose key finds nothing meets the handler with `state` None.
    """
    return Route(event, repository, _with_reference(handler, reference), key, reference, resolve)


def on_arrival(
    event: type[E],
    repository: Repository[S],
    handler: Callable[[S | None, E, datetime, datetime, R], Decision[S]],
    *,
    key: Callable[[E], UUID] = attrgetter("key"),
    resolve: Resolve | None = None,
    reference: Reference[R],
) -> Route:
    """Route an event that is judged by its arrival to `handler(state, event, arrived_at, now, reference)`.

    `arrived_at` is the broker's time of the record, however long it waited here, as a dead letter too; `now` where
    nobody but its writer tells one. Never after `now`.
    """
    return Route(event, repository, handler, key, reference, resolve, by_arrival=True)


@overload
def at(kind: str, repository: Repository[S], handler: Callable[[S | None, datetime], Decision[S]]) -> TimerRoute: ...
@overload
def at(
    kind: str,
    repository: Repository[S],
    handler: Callable[[S | None, datetime, R], Decision[S]],
    *,
    reference: Reference[R],
) -> TimerRoute: ...
def at(
    kind: str,
    repository: Repository[Any],
    handler: Callable[..., Decision[Any]],
    *,
    reference: Reference[Any] = none,
) -> TimerRoute:
    """Route a timer to `handler(state, now)`, or with a reference to `handler(state, now, reference)`."""
    return TimerRoute(kind, repository, _with_reference(handler, reference), reference)


@overload
def over(
    kind: str,
    repository: Repository[S],
    handler: Callable[[S | None, Mapping[str, str], datetime], Decision[S]],
    *,
    select: Select,
) -> Sweep: ...
@overload
def over(
    kind: str,
    repository: Repository[S],
    handler: Callable[[S | None, Mapping[str, str], datetime, R], Decision[S]],
    *,
    select: Select,
    reference: Reference[R],
) -> Sweep: ...
def over(
    kind: str,
    repository: Repository[Any],
    handler: Callable[..., Decision[Any]],
    *,
    select: Select,
    reference: Reference[Any] = none,
) -> Sweep:
    """Route a sweep to `handler(state, args, now)`, or with a reference to `handler(state, args, now, reference)`."""
    return Sweep(kind, repository, _with_reference(handler, reference), select, reference)


def _with_reference(handler: Callable[..., Decision[Any]], reference: Reference[Any]) -> Callable[..., Decision[Any]]:
    if reference is not none:
        return handler

    def decide(*given: Any) -> Decision[Any]:  # noqa: ANN401 - the overloads above say what is given
        return handler(*given[:-1])

    return decide
