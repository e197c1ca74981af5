"""A primary and its synchronous standby, two real servers on this machine, and what can become of the primary."""

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from deploy.engines.account import give, unprivileged_user
from deploy.engines.ports import free_port
from deploy.engines.postgres import Postgres
from deploy.engines.postgres_server import run_program, wheel_program
from deploy.engines.private import write_private
from shared.testing.faults import Proxy
from tests.faults.plant import Plant

IN_STEP_S = 20.0
LEADERS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()"


@dataclass(frozen=True)
class TwoServers:
    """The one that takes writes at first, behind a network that may fall silent, and the one that follows it."""

    first: Postgres
    first_net: Proxy
    second: Postgres

    def url(self, store: str) -> str:
        """Of a store on both: the first one's, through its network, and the second's."""
        parts = urlsplit(store)
        hosts = parts.netloc.replace(f":{self.first.port}", f":{self.first_net.port}")
        several = f"{hosts},127.0.0.1:{self.second.port}"
        return parts._replace(netloc=several, query="target_session_attrs=read-write").geturl()

    def on_second(self, store: str) -> str:
        return store.replace(f":{self.first.port}", f":{self.second.port}")

    def demote(self) -> None:
        """It stays up, and its sessions with it, and takes no writes."""
        self.first.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        self.first.execute("SELECT pg_reload_conf()")

    def signal_first(self, number: signal.Signals) -> None:
        """The whole server: its sessions are processes of their own."""
        for pid in _family(self.first.pid):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    async def promote(self) -> None:
        await asyncio.to_thread(self.second.execute, "SELECT pg_promote()")

    def leaders_on_first(self) -> int:
        return int(self.first.execute(LEADERS))


@dataclass(kw_only=True)
class PlantOfTwo(Plant):
    """Two processes on a store that two servers have."""

    servers: TwoServers
    reasons: dict[str, str] = field(default_factory=dict)
    """What `/ready` of the first process said while no server took writes, by part."""
    commands_after_s: float | None = None
    """Seconds from the promotion until commands succeeded; None: they did not."""
    ready_after_s: float | None = None

    async def switch_over(self) -> None:
        """The second server takes over; whoever looks at the store looks there."""
        await self.servers.promote()
        self.store = self.servers.on_second(self.store)


@contextmanager
def two_servers(folder: Path) -> Iterator[TwoServers]:
    first = Postgres(folder / "first", port=free_port())
    with _running(first):
        second = _standby(folder, first)
        with _running(second), Proxy(free_port(), first.port) as net:
            # Only now, and only here: what is acknowledged from now on is on both.
            first.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            first.execute("SELECT pg_reload_conf()")
            servers = TwoServers(first, net, second)
            try:
                yield servers
            finally:
                servers.signal_first(signal.SIGCONT)


@contextmanager
def _running(server: Postgres) -> Iterator[None]:
    server.start()
    try:
        server.wait_ready()
        yield
    finally:
        server.stop()


def _standby(folder: Path, first: Postgres) -> Postgres:
    """A copy of the first that follows it, with the same passwords."""
    home, user = folder / "second", unprivileged_user()
    cluster = home / "cluster"
    cluster.mkdir(mode=0o700, parents=True)
    give(cluster, user)
    state = json.loads((folder / "first" / "server.json").read_text())
    write_private(home / "server.json", json.dumps(state | {"port": free_port()}))
    copy = [wheel_program("pg_basebackup"), "-d", first.admin_dsn, "-D", ".", "-R", "-X", "stream", "-c", "fast"]
    run_program(copy, user=user, cwd=cluster)
    return Postgres(home)


def _family(pid: int | None) -> list[int]:
    """A process and its children."""
    if pid is None:
        return []
    found = [pid]
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if parent == pid:
            found.append(int(status.parent.name))
    return found
