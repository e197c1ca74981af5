"""What can go wrong on this machine without anybody's mistake in the code."""

from __future__ import annotations


class LocalError(RuntimeError):
    """Its first line is a sentence for the person at the terminal; what follows is for who looks closer."""

    @property
    def sentence(self) -> str:
        return str(self).partition("\n")[0]
