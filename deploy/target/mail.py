"""The mail of an installation that no server takes: files, which whoever runs its machine reads."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path
from uuid import UUID

_CODE = re.compile(r"^[\w-]{32}$", re.MULTILINE)


def code_for(folder: Path, about: UUID | str) -> str:
    """The one-time code that was mailed about this. Raises ``LookupError`` when there is none."""
    for file in folder.glob(f"{about}.*.eml"):
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        if found := _CODE.search(message.get_content().replace("\r", "")):
            return found[0]
    raise LookupError(about)
