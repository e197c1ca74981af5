"""What cannot be recorded is not done: each change of the services' own walks is asked for first while the audit log
takes no row.
"""

from importlib import import_module

import httpx
import pytest
from fastapi.routing import APIRoute

from shared.contracts import audit as catalogue
from shared.testing.stage import StageUnderTest
from tests.conftest import Migrated
from tests.http.services import STAGES
from tests.http.walks import ROOM, SETTINGS, WALKS

CLOSABLE = """
CREATE TABLE closed ();
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM closed) THEN RAISE check_violation; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closed BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION refuse();
"""
"""By a row: a change of the table at each request would have all statements planned anew."""
CLOSED = "INSERT INTO closed DEFAULT VALUES"
DIGEST = "SELECT '{0}' AS name, md5(string_agg(each::text, '' ORDER BY each::text)) AS digest FROM {0} AS each"
AS_BEFORE = """
SELECT setval(name::regclass, coalesce(last, first), last IS NOT NULL)
FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS old (name, last, first)
"""
OPEN = "DELETE FROM closed"
COUNTED = {"request_limit": "", "claim": "confirm_contact"}
"""Tables where a request counts whatever becomes of it; a try to confirm is no act, what it opens is."""


class Asking:
    """Comes before each request of a walk."""

    def __init__(self, stage: StageUnderTest, service: str) -> None:
        self.failed: set[str] = set()
        """Routes of which a request was accepted but for the log."""
        self._stage = stage
        self._changes = catalogue.CHANGES[service].keys()
        self._routes = [route for route in stage.router.routes if isinstance(route, APIRoute)]
        self._transport = stage.client._transport

    async def __call__(self, request: httpx.Request) -> None:
        name = self._name(request)
        if name not in self._changes:
            return
        same = httpx.Request(request.method, request.url, headers=request.headers, content=await request.aread())
        before = await contents(self._stage, name)
        numbers = await self._stage.rows("SELECT sequencename, last_value, start_value FROM pg_sequences")
        await self._stage.rows(CLOSED)
        answer = await self._transport.handle_async_request(same)
        await self._stage.rows(OPEN)
        # A number that was taken stays taken; a walk counts on the first.
        columns = ("sequencename", "last_value", "start_value")
        await self._stage.rows(AS_BEFORE, *([row[column] for row in numbers] for column in columns))
        assert await contents(self._stage, name) == before, name
        assert answer.status_code >= 400, name
        if answer.status_code >= 500:
            self.failed.add(name)

    def _name(self, request: httpx.Request) -> str:
        return next(
            route.name
            for route in self._routes
            if route.path_regex.match(request.url.path) and request.method in (route.methods or ())
        )


async def contents(stage: StageUnderTest, route: str) -> dict[str, str | None]:
    """Of each table, a digest of its rows."""
    tables = await stage.rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    names = sorted(row["relname"] for row in tables if COUNTED.get(row["relname"]) not in ("", route))
    digests = await stage.rows(" UNION ALL ".join(map(DIGEST.format, names)))
    return {row["name"]: row["digest"] for row in digests}


@pytest.mark.parametrize("name", STAGES)
async def test_a_change_that_cannot_be_recorded_is_not_made(
    name: str, migrated: Migrated, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting, value in (ROOM | {"PDP_REGISTRATIONS_BURST": "60"}).items():
        monkeypatch.setenv(setting, value)
    failed: set[str] = set()
    for walk in WALKS[name]:
        with monkeypatch.context() as more:
            for setting, value in SETTINGS.get(walk, {}).items():
                more.setenv(setting, value)
            built, _ = import_module(f"services.{name}.app").build()
        async with StageUnderTest(built, await migrated(name)) as stage:
            async with stage.database.connection() as connection:
                await connection.execute(CLOSABLE)
            asking = Asking(stage, name)
            stage.client.event_hooks = {"request": [asking]}
            await walk(stage)
            failed |= asking.failed
    assert catalogue.CHANGES[name].keys() - failed == set()
