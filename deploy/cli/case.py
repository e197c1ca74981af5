"""One firm's story: its events over all topics, and what caused each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from deploy.cli.actors import Actor
from deploy.cli.events import Event

CauseKind = Literal["event", "other", "gone", "command", "timer"]
"""An event of the story; one of another's (a requirement's); one that the topics no longer hold; a person's or a
system's command; a moment that came."""


@dataclass(slots=True)
class Step:
    """One event of the story, and those that it caused."""

    event: Event
    kind: CauseKind
    cause: Event | None = None
    """The event that caused it, where it is known."""
    caused: list[Step] = field(default_factory=list)
    published: int = 1
    """How often its topic has it: a resend publishes the same event again."""
    actor: Actor | None = None
    """Who acted, as far as a journal says so."""


def story(events: Iterable[Event], others: Iterable[Event], actors: Mapping[str, Actor] | None = None) -> list[Step]:
    """The events that no other of them caused, each with what followed, all in the order of time.

    `others` are events of other aggregates that may have caused some of them; `actors` are who acted, by event.
    """
    acted = actors or {}
    known = {event.id: event for event in others if event.id}
    steps: dict[str, Step] = {}
    first: dict[str, Event] = {}
    roots: list[Step] = []
    copies: dict[tuple[str, str], Step] = {}
    for event in sorted(events, key=lambda each: each.at):
        if event.id and (same := copies.get((event.topic, event.id))) is not None:
            same.published += 1
            continue
        parent = steps.get(event.causation or "")
        step = Step(event, *_cause(event, parent, known, first), actor=acted.get(event.id or ""))
        (roots if parent is None else parent.caused).append(step)
        if event.id:
            steps.setdefault(event.id, step)
            copies[event.topic, event.id] = step
        if event.correlation:
            first.setdefault(event.correlation, event)
    return roots


def _cause(
    event: Event, parent: Step | None, known: Mapping[str, Event], first: Mapping[str, Event]
) -> tuple[CauseKind, Event | None]:
    if parent is not None:
        return "event", parent.event
    if event.causation:
        return ("other", known[event.causation]) if event.causation in known else ("gone", None)
    began = first.get(event.correlation or "")
    # A timer goes on with the correlation of what set it, and has no event before it; one command's events are of one
    # moment.
    return ("timer" if began is not None and began.at < event.at else "command"), None


def walked(steps: Iterable[Step], depth: int = 0) -> Iterator[tuple[int, Step]]:
    """Every step with its depth, each before those that it caused."""
    for step in steps:
        yield depth, step
        yield from walked(step.caused, depth + 1)
