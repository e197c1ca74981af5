"""What stands in a server's own files."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from deploy.engines.postgres import Postgres
from deploy.engines.postgres_server import PostgresServer


async def standing(server: PostgresServer, database: str, since: float, words: Iterable[str]) -> dict[str, int]:
    """In how many files each of these words stands, whatever its case: those of a database, the log of writes since a
    moment, and what the server says.
    """
    if not isinstance(server, Postgres):
        pytest.skip("a server in a container has its files there")
    server.execute("CHECKPOINT")
    found = dict.fromkeys(words, 0)
    for file in _files(server, database, since):
        kept = file.read_bytes().lower()
        for word in found:
            found[word] += word.lower().encode() in kept
    return found


def _files(server: Postgres, database: str, since: float) -> Iterator[Path]:
    yield server.log
    oid = server.execute(f"SELECT oid FROM pg_database WHERE datname = '{database}'").strip()
    cluster = server.log.parent / "cluster"
    yield from (file for file in (cluster / "base" / oid).iterdir() if file.is_file())
    yield from (file for file in (cluster / "pg_wal").iterdir() if file.is_file() and file.stat().st_mtime >= since)
