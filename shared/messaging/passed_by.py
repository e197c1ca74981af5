"""Records of types that a stage does not read, among those that it does."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shared.messaging.codec import Message, Poison, Record
from shared.messaging.dead_letters import Key, blocking_key

Received = Message | Poison


class PassedBy(NamedTuple):
    """A record of a type that this stage does not read."""

    record: Record


Item = Message | Poison | PassedBy


def left_of(items: Sequence[Item], received: Sequence[Received], fresh: Sequence[Received]) -> Sequence[Item]:
    """All but those of the received that are not fresh."""
    if len(fresh) == len(received):
        return items
    new = {id(item) for item in fresh}
    return [item for item in items if isinstance(item, PassedBy) or id(item) in new]


def keys_of(items: Sequence[Item]) -> Iterator[Key]:
    return (key for item in items if (key := blocking_key(item.record)) is not None)
