"""Which migrations may run while the version before consumes; `python -m shared.testing.migration_rules` checks all.

Squawk judges the SQL of each revision by itself (https://squawkhq.com/docs/rules); what it does not look at is added
here. What takes something away goes with a release of its own (decision 17): such a revision says in `contract` since
when nothing uses it.
"""

import io
import json
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory

from shared.service.migrations import SERVICES

SQUAWK = Path(sysconfig.get_path("scripts")) / "squawk"
POSTGRES = "18"
CONTRACT = (
    "ban-drop-column",
    "ban-drop-constraint",
    "ban-drop-default",
    "ban-drop-not-null",
    "ban-drop-sequence",
    "ban-drop-table",
    "ban-drop-type",
    # That of a partitioned table cannot be dropped otherwise.
    "require-concurrent-index-deletion",
)
"""Rules that a revision with a `contract` need not follow."""
LATER = "Do it a release after the one that stopped using it, in a revision with a `contract`."
NOT_OURS = (
    # Whoever runs the scripts sets it (`shared/service/migrations.py`).
    "require-lock-timeout",
    # Checks that read all rows take as long as they take, and hold nobody up.
    "require-statement-timeout",
    # Matters of taste.
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-text-field",
)
_CHANGES_ROWS = re.compile(
    r"(UPDATE|DELETE FROM|MERGE|TRUNCATE|LOCK|CLUSTER|VACUUM|REFRESH)\b(?! alembic_version\b)", re.IGNORECASE
)


def problems(folder: Path) -> list[str]:
    """Why the scripts of this `migrations` folder may not run; empty when they may."""
    scripts = ScriptDirectory.from_config(_config(folder))
    oldest_first = reversed([*scripts.walk_revisions()])
    return [
        f"{folder.parent.name} {script.revision}: {each}" for script in oldest_first for each in _of(folder, script)
    ]


def _of(folder: Path, script: Script) -> Iterator[str]:
    sql = _sql(folder, script)
    if sql is None:
        yield "reads the store - Nobody can judge it before it runs. Let a sweep do it."
        return
    contract = str(getattr(script.module, "contract", ""))
    yield from _squawk(sql, (*NOT_OURS, *CONTRACT) if contract else NOT_OURS)
    yield from _rows(sql)


def _sql(folder: Path, script: Script) -> str | None:
    """The statements of one revision; none where it needs a store to know them."""
    config = _config(folder)
    config.output_buffer = written = io.StringIO()
    before = script.down_revision or "base"
    try:
        command.upgrade(config, f"{before}:{script.revision}", sql=True)
    except AttributeError:
        return None
    return written.getvalue()


def _squawk(sql: str, excluded: tuple[str, ...]) -> Iterator[str]:
    options = ["--pg-version", POSTGRES, "--reporter", "json", "--exclude", ",".join(excluded)]
    done = subprocess.run(  # noqa: S603 - our own arguments
        [SQUAWK, *options, "--stdin-filepath", "migration.sql"], input=sql, capture_output=True, text=True, check=False
    )
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"squawk failed: {done.stderr}")
    lines = sql.splitlines()
    for found in json.loads(done.stdout):
        statement = lines[found["line"]].strip()
        rule = found["rule_name"]
        help_ = LATER if rule in CONTRACT else found["help"] or ""
        yield f"{rule}: {statement} - {found['message']} {help_}".rstrip()


def _rows(sql: str) -> Iterator[str]:
    bare = re.sub(r"^--.*$", "", sql, flags=re.MULTILINE)
    for statement in map(str.strip, bare.split(";")):
        if _CHANGES_ROWS.match(statement):
            yield f"rows: {statement} - A batch would wait for these rows until the revision ends. Let a sweep do it."


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder))
    return config


def main() -> int:
    folders = sorted(SERVICES.glob("*/migrations"))
    found = [problem for folder in folders for problem in problems(folder)]
    sys.stdout.writelines(f"{problem}\n" for problem in found)
    if not found:
        sys.stdout.write(f"The migrations of {len(folders)} services may run beside the version before\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
