"""Migrated databases for tests: a service's migrations run once, every test gets a copy."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Self
from urllib.parse import urlsplit

import asyncpg

from shared.messaging import journal
from shared.runtime.clock import now
from shared.runtime.servers import CONNECT_TIMEOUT_S
from shared.service import migrations


class Templates:
    """Template databases on one server, one per service, made when they are first asked for."""

    def __init__(self, admin_url: str, ensure: Callable[[str], str]) -> None:
        """`admin_url` is the superuser's; `ensure` makes an empty database with an owner, as production does, and gives
        the owner's URL.
        """
        self._admin_url = admin_url
        self._ensure = ensure
        self._urls: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        self._admin = await asyncpg.connect(self._admin_url, timeout=CONNECT_TIMEOUT_S)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._admin.close()

    async def copy(self, service: str) -> str:
        """The URL of a new database as the service's migrations, and its first start, make it."""
        if service not in self._urls:
            self._urls[service] = await self._make(service)
        template = urlsplit(self._urls[service])
        name = f"test_{secrets.token_hex(6)}"
        await self._admin.execute(
            f"CREATE DATABASE {name} TEMPLATE {template.path.removeprefix('/')} OWNER {template.username}"
            # Half the work of copying through the log, page by page, for a database of a few megabytes and its end.
            " STRATEGY FILE_COPY"
        )
        return template._replace(path=f"/{name}").geturl()

    async def drop(self, url: str) -> None:
        """Drop a copy, whoever is still connected to it."""
        await self._admin.execute(f"DROP DATABASE {urlsplit(url).path.removeprefix('/')} WITH (FORCE)")

    async def _make(self, service: str) -> str:
        url = await asyncio.to_thread(self._ensure, f"template_{service}")
        # In a thread: Alembic's environment runs a loop of its own.
        await asyncio.to_thread(migrations.upgrade, service, url)
        connection = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_S)
        await journal.ensure_partitions(connection, now())
        await connection.close()
        return url
