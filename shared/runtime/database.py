"""One service's PostgreSQL: an asyncpg pool for the hot path, SQLModel sessions for the API's reads."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.runtime.servers import KEEPALIVE, USER_TIMEOUT_MS, WRONG_SERVER, Servers

if TYPE_CHECKING:
    from asyncpg import Pool, Record
    from asyncpg.pool import PoolConnectionProxy

    Connection: TypeAlias = asyncpg.Connection[Record] | PoolConnectionProxy[Record]
else:
    Connection = asyncpg.Connection

UniqueViolationError: TypeAlias = asyncpg.UniqueViolationError
"""Somebody else has what may be there once; `constraint_name` says what."""

STATEMENT_TIMEOUT_MS = "30000"
"""A statement stuck behind a lock gives its connection back instead of draining the pool."""
COMMAND_TIMEOUT_S = 35.0
"""Longer than the store itself allows: who has no answer by then talks to a connection that died without a sign."""
SESSION_COMMAND_TIMEOUT_S = 15.0
"""Of a connection outside the pool: it leads, and while it waits for an answer nobody else can."""

SESSION_IDLE_TIMEOUT_MS = "40000"
"""A leader whose process hangs leads nobody, and its host answers for it: the store ends its session. Longer than
any leader that works is silent: a round of the relay asks every `MARK_EVERY_S` (5), who waits every `WATCHDOG_S` (10).
"""

BOTH_SIDES = {
    "tcp_keepalives_idle": str(KEEPALIVE["IDLE"]),
    "tcp_keepalives_interval": str(KEEPALIVE["INTVL"]),
    "tcp_keepalives_count": str(KEEPALIVE["CNT"]),
    "tcp_user_timeout": str(USER_TIMEOUT_MS),
    "idle_in_transaction_session_timeout": "60000",
}
"""What the store is told: a leader whose host vanished gives its lock up within seconds, a transaction that nobody ends
its rows.
"""

PLANS_BY_INDEX = {"enable_seqscan": "off", "jit": "off"}
"""Of connections that decide: what they ask for has an index. PostgreSQL keeps a plan until tables are analyzed,
and one made on an empty store reads whole tables (docs/decisions/0030). Reads of the API count whole tables too.

Nor does it compile what is decided within milliseconds: the statement that judges is dear by its estimate.
"""

ANY_LENGTH = 0
"""The driver has statements above 15 KiB parsed and planned at each use unless it is told so."""

POOL_SIZE = 10
READ_POOL_SIZE = 3
ACQUIRE_TIMEOUT_S = 30.0
"""A pool that stays used up this long is a store that is away: a batch holds its connection for far less."""


class Row(Protocol):
    """A row by the names of its columns."""

    def __getitem__(self, column: str, /) -> Any: ...  # noqa: ANN401 - whatever the column holds


def columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Rows, at least one, as the arrays that `unnest` takes: many rows go in with one statement."""
    return [list(column) for column in zip(*rows, strict=True)]


