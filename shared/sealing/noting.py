"""Of whom something is erased within what is under way, for whoever goes on only once that is kept elsewhere, or has it
kept.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

_noted: ContextVar[list[UUID] | None] = ContextVar("noted", default=None)


@contextmanager
def noting() -> Iterator[list[UUID]]:
    """Hears of it, and whoever is around hears of it too."""
    outer, found = _noted.get(), list[UUID]()
    token = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(token)
        if outer is not None:
            outer.extend(found)


def note(persons: Iterable[UUID]) -> None:
    """Something of these is erased."""
    if (found := _noted.get()) is not None:
        found.extend(persons)
