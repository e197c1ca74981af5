"""The account that runs what refuses to run as root."""

# ruff: noqa: S603  (every command line is put together here, none from input)
from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path

from deploy.engines.errors import DeployError

UNPRIVILEGED = "embedded_postgres"


class AccountError(DeployError):
    """The account cannot be made."""


def unprivileged_user() -> str | None:
    """The account to drop to, made if missing; None when this process is not root and needs none."""
    if os.geteuid() != 0:
        return None
    if not _exists(UNPRIVILEGED):
        add = ["useradd", "--system", "--user-group", "--shell", "/bin/false", UNPRIVILEGED]
        try:
            made = subprocess.run(add, capture_output=True, text=True, check=False)
        except OSError as error:
            raise AccountError("account", account=UNPRIVILEGED, detail=error) from error
        if not _exists(UNPRIVILEGED):  # else somebody made it at the same moment
            raise AccountError("account", account=UNPRIVILEGED, detail=made.stderr.strip())
    return UNPRIVILEGED


def give(path: Path | int, user: str | None) -> None:
    """Make the account the owner of the path, or of an open file; nothing to do when there is no account."""
    if user:
        account = pwd.getpwnam(user)
        os.chown(path, account.pw_uid, account.pw_gid)


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
