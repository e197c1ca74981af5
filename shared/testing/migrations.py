"""Migration scripts that a test writes: a service's `migrations` folder as small as it can be.

`python -m shared.testing.migrations FOLDER URL` brings a store to the last of them, as a process of its own.
"""

import sys
from itertools import pairwise
from pathlib import Path
from textwrap import indent

from alembic import command
from alembic.config import Config

_ENV = """\
from sqlalchemy import MetaData
from shared.service.migrations import run

run(MetaData())
"""
_SCRIPT = '''\
"""A revision of the test."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {before!r}
contract = {contract!r}


def upgrade() -> None:
{body}
'''


class Scripts:
    """Revisions 0001, 0002, … in the order in which they are added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "versions").mkdir(parents=True)
        (folder / "env.py").write_text(_ENV, encoding="utf-8")
        self._revisions: list[str] = []

    def add(self, body: str, contract: str = "") -> None:
        """A revision whose `upgrade` has this body; `sa` and `op` are there."""
        self._revisions.append(f"{len(self._revisions) + 1:04}")
        before, revision = [*pairwise([None, *self._revisions])][-1]
        text = _SCRIPT.format(revision=revision, before=before, contract=contract, body=indent(body, "    "))
        (self.folder / "versions" / f"{revision}.py").write_text(text, encoding="utf-8")


def upgrade(folder: Path, url: str) -> None:
    """Bring a store to the last revision. One at a time in a process, and not within a running loop: Alembic's
    environment is the process's, and has a loop of its own.
    """
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("sqlalchemy.url", url)
    command.upgrade(config, "head")


if __name__ == "__main__":
    upgrade(Path(sys.argv[1]), sys.argv[2])
