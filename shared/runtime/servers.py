"""The servers of one store, as its URL names them, and a connection to the one that serves."""

import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import asyncpg

if TYPE_CHECKING:
    from asyncpg import Record

CONNECT_TIMEOUT_S = 10.0
"""For one connection, shared by the servers that are asked for it one after the other."""

KEEPALIVE = {"IDLE": 5, "INTVL": 2, "CNT": 3}
"""TCP's own questions, in seconds: a host that vanished is known within eleven, on both sides."""
USER_TIMEOUT_MS = 10_000
"""What was sent and not acknowledged for so long will not be."""

WRONG_SERVER: tuple[type[Exception], ...] = (
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)
"""What a server says that was switched over or goes down: to try again on the same connection would never end."""

ASK_THE_NEXT: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    asyncpg.TargetServerAttributeNotMatched,
    asyncpg.PostgresConnectionError,
    *WRONG_SERVER,
)
"""A server that is away, says nothing, or is not the primary. A wrong password is no reason to ask another."""


PINNED = {"search_path": "public", "default_transaction_isolation": "read committed", "lock_timeout": "0"}
"""A role may set its own of these for every later connection; what a connection asks for goes before that."""


class Servers:
    """One server, or several of which one takes writes."""

    def __init__(self, url: str) -> None:
        """`url` is a libpq one: `postgresql://role:password@host:port/database`, hosts with commas."""
        self._urls = _one_host_each(url)

    async def connect(self, *_: object, **settings: Any) -> "asyncpg.Connection[Record]":  # noqa: ANN401 - asyncpg's own
        """A connection to the first that serves, beginning with the one that did last.

        asyncpg, which can take the whole URL, has one timeout for all hosts: one that is frozen uses it up alone.
        Raises what the last one gave.
        """
        failed: Exception | None = None
        settings["server_settings"] = PINNED | settings.get("server_settings", {})
        for url in tuple(self._urls):
            try:
                connection: asyncpg.Connection[Record] = await asyncpg.connect(
                    url, timeout=CONNECT_TIMEOUT_S / len(self._urls), **settings
                )
            except ASK_THE_NEXT as error:
                failed = error
                continue
            self._urls.sort(key=lambda each: each != url)
            _notice_the_other_side(connection)
            return connection
        raise failed or ValueError("a URL names at least one host")


def _one_host_each(url: str) -> list[str]:
    parts = urlsplit(url)
    role, at, hosts = parts.netloc.rpartition("@")
    return [parts._replace(netloc=f"{role}{at}{host}").geturl() for host in hosts.split(",")]


def _notice_the_other_side(connection: "asyncpg.Connection[Record]") -> None:
    """The client's side, too, knows within seconds that the other one is gone."""
    found: Any = connection
    sock = found._transport.get_extra_info("socket")  # noqa: SLF001 - asyncpg gives its socket nowhere else
    if sock is not None and sock.family in {socket.AF_INET, socket.AF_INET6}:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        # By name: not every system has each of them.
        options = {f"TCP_KEEP{name}": seconds for name, seconds in KEEPALIVE.items()}
        for name, value in (options | {"TCP_USER_TIMEOUT": USER_TIMEOUT_MS}).items():
            if (option := getattr(socket, name, None)) is not None:
                sock.setsockopt(socket.IPPROTO_TCP, option, value)
