"""Who acted, as a store keeps it and as the log tells it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from shared.contracts.event import Actor, Cause

UNREADABLE = Actor("?")
"""Who acted by a row that says nobody: whoever has a service's password can write such a one, and it ends no reader."""

LONGEST_SUBJECT = 255

_ADAPTER = TypeAdapter(Actor)


def kept(actor: Actor | None) -> str | None:
    """The text of a `jsonb` column."""
    return None if actor is None else _ADAPTER.dump_json(actor, exclude_none=True).decode()


def of(column: str | None) -> Actor | None:
    """The actor of such a column."""
    return None if column is None else read(column)


def read(column: str) -> Actor:
    """The actor of a column that always has one; `UNREADABLE` where it is none."""
    try:
        found = _ADAPTER.validate_json(column)
    except ValidationError:
        return UNREADABLE
    return found if len(found.subject) <= LONGEST_SUBJECT else UNREADABLE


def acting(cause: Cause) -> Actor:
    """Who acts. Raises ValueError where nobody does."""
    if cause.actor is None:
        raise ValueError("nobody acts")
    return cause.actor


def later(actor: Actor | None, via: Literal["timer", "sweep"]) -> Actor:
    """Who acts when what somebody asked for is carried out; the machine itself where an event asked."""
    return Actor(via) if actor is None else replace(actor, via=via)


def told(actor: Actor) -> Mapping[str, object]:
    """What a line of the log says of it."""
    fields = {"actor": actor.subject, "role": actor.role, "on_behalf_of": actor.on_behalf_of, "via": actor.via}
    return {name: value for name, value in fields.items() if value is not None}
