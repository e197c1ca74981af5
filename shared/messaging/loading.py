"""What a batch needs before its first decision: the references, and every message's aggregate, locked."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shared.messaging.codec import Message
from shared.messaging.repository import Repository
from shared.messaging.routing import Reference, Resolve, Route
from shared.messaging.unit_of_work import UnitOfWork
from shared.runtime.database import Connection


async def load(
    work: UnitOfWork, messages: Sequence[Message], routes: Sequence[Route]
) -> tuple[dict[Reference[Any], Any], list[UUID | None]]:
    """Load into the unit all that these messages meet. Returns each reference's value and each message's aggregate."""
    references = dict.fromkeys(route.reference for route in routes)
    # Before any aggregate is locked: a reference's loader may take a lock of its own.
    known = {reference: await reference(work.connection) for reference in references}
    targets = await _targets(work.connection, messages, routes)
    for repository, ids in _by_repository(routes, targets).items():
        await work.load(repository, ids)
    return known, targets


async def _targets(connection: Connection, messages: Sequence[Message], routes: Sequence[Route]) -> list[UUID | None]:
    """The aggregate of each message; None when its key finds none."""
    given = zip(messages, routes, strict=True)
    targets: list[UUID | None] = [route.key(message.envelope.data) for message, route in given]
    to_find: defaultdict[Resolve, list[int]] = defaultdict(list)
    for position, route in enumerate(routes):
        if route.resolve is not None:
            to_find[route.resolve].append(position)
    for resolve, positions in to_find.items():
        keys = {position: key for position in positions if (key := targets[position]) is not None}
        found = await resolve(connection, list(keys.values()))
        for position, key in keys.items():
            targets[position] = found.get(key)
    return targets


def _by_repository(routes: Sequence[Route], targets: Sequence[UUID | None]) -> dict[Repository[Any], list[UUID]]:
    wanted: defaultdict[Repository[Any], list[UUID]] = defaultdict(list)
    for route, target in zip(routes, targets, strict=True):
        if target is not None:
            wanted[route.repository].append(target)
    return wanted
