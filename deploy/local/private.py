"""Files that hold secrets."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

SECRET_BYTES = 32


def new_secret() -> str:
    """A random password of letters and digits: it needs no quoting anywhere."""
    return secrets.token_hex(SECRET_BYTES)


def write_private(file: Path, text: str) -> None:
    """Replace the file in one step, readable by its owner only; readers see the old text or the new, never half."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
