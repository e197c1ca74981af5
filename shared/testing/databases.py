"""Databases for tests: what fills one, as a service's migrations, runs once, every test gets a copy."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Self
from urllib.parse import urlsplit

import asyncpg

from shared.messaging import journal
from shared.runtime.clock import now
from shared.runtime.servers import CONNECT_TIMEOUT_S
from shared.service import migrations

Fill = Callable[[str], Awaitable[None]]
"""Makes of the empty database at a URL what the copies are to be."""


async def leave_empty(_: str) -> None:
    """For copies without anything."""


class Templates:
    """Template databases on one server, each made when it is first asked for."""

    def __init__(self, admin_url: str, ensure: Callable[[str], str]) -> None:
        """`admin_url` is the superuser's; `ensure` makes an empty database with an owner, as production does, and gives
        the owner's URL.
        """
        self._admin_url = admin_url
        self._ensure = ensure
        self._urls: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        # Also while a test keeps the rest of the server from writing.
        writing = {"default_transaction_read_only": "off"}
        self._admin = await asyncpg.connect(self._admin_url, timeout=CONNECT_TIMEOUT_S, server_settings=writing)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._admin.close()

    async def migrated(self, service: str) -> str:
        """The URL of a new database as the service's migrations, and its first start, make it."""
        return await self.copy(service, partial(_migrate, service))

    async def copy(self, name: str, fill: Fill) -> str:
        """The URL of a new database, a copy of the template of this name, which `fill` makes the first time."""
        if name not in self._urls:
            url = await asyncio.to_thread(self._ensure, f"template_{name}")
            await fill(url)
            self._urls[name] = url
        template = urlsplit(self._urls[name])
        copy = f"test_{secrets.token_hex(6)}"
        await self._admin.execute(
            f"CREATE DATABASE {copy} TEMPLATE {template.path.removeprefix('/')} OWNER {template.username}"
            # Half the work of copying through the log, page by page, for a database of a few megabytes and its end.
            " STRATEGY FILE_COPY"
        )
        return template._replace(path=f"/{copy}").geturl()

    async def drop(self, url: str) -> None:
        """Drop a copy, whoever is still connected to it."""
        await self._admin.execute(f"DROP DATABASE {urlsplit(url).path.removeprefix('/')} WITH (FORCE)")


async def _migrate(service: str, url: str) -> None:
    # In a thread: Alembic's environment runs a loop of its own.
    await asyncio.to_thread(migrations.upgrade, service, url)
    connection = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_S)
    await journal.ensure_partitions(connection, now())
    await connection.close()
