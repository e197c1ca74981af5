"""Which key encryption keys still wrap anything: those are never thrown away."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from deploy.engines.postgres import Postgres
from deploy.engines.postgres_server import PostgresError, PostgresServer
from deploy.local.layout import Layout
from shared.sealing.encryption import MARK

_MARKS = "SELECT DISTINCT encode(substr(wrapped, 1, {size}), 'hex') FROM data_key WHERE wrapped IS NOT NULL"


def wrapping(layout: Layout, services: Iterable[str]) -> dict[str, set[bytes]]:
    """Their marks, by service, of a platform that is down. A store that cannot be asked is left out."""
    if not layout.postgres.exists():
        return {}
    server = Postgres(layout.postgres)
    try:
        server.start()
        server.wait_ready()
        return marks(server, services)
    except (PostgresError, OSError):
        return {}
    finally:
        server.stop()


def marks(server: PostgresServer, services: Iterable[str]) -> dict[str, set[bytes]]:
    """The same of a server that runs."""
    found = {}
    for service in services:
        with contextlib.suppress(PostgresError):
            found[service] = {bytes.fromhex(mark) for mark in server.execute(_MARKS.format(size=MARK), service).split()}
    return found