class Database:
    """A pool and an engine on one store. Nothing is opened before `open`."""

    def __init__(self, url: str, *, application: str, pool_size: int = POOL_SIZE) -> None:
        """`url` is a libpq one: `postgresql://role:password@host:port/database`. Where the primary moves it names
        several hosts with commas, and `?target_session_attrs=read-write`.
        """
        self.url = url
        self.application = application
        self._servers = Servers(url)
        self._pool_size = pool_size
        self._pool: Pool[Record] | None = None
        self._engine: AsyncEngine | None = None
        self.erased = asyncio.Event()
        """Set once a unit of work is committed that erased something, for the watch that keeps it elsewhere."""

    async def open(self) -> None:
        settings = {
            "application_name": self.application,
            "statement_timeout": STATEMENT_TIMEOUT_MS,
            **BOTH_SIDES,
        }
        self._pool = await asyncpg.create_pool(
            self.url,
            min_size=1,
            max_size=self._pool_size,
            command_timeout=COMMAND_TIMEOUT_S,
            connect=self._servers.connect,
            reset=_left_clean,
            max_cacheable_statement_size=ANY_LENGTH,
            server_settings=settings | PLANS_BY_INDEX,
        )
        self._engine = create_async_engine(
            # The driver has the servers from us: SQLAlchemy's form of a URL has one host.
            "postgresql+asyncpg://",
            pool_size=READ_POOL_SIZE,
            max_overflow=0,
            pool_timeout=ACQUIRE_TIMEOUT_S,
            connect_args={
                "command_timeout": COMMAND_TIMEOUT_S,
                "async_creator_fn": self._servers.connect,
                "server_settings": settings,
            },
        )

    async def close(self) -> None:
        if self._engine is not None:
            await self._engine.dispose()
        if self._pool is not None:
            await self._pool.close()

    @property
    def pool(self) -> "Pool[Record]":
        if self._pool is None:
            raise RuntimeError("the database is not open: call open() first")
        return self._pool

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Raises TimeoutError when none becomes free, ReadOnlySQLTransactionError on a server that takes no writes."""
        async with self.pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
            try:
                refuse_read_only(connection)
                yield connection
            except TimeoutError:
                await self._give_up(connection)
                raise
            except WRONG_SERVER:
                await self._give_up(connection)
                if self._engine is not None:
                    await self._engine.dispose(close=False)
                raise

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """One transaction, READ COMMITTED: what must not change under a decision is locked by it."""
        async with self.connection() as connection, connection.transaction():
            try:
                yield connection
            except TimeoutError:
                # Before the rollback, which would wait as long.
                await self._give_up(connection)
                raise

    async def _give_up(self, connection: Connection) -> None:
        """One that does not answer, and with it all that were made before now: each would be waited for as long."""
        connection.terminate()
        await self.pool.expire_connections()

    async def dedicated(self, *, durable: bool = True) -> "asyncpg.Connection[Record]":
        """A connection outside the pool, for session locks and LISTEN. The caller closes it. Not `durable`: of what it
        commits a crash of the server may undo the last moments.
        """
        settings = {
            "application_name": f"{self.application}-session",
            "idle_session_timeout": SESSION_IDLE_TIMEOUT_MS,
            **({} if durable else {"synchronous_commit": "off"}),
            **PLANS_BY_INDEX,
            **BOTH_SIDES,
        }
        return await self._servers.connect(
            command_timeout=SESSION_COMMAND_TIMEOUT_S,
            max_cacheable_statement_size=ANY_LENGTH,
            server_settings=settings,
        )

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A read session for the API. It raises what every other way to the store does: asyncpg's own, TimeoutError."""
        if self._engine is None:
            raise RuntimeError("the database is not open: call open() first")
        try:
            async with AsyncSession(self._engine, expire_on_commit=False) as session:
                yield session
        except DBAPIError as error:
            raise _driver_error(error) from error
        except PoolTimeoutError as error:
            raise TimeoutError("no connection for reads became free: too many reads are under way") from error
        except TimeoutError:
            # Left alone, not closed: closing waits for an answer too.
            await self._engine.dispose(close=False)
            raise


def refuse_read_only(connection: Connection) -> None:
    """From what the server tells by itself with its answers: a connection that only reads would notice nothing."""
    told = connection.get_settings()
    if "on" in {getattr(told, name, "off") for name in ("in_hot_standby", "default_transaction_read_only")}:
        raise asyncpg.ReadOnlySQLTransactionError("the store's server takes no writes: it was switched over")


async def _left_clean(_: Connection) -> None:
    """Instead of asyncpg's reset, a round trip for each use: what changes a session has a connection of its own, and a
    transaction left open is rolled back all the same.
    """


def _driver_error(error: DBAPIError) -> BaseException:
    """What SQLAlchemy wrapped, twice: its callers know a store that is away by asyncpg's classes."""
    return (error.orig and error.orig.__cause__) or error
