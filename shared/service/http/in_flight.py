"""Bodies that a process holds in memory: from before they come until they are answered, or put away
(docs/decisions/0060).
"""

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.types import Scope

from shared.service.http.household import household
from shared.service.http.problem import Problem

RETRY_S = 5

COLLECT_BYTES = 16 * 1_048_576
"""Of bodies, between two looks of the garbage collector: what was refused waits for it in its error's frames, and by
the number of objects alone (`GARBAGE_THRESHOLDS`) it looks after some hundred requests, of 256 kB each.
"""


@dataclass(slots=True)
class Held:
    """What one body holds."""

    by: Counter[str]
    caller: str
    length: int

    def release(self) -> None:
        """It is in memory no longer, though whoever sent it may still wait for an answer."""
        self.by[self.caller] -= self.length
        self.length = 0
        if not self.by[self.caller]:
            del self.by[self.caller]


@dataclass(slots=True)
class InFlight:
    """Counts bytes, as claimed: whoever claims more than comes holds the place of others, of so many bytes at most."""

    most: int
    """Bytes of all callers together."""
    share: int
    """Bytes of one caller."""
    held: Counter[str] = field(default_factory=Counter)
    since: int = 0
    """Bytes since the last look of the collector."""

    @contextmanager
    def holding(self, scope: Scope, length: int) -> Iterator[None]:
        """Raises Problem: 429 for a caller of too many at a time, 503 where all others' are too many."""
        caller = _caller(scope)
        if self.held[caller] + length > self.share:
            raise _later(429, "too_many_bodies")
        if self.held.total() + length > self.most:
            raise _later(503, "bodies_of_others")
        self.held[caller] += length
        held = Held(self.held, caller, length)
        scope.setdefault("state", {})["held"] = held
        try:
            yield
        finally:
            held.release()
            self._collect(length)

    def _collect(self, length: int) -> None:
        self.since += length
        if self.since >= COLLECT_BYTES:
            self.since = 0
            gc.collect(1)


def _later(status: int, code: str) -> Problem:
    return Problem(status, code, seconds=RETRY_S, headers={"Retry-After": str(RETRY_S)})


def _caller(scope: Scope) -> str:
    """Who the guard found, or where an unknown one calls from."""
    subject = scope.get("state", {}).get("subject")
    return f"subject {subject}" if subject else household(scope["client"][0] if scope.get("client") else "")
