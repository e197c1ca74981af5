"""Whether the store has been migrated to what this build needs: a build that is ahead of it fails wherever it asks for
what is new there.
"""

from pathlib import Path
from typing import Any

from shared.i18n import said
from shared.runtime.database import Connection

SERVICES = Path(__file__).parents[2] / "services"
BEHIND = "store_behind"

_IS_MIGRATED = "SELECT to_regclass('alembic_version') IS NOT NULL"
_REVISION = "SELECT version_num FROM alembic_version"


class Revision:
    """One build's newest migration, and whether the store was seen to lack it."""

    def __init__(self, service: str) -> None:
        scripts = (SERVICES / service / "migrations" / "versions").glob("[0-9]*_*.py")
        self._known = sorted(script.name.partition("_")[0] for script in scripts)
        self.behind = False

    def trouble(self) -> dict[str, Any] | None:
        return said(BEHIND) if self.behind else None

    async def look(self, connection: Connection) -> None:
        """See what the store is at. A revision that is not this build's is a later one's. Raises what asyncpg does."""
        if not await connection.fetchval(_IS_MIGRATED):
            return
        revision = await connection.fetchval(_REVISION)
        self.behind = revision in self._known[:-1]
