"""Files that hold secrets."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

SECRET_BYTES = 32


def new_secret() -> str:
    """A random password of letters and digits: it needs no quoting anywhere."""
    return secrets.token_hex(SECRET_BYTES)


def private_opener(path: str, flags: int) -> int:
    """For ``open``: what it makes is its owner's alone, whatever the process makes else."""
    return os.open(path, flags, 0o600)


def write_private(file: Path, text: str) -> None:
    """Replace the file in one step, readable by its owner only; readers see the old text or the new, never half."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


def kept_secrets(file: Path, names: Iterable[str]) -> dict[str, str]:
    """A secret for each name, made up the first time and kept in the file."""
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    wanted = {name: known.get(name) or new_secret() for name in names}
    if not wanted.items() <= known.items():
        write_private(file, json.dumps(known | wanted, indent=2))
    return wanted
