"""The terminal: tables, the step that is under way, and one sentence when something goes wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from deploy.cli.texts import say

PLAIN_WIDTH = 200
"""Columns where there is no terminal: what reads a pipe wants whole rows."""


def out() -> Console:
    """Standard output."""
    return Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)


def err() -> Console:
    """Standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def table(*heads: str, rows: Iterable[Iterable[object]]) -> Table:
    """A table with these headings (keys of the texts)."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        made.add_column(say(head), overflow="fold")
    for row in rows:
        made.add_row(*(each if isinstance(each, str) else str(each) for each in row))
    return made


@contextmanager
def step(text: str) -> Iterator[None]:
    """Show what is being done while it is."""
    with err().status(text):
        yield


class Refusal(Exception):  # noqa: N818  (not an error of ours: what was asked cannot be done)
    """Ends a command with one sentence on standard error."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code
