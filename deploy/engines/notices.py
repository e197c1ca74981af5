"""What is told while something long is under way: codes and values, worded by whoever shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """One step, or one thing that happened."""

    code: str
    params: Mapping[str, object]

    @classmethod
    def of(cls, code: str, /, **params: object) -> Notice:
        return cls(code, params)


Report = Callable[[Notice], None]


def unheard(_: Notice) -> None:
    """For whoever has nobody to tell."""
