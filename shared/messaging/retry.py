"""What is tried again, and how long to wait before the next try."""

import random
from dataclasses import dataclass

import asyncpg
import stamina

from shared.messaging.repository import ConcurrentInsertError
from shared.runtime.failures import INFRASTRUCTURE

RETRYABLE: tuple[type[Exception], ...] = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    # A statement prepared before a table got a column: a migration beside us. It is prepared anew.
    asyncpg.InvalidCachedStatementError,
)
"""Somebody else was in the way: the same work, tried again, is expected to succeed."""

TRY_AGAIN: tuple[type[Exception], ...] = (*INFRASTRUCTURE, *RETRYABLE, ConcurrentInsertError)
"""Failures that say nothing about the records: the whole batch is delivered again."""

ATTEMPTS = 4
"""What somebody waits for, and that meets a deadlock or a concurrent insert, decides again on what the other one wrote.
So does what meets something that must be unique besides its own key, as a supplier's RFC: what the other one wrote
refuses it.
"""

patiently = stamina.retry(
    on=(ConcurrentInsertError, asyncpg.UniqueViolationError, *RETRYABLE),
    attempts=ATTEMPTS,
    wait_initial=0.02,
    wait_max=0.5,
)
"""Of one whole transaction, up to `ATTEMPTS` times."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential, with full jitter, so that the processes of a service do not come back in step."""

    first_s: float = 0.1
    longest_s: float = 15.0
    """Far below the consumer's poll interval: its membership in the group stays."""

    def pause(self, attempt: int) -> float:
        """Seconds to wait after this many failures in a row (1, 2, …)."""
        ceiling = min(self.longest_s, self.first_s * 2 ** min(attempt - 1, 16))
        return random.uniform(ceiling / 2, ceiling)  # noqa: S311 - not for secrets
