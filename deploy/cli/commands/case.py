"""`pdp case`: one firm's whole story over all topics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from textwrap import wrap
from typing import Any

import typer

from deploy.cli.actors import actors_of
from deploy.cli.api import Round
from deploy.cli.case import Step, story, walked
from deploy.cli.console import AsJson, out, show_json, step
from deploy.cli.events import Event, Reason, printable
from deploy.cli.finding import Wanted, events_of, supplier_of
from deploy.cli.installation import installation
from deploy.cli.texts import reason_text, say

FACTS = (
    "folio",
    "area",
    "score",
    "rank",
    "answer",
    "question",
    "module",
    "partner",
    "product",
    "state",
    "referral_id",
    "dead_letter_id",
)
"""What is shown of an event's content: codes, numbers and ids, never whose they are."""


def case(wanted: Wanted, as_json: AsJson = False) -> None:  # noqa: FBT002  (an option)
    client, asking = installation(), Round()
    with step(say("case.reading")):
        supplier = supplier_of(client, wanted)
        shown = [*walked(story(*events_of(client, supplier), actors_of(asking, client, supplier)))]
    if as_json:
        in_time = sorted((each for _, each in shown), key=lambda each: each.event.at)
        show_json({"supplier_id": supplier, "events": [_as_data(each) for each in in_time]})
        asking.end()
        return
    typer.echo(say("case.of", supplier=supplier))
    if not shown:
        typer.echo(say("case.nothing"))
    for text in _lines(shown, out().width):
        typer.echo(text)
    asking.end()


def _lines(shown: Iterable[tuple[int, Step]], width: int) -> Iterator[str]:
    """A heading for each day; each event below the one that caused it, with its reasons."""
    day = None
    for depth, each in shown:
        at = each.event.at.astimezone()
        if at.date() != day:
            day = at.date()
            yield f"\n{day}"
        indent = "  " * depth
        inner = " " * 10 + indent + ("  " if depth else "")
        head = f"{at:%H:%M:%S}  {indent}{'└ ' if depth else ''}{_name(each.event)}"
        facts = _facts(each)
        if len("  ".join([head, *facts])) <= width:
            yield "  ".join([head, *facts])
        else:
            yield head
            yield from _wrapped("  ".join(facts), width, inner, inner)
        for why in _causes(each):
            yield from _wrapped(why, width, inner, f"{inner}  ")
        for reason in each.event.reasons:
            yield from _wrapped(f"– {_worded(each.event, reason)}", width, inner, f"{inner}  ")


def _wrapped(text: str, width: int, first: str, next_: str) -> list[str]:
    """Lines that fit, their ids whole."""
    return wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=next_,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _name(event: Event) -> str:
    """The type, which names its stage; a dead letter's does not."""
    return event.name if "." in event.name else f"{event.stage}.{event.name}"


def _worded(event: Event, reason: Reason) -> str:
    text = reason_text(event.stage, reason.code)
    return str(reason) if text == reason.code else f"{reason}: {text}"


def _facts(each: Step) -> list[str]:
    told = [f"{name}={printable(str(value))}" for name, value in _told(each.event).items()]
    return [*told, say("case.published", times=each.published)] if each.published > 1 else told


def _told(event: Event) -> dict[str, str | int]:
    # A registration's `state` is where the firm is, any other's is how far it got.
    names = [name for name in FACTS if (name, event.stage) != ("state", "registration")]
    return {name: event.data[name] for name in names if isinstance(event.data.get(name), str | int)}


def _causes(each: Step) -> Iterator[str]:
    """What caused an event that none of the firm's own did, and who acted."""
    correlation = each.event.correlation
    if each.kind in {"other", "gone"} or each.actor is None:
        yield from filter(None, [_cause(each)])
    if each.actor is not None:
        yield say("case.actor", actor=printable(str(each.actor)), correlation=correlation)


def _cause(each: Step) -> str | None:
    match each.kind:
        case "event":
            return None
        case "other":
            return say("case.other", type=each.cause.name if each.cause else "–", id=each.event.causation)
        case "gone":
            return say("case.gone", id=each.event.causation)
        case "timer":
            return say("case.timer", correlation=each.event.correlation)
        case "command" if each.event.topic.endswith(".answers.v1"):
            return say("case.partner", partner=each.event.stage.partition(".")[2])
        case "command":
            return say("case.command", correlation=each.event.correlation)


def _as_data(each: Step) -> dict[str, Any]:
    event = each.event
    cause = {"kind": each.kind, "id": event.causation, "type": each.cause.type if each.cause else None}
    return {
        "at": event.at.isoformat(),
        "stage": event.stage,
        "type": event.type,
        "id": event.id,
        "topic": event.topic,
        "key": event.key,
        "correlation_id": event.correlation,
        "cause": cause,
        "actor": None if each.actor is None else asdict(each.actor),
        "published": each.published,
        "reasons": [
            {"code": reason.code, "about": reason.about, "text": reason_text(event.stage, reason.code)}
            for reason in event.reasons
        ],
        "facts": _told(event),
    }


COMMANDS: dict[str, Callable[..., None]] = {"case": case}
