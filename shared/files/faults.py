"""What is wrong with a file, one of its rows or one of its cells.

A reason is one of `reasons`, or a code of the stage whose file it is. A detail says what would be right, in one
sentence that a person can act on, in the language of who asked, and quotes nothing of what was given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.i18n import worded


class _RefusedError(Exception):
    def __init__(self, reason: str, *, message: str | None = None, **params: Any) -> None:  # noqa: ANN401 - a message's parameters
        """`message` words it where the reason has several sentences."""
        super().__init__(reason)
        self.reason = reason
        self.message = message or reason
        self.params = params


class FileRefusedError(_RefusedError):
    """The file as a whole cannot be read."""


class CellRefusedError(_RefusedError):
    """A cell cannot be read."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong in one row, at which column."""

    line: int
    column: str
    reason: str
    message: str
    """Which words it, with these parameters."""
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def detail(self) -> str:
        """The sentence, in the language of who asks."""
        return worded(self.message, **self.params)


def row_fault(line: int, column: str, reason: str, *, message: str | None = None, **params: object) -> RowFault:
    """A fault. `message` words it where the reason has several sentences."""
    return RowFault(line, column, reason, message or reason, params)
