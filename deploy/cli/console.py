"""The terminal: tables, the step that is under way, and one sentence when something goes wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.status import Status
from rich.table import Table

from deploy.cli.texts import reason_text, say

PLAIN_WIDTH = 10_000
"""Columns where there is no terminal: what reads a pipe wants whole rows."""
GAP = 2

AsJson = Annotated[bool, typer.Option("--json", help=say("help.json"))]


def out() -> Console:
    """Standard output."""
    return Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)


def err() -> Console:
    """Standard error."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def table(*heads: str, rows: Iterable[Iterable[object]]) -> Table:
    """A table with these headings (keys of the texts); its first column has names, which are not broken."""
    made = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for at, head in enumerate(heads):
        made.add_column(say(head), overflow="fold", no_wrap=at == 0)
    for row in rows:
        made.add_row(*(each if isinstance(each, str) else str(each) for each in row))
    return made


def print_fitting(*heads: str, rows: Iterable[Iterable[object]]) -> None:
    """A table with each column that still fits into the terminal, the first ones first: each row is one line.

    Below it, what was left out.
    """
    columns = [*zip([say(head) for head in heads], *[[str(each) for each in row] for row in rows], strict=True)]
    room = out().width + GAP
    kept: list[int] = []
    for number, width in enumerate(max(map(len, column)) + GAP for column in columns):
        if width <= room or not kept:
            kept.append(number)
            room -= width
    out().print(table(*(heads[at] for at in kept), rows=zip(*(columns[at][1:] for at in kept), strict=True)))
    left_out = [column[0] for at, column in enumerate(columns) if at not in kept]
    if left_out:
        err().print(say("left_out", columns=", ".join(left_out)), markup=False)


def show_json(value: object) -> None:
    """A value for programs: one JSON document on standard output."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def plain(value: object) -> str:
    """A value for people: nothing is a dash, and a list has commas."""
    if value is None or value in ((), []):
        return "–"
    if isinstance(value, bool):
        return say("value.yes" if value else "value.no")
    if isinstance(value, tuple | list) and not any(isinstance(each, dict | list) for each in value):
        return ", ".join(map(plain, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def show_faults(stage: str, faults: Iterable[Any], *, as_json: bool) -> bool:
    """Say what keeps a file from being a stage's next table of rules. Returns whether nothing does."""
    told = [{"code": each.code, "text": reason_text(stage, each.code, **each.params)} for each in faults]
    if as_json:
        show_json({"sound": not told, "faults": told})
    for each in told if not as_json else ():
        err().print(each["text"], markup=False)
    return not told


@contextmanager
def step(text: str) -> Iterator[Status]:
    """Show what is being done while it is. What it gives may be told more, as how far that is."""
    with err().status(text) as shown:
        yield shown


class Refusal(Exception):  # noqa: N818  (not an error of ours: what was asked cannot be done)
    """Ends a command with one sentence on standard error."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code
