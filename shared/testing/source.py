"""A file of the program, as rules of the house read it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """One file, with its path from the root."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


Found = Iterator[tuple[int, str]]
"""Line and what is wrong there."""
