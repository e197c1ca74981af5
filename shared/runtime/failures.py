"""Which failures are the infrastructure's, and nobody's fault."""

import asyncpg

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
