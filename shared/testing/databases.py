"""Migrated databases for tests: a service's migrations run once, every test gets a copy."""

import asyncio
import secrets
from typing import Self
from urllib.parse import urlsplit

import asyncpg

from shared.runtime import migrations


class Templates:
    """Template databases on one server, one per service, made when they are first asked for."""

    def __init__(self, admin_url: str) -> None:
        """`admin_url` is the superuser's."""
        self._admin_url = admin_url
        self._made: set[str] = set()

    async def __aenter__(self) -> Self:
        self._admin = await asyncpg.connect(self._admin_url)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._admin.close()

    async def copy(self, service: str) -> str:
        """The URL of a new database as the service's migrations make it."""
        template = f"template_{service}"
        if template not in self._made:
            await self._make(service, template)
        name = f"test_{secrets.token_hex(6)}"
        await self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._url(name)

    async def drop(self, url: str) -> None:
        """Drop a copy, whoever is still connected."""
        name = urlsplit(url).path.removeprefix("/")
        await self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def _make(self, service: str, template: str) -> None:
        await self._admin.execute(f"CREATE DATABASE {template}")
        # In a thread: Alembic's environment runs a loop of its own.
        await asyncio.to_thread(migrations.upgrade, service, self._url(template))
        self._made.add(template)

    def _url(self, name: str) -> str:
        return urlsplit(self._admin_url)._replace(path=f"/{name}").geturl()
