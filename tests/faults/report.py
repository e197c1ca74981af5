"""The table of a run."""

from collections.abc import Sequence
from pathlib import Path

from shared.testing.page import between
from tests.faults.run import Result

HEADS = (
    "case",
    "invariants",
    "sent",
    "effects",
    "dead",
    "blocked",
    "lost",
    "doubled",
    "disordered",
    "healed s",
    "top lag",
    "peak MB",
)


def row(result: Result) -> tuple[str, ...]:
    """Sent, dead and blocked as they were when the fault had healed; the rest after the dead letters were resolved."""
    findings, before = result.findings, result.findings.hops[0]
    after = findings.hops[1:]
    healed = "not" if findings.healed_s is None else f"{findings.healed_s:.1f}"
    verdict = " ".join(f"**{name}**" if name in result.violations else name for name in result.case.invariants)
    counted = [
        before.sent,
        sum(hop.effects for hop in after),
        findings.dead_letters,
        before.blocked,
        *(max(getattr(hop, name) for hop in findings.hops) for name in ("lost", "doubled", "disordered")),
    ]
    return (
        result.case.name.replace("_", " "),
        verdict,
        *map(str, counted),
        healed,
        str(findings.highest_lag),
        str(findings.peak_mb),
    )


def line(result: Result) -> str:
    return " | ".join(f"{head} {value}" for head, value in zip(HEADS, row(result), strict=True))


def write(results: Sequence[Result], page: Path) -> None:
    """Put the table between the page's marks."""
    lines = [f"| {' | '.join(HEADS)} |", f"|{'|'.join(['---'] * 2 + ['---:'] * (len(HEADS) - 2))}|"]
    lines += [f"| {' | '.join(row(result))} |" for result in results]
    between(page, "table", "\n".join(lines))
