"""Which failures are the infrastructure's, and how long to wait before the next try."""

import random
from dataclasses import dataclass

import asyncpg
import stamina

from shared.messaging.repository import ConcurrentInsertError

STORE_BEHIND: tuple[type[Exception], ...] = (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError)
"""The store does not know the statement: it was not migrated to what this build needs."""

INFRASTRUCTURE: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    # A connection that the store cut off while a statement was under way: its rollback finds the protocol out of step.
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresSystemError,
    # A store that was switched over, or whose password was changed.
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
    *STORE_BEHIND,
)
"""The store is away, full, shutting down or not ours to write: nothing is wrong with the records."""

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
