"""A service's store, opened from outside the service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from deploy.target.target import TargetError
from shared.runtime.database import Database
from shared.runtime.failures import INFRASTRUCTURE


@asynccontextmanager
async def opened(service: str, url: str, application: str) -> AsyncIterator[Database]:
    """One connection, as `application`. Raises ``TargetError`` where the store does not answer."""
    database = Database(url, application=application, pool_size=1)
    try:
        await database.open()
    except INFRASTRUCTURE as error:
        raise TargetError("store_away", service=service, detail=error) from error
    try:
        yield database
    finally:
        await database.close()
