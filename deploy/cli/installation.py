"""Which installation a command is for: that of `--target` or `PDP_TARGET`, else the one of the data folder."""

from __future__ import annotations

import os
from pathlib import Path

from deploy.cli.console import Refusal
from deploy.cli.texts import say
from deploy.local.client import LocalClient
from deploy.local.state import data_folder, read_running
from deploy.target import TARGET, target
from deploy.target.client import Client
from deploy.target.target import Target

DEMO = "demo"
"""Within the data folder: the demo's own, wiped at its start; what the folder holds besides is not touched."""


def named() -> Target | None:
    """The target that somebody named. Raises ``TargetError``."""
    file = os.environ.get(TARGET)
    return target.read(Path(file)) if file else None


def installation() -> Client:
    """Any installation. Raises ``TargetError``, and ``NotRunningError`` for one on this machine that is down."""
    found = named()
    if found is None:
        return LocalClient.of_running(running_folder(data_folder()))
    return Client(found) if found.data is None else LocalClient.of_running(found.data)


def local_folder() -> Path:
    """The data folder of what only an installation on this machine can do. Raises ``Refusal`` for another."""
    found = named()
    if found is None:
        return data_folder()
    if found.data is None:
        raise Refusal(say("error.local_only", kind=found.kind), 2)
    return found.data


def local_installation() -> LocalClient:
    """The platform that runs on this machine. Raises ``Refusal`` for another target, ``NotRunningError``."""
    return LocalClient.of_running(running_folder(local_folder()))


def running_folder(data: Path) -> Path:
    """The folder itself, or that of the demo within it when only the demo runs there."""
    demo = data / DEMO
    return demo if read_running(data) is None and read_running(demo) is not None else data
