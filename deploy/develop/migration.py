"""`python -m deploy.develop.migration STAGE NAME`: write the next migration of a stage.

An empty store on an embedded PostgreSQL gets the migrations that there are; what `store` declares beyond them is
the new script. Read it before it is committed: Alembic sees no renaming, and `make check` refuses what would stop the
release before.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.engines.postgres import Postgres
from deploy.target.services import present
from shared.service import migrations


def main(arguments: Sequence[str] | None = None) -> None:
    given = _parser().parse_args(arguments)
    with store() as url:
        migrations.upgrade(given.stage, url)
        written = migrations.autogenerate(given.stage, url, given.name)
    if written is None:
        sys.exit(f"nothing is new in the tables of services/{given.stage}")
    for task in (["check", "--fix", "--quiet", "--select=F401,I"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *task, written], check=True)  # noqa: S603 - our own arguments


@contextmanager
def store() -> Iterator[str]:
    """The URL of an empty store, for a block."""
    with TemporaryDirectory(prefix="pdp-migration-") as folder:
        server = Postgres(Path(folder), port=0, durable=False)
        server.start()
        try:
            server.wait_ready()
            yield server.ensure_database("migration")
        finally:
            server.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make migration", usage='make migration STAGE=matching NAME="what it adds"')
    parser.add_argument("stage", choices=present(), metavar="STAGE", help="a folder of services/")
    parser.add_argument("name", type=_words, metavar="NAME", help="what it adds, in a few words")
    return parser


def _words(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("say in a few words what it adds")
    return text


if __name__ == "__main__":
    main()
