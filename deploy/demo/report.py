"""The end of the demo as tables."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from deploy.demo.outcome import ANCHORS, AREAS, SELECTED, SUPPLIERS, Outcome
from deploy.demo.texts import tell

AREA_COLUMNS = 5
OUTCOMES = ("disbursed", "approved", "declined", "info_requested", "acknowledged", "lapsed")


def show(console: Console, outcome: Outcome, seconds: float) -> None:
    """Print everything, and at the end whether it is as it should be."""
    console.print(*_parts(outcome, seconds), sep="\n")


def _parts(outcome: Outcome, seconds: float) -> Iterator[RenderableType]:
    yield from ("", _head("report.program"), _program(outcome))
    yield from ("", _head("report.partners"), _partners(outcome))
    yield from ("", _head("report.areas"), _areas(outcome))
    yield from ("", _head("report.trouble"), _trouble(outcome))
    yield from ("", _head("report.books"), _books(outcome), "")
    if outcome.failures:
        yield Group(*(Text(line, style="red") for line in _failures(outcome)))
        yield Text(tell("report.failed", failures=len(outcome.failures), seconds=f"{seconds:.1f}"), style="bold red")
    else:
        yield Text(tell("report.holds", seconds=f"{seconds:.1f}"), style="bold green")


def _head(key: str) -> Text:
    return Text(tell(key), style="bold")


def _plain(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(columns), header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    return table


def _program(outcome: Outcome) -> Table:
    figures = outcome.figures
    rows: tuple[tuple[str, int, str], ...] = (
        ("anchors", len(figures.anchors), f"{ANCHORS}"),
        ("requirements", len(figures.requirements), ""),
        ("areas", figures.areas_covered, f"{AREAS}"),
        ("registered", len(figures.registered), f"{SUPPLIERS}"),
        ("refused_rows", len(outcome.told.enrolled.refused), ""),
        ("aligned", figures.aligned_count, ""),
        ("not_aligned", figures.not_aligned_count, ""),
        ("diagnosed", len(figures.diagnosed), ""),
        ("matched", len(figures.matched), ""),
        ("shortlisted", figures.answers["shortlisted"], ""),
        ("awarded", figures.answers["awarded"], ""),
        ("selected", len(figures.selected), f"≥ {SELECTED}"),
        ("planned", len(figures.planned), ""),
        ("activities", len(figures.activities), ""),
        ("closed", len(figures.closed), ""),
        ("needs", len(figures.needs), ""),
        ("referrals", figures.referred().total(), ""),
        ("answered", figures.answered().total(), ""),
    )
    table = _plain("", "", tell("head.expected"))
    for step, number, expected in rows:
        table.add_row(tell(f"step.{step}"), f"{number:,}", expected)
    return table


def _partners(outcome: Outcome) -> Table:
    figures = outcome.figures
    table = _plain(
        tell("head.partner"),
        tell("head.referred"),
        tell("head.answered"),
        *(tell(f"state.{each}") for each in OUTCOMES),
    )
    referred, answered = figures.referred(), figures.answered()
    for code in outcome.partners:
        states = figures.outcomes(code)
        table.add_row(code, str(referred[code]), str(answered[code]), *(str(states[each] or "–") for each in OUTCOMES))
    return table


def _areas(outcome: Outcome) -> Table:
    """Five areas a line, each with what is asked, who can deliver, and the matches."""
    table = Table.grid(padding=(0, 3, 0, 0))
    cells = [
        f"{code} {len(area.requirements)} · {len(area.aligned):>2} · {len(area.matches):>2}"
        for code, area in sorted(outcome.figures.areas.items())
    ]
    for start in range(0, len(cells), AREA_COLUMNS):
        table.add_row(*cells[start : start + AREA_COLUMNS])
    return table


def _trouble(outcome: Outcome) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for each in outcome.ended:
        table.add_row(_mark(holds=each.as_planned), tell(f"trouble.{each.matter}"), each.where)
    return table


def _books(outcome: Outcome) -> Table:
    books = outcome.reconciliation
    wrong = {check.what for check in outcome.failures}
    rows = (
        ("published", books.published),
        ("consumed", books.consumed),
        ("lost", books.lost),
        ("doubled", books.doubled),
        ("republished", books.republished),
        ("unknown", books.unknown),
        ("outbox", outcome.outbox),
        ("lag", outcome.lag),
        ("dead_letters", outcome.dead_letters),
        ("planned_dead_letters", outcome.planned_dead_letters),
    )
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    for what, number in rows:
        table.add_row(tell(f"books.{what}"), Text(f"{number:,}", style="red" if what in wrong else ""))
    return table


def _failures(outcome: Outcome) -> Iterator[str]:
    for check in outcome.failures:
        yield tell("report.failure", what=check.what, found=check.found, wanted=check.wanted or "–")


def _mark(*, holds: bool) -> Text:
    return Text("✔", style="green") if holds else Text("✘", style="red")
