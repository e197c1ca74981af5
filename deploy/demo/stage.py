"""What every part of the story has at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from deploy.demo.calls import Api
from deploy.demo.people import People
from deploy.demo.sample.prepare import Sample
from deploy.target.client import Client

T = TypeVar("T")

Note = Callable[[str], None]
"""Shows one line to whoever watches."""

Calm = Callable[[], Awaitable[None]]
"""Waits until every event that was published has taken effect everywhere."""


@dataclass(frozen=True)
class Stage:
    client: Client
    api: Api
    people: People
    sample: Sample
    note: Note
    calm: Calm


async def together(work: Iterable[Awaitable[T]]) -> list[T]:
    """All at once; the first error stops the others and comes out as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_run(each)) for each in work]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


async def _run(work: Awaitable[T]) -> T:
    return await work
