"""What is shown while the story runs: on a terminal the funnel as it fills, else one line after the other."""

from __future__ import annotations

import sys
import time
from typing import Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from deploy.cli.console import out
from deploy.demo.funnel import STEPS, Funnel
from deploy.demo.texts import tell

ACTS = ("boot", "enrol", "diagnose", "select", "develop", "refer", "audit", "stop")
REFRESH_PER_SECOND = 4
BAR = 40
"""Columns of the longest bar."""


class Screen(Protocol):
    """Whoever watches."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def act(self, name: str) -> None:
        """The next act begins."""

    def note(self, text: str) -> None:
        """Something happened."""

    def watch(self, funnel: Funnel) -> None:
        """There is a funnel to look at from now on."""


def screen(began: float) -> Screen:
    """The one that fits where standard output goes. `began`: the monotonic second from which time is shown."""
    return LiveScreen(out(), began) if sys.stdout.isatty() else PlainScreen(out(), began)


class PlainScreen:
    """Lines, for a pipe or a log."""

    def __init__(self, console: Console, began: float) -> None:
        self._console = console
        self._began = began
        self._funnel: Funnel | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def act(self, name: str) -> None:
        if self._funnel is not None and self._funnel.events:
            counts = self._funnel.counts()
            shown = " · ".join(f"{tell(f'step.{step}')} {count}" for step, count in counts.items() if count)
            self.note(f"    {shown}")
        self._line(tell(f"act.{name}"), "bold")

    def note(self, text: str) -> None:
        self._line(f"  {text}", "")

    def watch(self, funnel: Funnel) -> None:
        self._funnel = funnel

    def _line(self, text: str, style: str) -> None:
        self._console.print(f"{time.monotonic() - self._began:6.1f} s  {text}", style=style, markup=False)


class LiveScreen:
    """Acts and funnel, drawn anew several times a second below the notes."""

    def __init__(self, console: Console, began: float) -> None:
        self._console = console
        self._began = began
        self._funnel: Funnel | None = None
        self._started: dict[str, float] = {}
        self._live = Live(
            console=console, get_renderable=self._draw, refresh_per_second=REFRESH_PER_SECOND, transient=True
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def act(self, name: str) -> None:
        self._started[name] = time.monotonic()

    def note(self, text: str) -> None:
        self._console.print(f"{time.monotonic() - self._began:6.1f} s  {text}", style="dim", markup=False)

    def watch(self, funnel: Funnel) -> None:
        self._funnel = funnel

    def _draw(self) -> RenderableType:
        return Group("", self._acts(), "", self._steps())

    def _acts(self) -> Table:
        acts = Table.grid(padding=(0, 1))
        begun = list(self._started)
        for name in ACTS:
            if name not in self._started:
                acts.add_row("·", Text(tell(f"act.{name}"), style="dim"), "")
                continue
            following = begun[begun.index(name) + 1 :]
            end = self._started[following[0]] if following else time.monotonic()
            mark = Text("✔", style="green") if following else Text("●", style="yellow")
            style = "" if following else "bold"
            acts.add_row(mark, Text(tell(f"act.{name}"), style=style), f"{end - self._started[name]:5.1f} s")
        return acts

    def _steps(self) -> RenderableType:
        counts = self._funnel.counts() if self._funnel else dict.fromkeys(STEPS, 0)
        events = self._funnel.events if self._funnel else 0
        longest = max(*counts.values(), 1)
        steps = Table.grid(padding=(0, 1))
        steps.add_column()
        steps.add_column(justify="right", min_width=4)
        for step, count in counts.items():
            steps.add_row(tell(f"step.{step}"), str(count), Text("█" * (BAR * count // longest), style="cyan"))
        seconds = f"{time.monotonic() - self._began:.0f}"
        head = f"{tell('funnel.title')}: {tell('funnel.events', events=events, seconds=seconds)}"
        return Group(Text(head, style="bold"), steps)
