"""The mail of an installation that no server takes: files, which whoever runs its machine reads."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path
from uuid import UUID

_CODE = re.compile(r"^[\w-]{32}$", re.MULTILINE)


def code_for(folder: Path, about: UUID | str) -> str:
    """The one-time code that was mailed about this. Raises ``LookupError`` when there is none."""
    file = folder / f"{about}.eml"
    if not file.exists():
        raise LookupError(about)
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    found = _CODE.search(message.get_content().replace("\r", ""))
    if found is None:
        raise LookupError(about)
    return found[0]
